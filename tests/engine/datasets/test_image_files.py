from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.datasets.image_files import read_images
from engine.errors import BadData, UsageError

SHAPE = (28, 28, 1)


def test_a_data_set_key_means_its_test_part() -> None:
    assert read_images("digits", SHAPE, None, 7).shape == (7, *SHAPE)


def test_image_files_are_brought_to_the_models_shape(tmp_path: Path) -> None:
    for number in range(3):
        Image.new("RGBA", (50, 40), "white").save(tmp_path / f"{number}.png")
    assert read_images(str(tmp_path / "0.png"), SHAPE, None, 5).shape == (1, *SHAPE)
    assert read_images(str(tmp_path), (8, 8, 3), None, 2).shape == (2, 8, 8, 3)


@pytest.mark.parametrize("shape", [(5, 28, 28), (5, 28, 28, 1), (28, 28), (28, 28, 1)])
def test_arrays_may_lack_the_channel_or_the_count(tmp_path: Path, shape: tuple[int, ...]) -> None:
    np.save(tmp_path / "a.npy", np.zeros(shape, np.float64))
    np.savez(tmp_path / "a.npz", images=np.zeros(shape, np.uint8))
    assert read_images(str(tmp_path / "a.npy"), SHAPE, None, 9).dtype == np.float32
    assert read_images(str(tmp_path / "a.npz"), SHAPE, None, 9).shape[1:] == SHAPE


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((5, 8, 8)), "expected images of 28 × 28 × 1"),
        (np.full((5, 28, 28), 2.0), "0 to 1"),
        (np.full((5, 28, 28), np.nan), "0 to 1"),
        (np.zeros((5, 28, 28), np.int64), "uint8"),
        (np.array([{}], object), "no pickled objects"),
        (np.zeros((0, 28, 28)), "at least one image"),
    ],
)
def test_an_array_that_does_not_fit_is_named(tmp_path: Path, array: np.ndarray, words: str) -> None:
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    with pytest.raises(BadData, match=words):
        read_images(str(tmp_path / "a.npy"), SHAPE, None, 9)


@pytest.mark.parametrize("name", ["broken.png", "broken.npy", "broken.npz", "broken.txt"])
def test_a_broken_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00nonsense")
    with pytest.raises(BadData, match=name):
        read_images(str(tmp_path / name), SHAPE, None, 9)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for source in ("nothing", str(tmp_path)):
        with pytest.raises(UsageError, match=r"No such input|No images"):
            read_images(source, SHAPE, None, 9)


def test_an_archive_without_arrays_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as archive:
        archive.writestr("readme.txt", "no arrays here")
    with pytest.raises(BadData, match=r"expected an \.npy member"):
        read_images(str(tmp_path / "text.npz"), SHAPE, None, 9)


def pixel(path: Path, channels: int = 1) -> list[int]:
    """The middle one of a picture of one colour, as it is read."""
    return read_images(str(path), (8, 8, channels), None, 1)[0, 4, 4].tolist()


def picture(mode: str, colour: object, **options: object) -> tuple[Image.Image, dict[str, object]]:
    return Image.new(mode, (8, 8), colour), options


BLUE_PALETTE = [0, 0, 255] * 256


@pytest.mark.parametrize(
    ("drawn", "grey", "colour"),
    [
        (picture("RGBA", (0, 0, 0, 0)), 255, [255, 255, 255]),
        (picture("RGBA", (0, 0, 0, 51)), 204, [204, 204, 204]),
        (picture("LA", (0, 0)), 255, [255, 255, 255]),
        (picture("LA", (100, 255)), 100, [100, 100, 100]),
        (picture("P", 3, transparency=3), 255, [255, 255, 255]),
        (picture("P", 3, transparency=bytes([255, 255, 255, 51])), 210, [204, 204, 255]),
        (picture("L", 7, transparency=7), 255, [255, 255, 255]),
        (picture("RGB", (9, 8, 7), transparency=(9, 8, 7)), 255, [255, 255, 255]),
        (picture("1", 0, transparency=0), 255, [255, 255, 255]),
        (picture("I;16", 40_000, transparency=40_000), 255, [255, 255, 255]),
        (picture("I;16", 40_000), 40_000 >> 8, [40_000 >> 8] * 3),
        (picture("1", 1), 255, [255, 255, 255]),
        (picture("1", 0), 0, [0, 0, 0]),
    ],
    ids=lambda value: value[0].mode if isinstance(value, tuple) else "",
)
def test_transparency_is_laid_on_white_and_every_kind_of_pixel_keeps_its_brightness(
    tmp_path: Path, drawn: tuple[Image.Image, dict[str, object]], grey: int, colour: list[int]
) -> None:
    image, options = drawn
    if image.mode == "P":
        image.putpalette(BLUE_PALETTE)
    image.save(tmp_path / "a.png", **options)
    assert pixel(tmp_path / "a.png") == [pytest.approx(grey, abs=1)]
    assert pixel(tmp_path / "a.png", 3) == pytest.approx(colour, abs=1)


def test_the_colours_of_print_are_read_and_others_refused_with_a_remedy(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (255, 0, 0, 0)).save(tmp_path / "a.tif")
    assert pixel(tmp_path / "a.tif", 3) == [0, 255, 255]
    Image.new("LAB", (8, 8)).save(tmp_path / "b.tif")
    with pytest.raises(BadData, match="found LAB; save it as RGB"):
        pixel(tmp_path / "b.tif")


def test_a_camera_that_was_held_upright_gives_an_upright_picture(tmp_path: Path) -> None:
    lying = np.zeros((8, 8), np.uint8)
    lying[:4] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it clockwise: what was above is on the right
    for name in ("a.png", "a.jpg"):
        Image.fromarray(lying).save(tmp_path / name, exif=exif)
        upright = read_images(str(tmp_path / name), (8, 8, 1), None, 1)[0, :, :, 0]
        assert upright[:, 6].min() > 200
        assert upright[:, 1].max() < 50


def test_a_picture_whose_exif_data_are_damaged_is_read_as_it_lies(tmp_path: Path) -> None:
    Image.new("L", (8, 8), 90).save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    assert pixel(tmp_path / "a.jpg") == [90]
