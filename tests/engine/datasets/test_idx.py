from __future__ import annotations

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from engine.datasets import idx
from engine.errors import BadData

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
HEADER = struct.pack(">HBB3I", 0, 8, 3, 2, 3, 4)
PLAIN = HEADER + IMAGES.tobytes()
PACKED = gzip.compress(PLAIN, mtime=0)  # it is part of names of tests


def read(path: Path, content: bytes) -> np.ndarray:
    path.write_bytes(content)
    return idx.read_array(path, 3)


@pytest.mark.parametrize("content", [PLAIN, PACKED], ids=["plain", "gzip"])
def test_plain_and_packed_files_give_the_same_array(tmp_path: Path, content: bytes) -> None:
    assert np.array_equal(read(tmp_path / "whatever", content), IMAGES)


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_gives_both_parts(toy, tmp_path: Path, packed: bool) -> None:
    train, test = idx.read(toy.write_idx(tmp_path, packed))
    assert np.array_equal(train.items, toy.x_train[..., None])
    assert np.array_equal(train.labels, toy.y_train)
    assert np.array_equal(test.items, toy.x_test[..., None])
    assert (train.items.dtype, train.labels.dtype) == (np.uint8, np.int64)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "expected the IDX header 00000803, found nothing"),
        (b"\0\0\x08\x01" + bytes(20), "expected the IDX header 00000803, found 00000801"),
        (b"\0\0\x0d\x03" + bytes(20), "found 00000d03"),
        (HEADER[:9], "expected a header of 16 bytes, found 9"),
        (PLAIN[:-1], "expected 24 bytes after the header \\(2, 3, 4\\), found 23"),
        (PLAIN + b"\0", "expected 24 bytes .* found more"),
        (PACKED[:-9], "broken one"),
        (PACKED[:30] + b"\xff" + PACKED[31:], "broken one"),
        (PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], "CRC"),
        (struct.pack(">HBB3I", 0, 8, 3, 60_000, 28_000, 28_000), "at most"),
    ],
)
def test_a_broken_file_is_named_with_what_was_expected(tmp_path: Path, content: bytes, fault: str) -> None:
    with pytest.raises(BadData, match=f"train-images.*{fault}"):
        read(tmp_path / "train-images", content)


def test_a_missing_file_is_named(toy, tmp_path: Path) -> None:
    folder = toy.write_idx(tmp_path)
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(BadData, match=r"t10k-labels-idx1-ubyte\.gz"):
        idx.read(folder)


def test_images_and_labels_must_be_as_many(toy, tmp_path: Path, to_idx) -> None:
    folder = toy.write_idx(tmp_path, packed=False)
    (folder / "train-labels-idx1-ubyte").write_bytes(to_idx(toy.y_train[:5]))
    with pytest.raises(BadData, match="a label for each image, found 6 and 5"):
        idx.read(folder)


def test_an_archive_that_unpacks_to_more_than_it_says_does_not_fill_memory(tmp_path: Path) -> None:
    bomb = gzip.compress(HEADER + bytes(100_000_000), compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(BadData, match="found more"):
            read(tmp_path / "bomb", bomb)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
