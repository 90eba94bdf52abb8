from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import BadData, UsageError
from engine.images import read_images

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
