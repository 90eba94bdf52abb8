"""Image files, folders of them and NumPy files of images, hostile."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hostile.bounds import hostile, outcome
from hostile.damage import NUMBERS, claiming, damaged, npy, npz, whole_npy, whole_zip
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.datasets.image_files import read_images
from engine.datasets.pictures import LARGEST_FILE, LARGEST_PICTURE
from engine.errors import EngineError

SHAPES = ((8, 8, 1), (8, 8, 3))
MODES = ("L", "RGB", "RGBA", "P", "1", "LA", "I;16", "CMYK", "I", "F")
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "ICO", "TGA")


def _saved(mode: str, kind: str) -> bytes | None:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (20, 16, 3), np.uint8)
    frames = [
        Image.fromarray(frame).convert("L" if mode in ("I;16", "I", "F") else mode) for frame in (noise, noise[::-1])
    ]
    first = frames[0].convert(mode)
    try:
        first.save(buffer, kind, **({"save_all": True, "append_images": frames[1:]} if kind in ("GIF", "WEBP") else {}))
    except (OSError, ValueError, KeyError):
        return None  # there is no such file
    return buffer.getvalue()


WHOLE = [content for kind in FORMATS for mode in MODES if (content := _saved(mode, kind))]


def png(width: int, height: int, packed: bytes = b"") -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


SIZES = st.sampled_from([number % 2**31 for number in NUMBERS])


@hostile
@given(
    content=st.sampled_from(WHOLE).flatmap(damaged) | st.builds(png, SIZES, SIZES, st.binary(max_size=50)),
    shape=st.sampled_from(SHAPES),
)
def test_an_image_file(tmp_path: Path, content: bytes, shape: tuple[int, ...]) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    found = outcome(lambda: read_images(str(path), shape, None, 5))
    assert isinstance(found, EngineError) or found.shape == (1, *shape)


IMAGES = np.linspace(0, 1, 3 * 64, dtype=np.float32).reshape(3, 8, 8)


def check_images(found: object) -> None:
    if not isinstance(found, EngineError):
        assert found.shape[1:] == SHAPES[0]
        assert found.dtype in (np.uint8, np.float32)
        assert np.isfinite(found).all()


@hostile
@given(content=npy(IMAGES) | npy(IMAGES.astype(np.uint8)))
def test_an_array_of_images(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "images.npy"
    path.write_bytes(content)
    check_images(outcome(lambda: read_images(str(path), SHAPES[0], None, 2)))


@hostile
@given(content=npz({"images": IMAGES, "labels": np.arange(3)}))
def test_an_archive_of_images(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "images.npz"
    path.write_bytes(content)
    check_images(outcome(lambda: read_images(str(path), SHAPES[0], None, 2)))


def test_whole_ones_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(whole_npy(IMAGES))
    (tmp_path / "a.npz").write_bytes(whole_zip({"images.npy": whole_npy(IMAGES)}))
    (tmp_path / "a.png").write_bytes(WHOLE[0])
    counts = [len(read_images(str(tmp_path / name), SHAPES[0], None, 5)) for name in ("a.npy", "a.npz", "a.png")]
    assert counts == [3, 3, 1]


@pytest.mark.parametrize("size", [(2**13 + 1, 2**13), (2**30, 2**30), (1, 2**31 - 1)])
def test_a_picture_of_more_pixels_than_the_limit_is_refused_with_the_limit(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    packed = zlib.compress(bytes(80_000_000), 1)
    (tmp_path / "bomb.png").write_bytes(png(*size, packed))
    message = str(outcome(lambda: read_images(str(tmp_path / "bomb.png"), SHAPES[0], None, 5)))
    assert f"at most {LARGEST_PICTURE:,} pixels, found" in message


def test_a_tiff_whose_field_claims_gigabytes_takes_none(tmp_path: Path) -> None:
    field = struct.pack("<HHII", 256, 2, 2**32 - 1, 8)
    (tmp_path / "bomb.tif").write_bytes(b"II*\0" + struct.pack("<IH", 8, 1) + field + bytes(4))
    assert isinstance(outcome(lambda: read_images(str(tmp_path / "bomb.tif"), SHAPES[0], None, 5)), EngineError)


def test_a_file_of_more_bytes_than_the_limit_is_refused_with_the_limit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("engine.datasets.pictures.LARGEST_FILE", 100)
    (tmp_path / "large.png").write_bytes(WHOLE[0])
    assert LARGEST_FILE < 2**32
    assert "at most 100 bytes" in str(outcome(lambda: read_images(str(tmp_path / "large.png"), SHAPES[0], None, 5)))


@pytest.mark.parametrize("shape", [(2**30, 8, 8), (2**62, 8, 8)])
def test_an_array_that_claims_more_than_its_archive_holds_is_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    (tmp_path / "bomb.npz").write_bytes(whole_zip({"images.npy": claiming(shape)}))
    message = str(outcome(lambda: read_images(str(tmp_path / "bomb.npz"), SHAPES[0], None, 5)))
    assert "bytes in images, found a header that promises" in message


def test_of_a_file_with_holes_that_is_larger_than_memory_no_more_is_read_than_is_asked_for(tmp_path: Path) -> None:
    content = claiming((2**30, 8, 8))
    with (tmp_path / "holes.npy").open("wb") as file:
        file.write(content)
        os.truncate(file.fileno(), len(content) + 2**36)
    found = outcome(lambda: read_images(str(tmp_path / "holes.npy"), SHAPES[0], None, 5))
    assert found.shape == (5, *SHAPES[0])
    assert not found[:].any()


def test_in_a_folder_only_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.png")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "picture.png").write_bytes(WHOLE[0])
    assert len(outcome(lambda: read_images(str(tmp_path), SHAPES[0], None, 5))) == 1


def test_sixteen_bits_a_channel_are_brought_to_eight_and_not_cut_off(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8), 40_000, np.uint16)).save(tmp_path / "deep.png")
    assert set(read_images(str(tmp_path / "deep.png"), SHAPES[0], None, 5).ravel().tolist()) == {40_000 >> 8}
    Image.fromarray(np.full((8, 8), 0.5, np.float32)).save(tmp_path / "deep.tif")
    assert "8 or 16 bits" in str(outcome(lambda: read_images(str(tmp_path / "deep.tif"), SHAPES[0], None, 5)))
