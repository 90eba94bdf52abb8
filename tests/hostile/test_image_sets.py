"""IDX files and archives of images, hostile."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hostile.bounds import hostile, outcome
from hostile.damage import NUMBERS, claiming, damaged, npz, whole_zip
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets import idx
from engine.datasets import keras_archive as keras_npz
from engine.datasets.image_parts import LARGEST
from engine.errors import EngineError

IMAGES = np.arange(6 * 5 * 4, dtype=np.uint8).reshape(6, 5, 4)
LABELS = np.array([0, 1, 2, 0, 1, 2], np.uint8)
PLAIN = struct.pack(">HBB3I", 0, 8, 3, *IMAGES.shape) + IMAGES.tobytes()
ARRAYS = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:3], "y_test": LABELS[:3]}


@st.composite
def idx_files(draw: st.DrawFn) -> bytes:
    sizes = draw(st.lists(st.sampled_from(NUMBERS), min_size=3, max_size=3))
    header = struct.pack(
        ">HBB3I", 0, *draw(st.sampled_from(((8, 3), (8, 3), (13, 3), (8, 255)))), *(n % 2**32 for n in sizes)
    )
    content = draw(damaged(PLAIN) | st.just(header + IMAGES.tobytes()))
    packing = draw(st.integers(0, 2))
    packed = gzip.compress(content, 1) if packing else content
    return draw(damaged(packed)) if packing == 2 else packed


def part_sizes(found: object) -> None:
    if not isinstance(found, EngineError):
        train, test = found
        assert train.items.ndim == test.items.ndim == 4
        assert len(train.items) == len(train.labels)


@hostile
@given(content=idx_files())
def test_idx(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    found = outcome(lambda: idx.read_array(path, 3))
    assert isinstance(found, EngineError) or found.ndim == 3


@hostile
@given(content=idx_files(), name=st.sampled_from(("train-images-idx3", "t10k-labels-idx1")))
def test_a_folder_of_idx(tmp_path: Path, content: bytes, name: str) -> None:
    for prefix, images, labels in (("train", IMAGES, LABELS), ("t10k", IMAGES[:3], LABELS[:3])):
        header = struct.pack(">HBB3I", 0, 8, 3, *images.shape)
        (tmp_path / f"{prefix}-images-idx3-ubyte").write_bytes(header + images.tobytes())
        (tmp_path / f"{prefix}-labels-idx1-ubyte").write_bytes(
            struct.pack(">HBBI", 0, 8, 1, len(labels)) + labels.tobytes()
        )
    part_sizes(idx.read(tmp_path))
    (tmp_path / f"{name}-ubyte").write_bytes(content)
    part_sizes(outcome(lambda: idx.read(tmp_path)))


@hostile
@given(content=npz(ARRAYS))
def test_an_archive_in_the_keras_layout(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    part_sizes(outcome(lambda: keras_npz.read(path)))


@pytest.mark.parametrize("packed", [True, False])
def test_a_header_that_promises_more_than_the_limit_is_refused_with_the_limit(tmp_path: Path, packed: bool) -> None:
    header = struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 1_000, 1_000)
    (tmp_path / "bomb").write_bytes(gzip.compress(header) if packed else header)
    assert f"at most {LARGEST:,} bytes" in str(outcome(lambda: idx.read_array(tmp_path / "bomb", 3)))


def test_a_header_within_the_limit_makes_no_room_for_what_never_comes(tmp_path: Path) -> None:
    (tmp_path / "claims").write_bytes(struct.pack(">HBB3I", 0, 8, 3, 2**10, 2**10, 2**10))
    assert "found 0" in str(outcome(lambda: idx.read_array(tmp_path / "claims", 3)))


def test_an_archive_that_unpacks_to_more_than_it_says_is_left_in_the_middle(tmp_path: Path) -> None:
    bomb = struct.pack(">HBB3I", 0, 8, 3, *IMAGES.shape) + bytes(100_000_000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bomb, 1))
    assert "found more" in str(outcome(lambda: idx.read_array(tmp_path / "bomb.gz", 3)))


def test_an_archive_whose_member_claims_a_terabyte_is_refused_with_the_limit(tmp_path: Path) -> None:
    bomb = whole_zip({f"{name}.npy": claiming((2**40,)) for name in ARRAYS})
    (tmp_path / "bomb.npz").write_bytes(bomb)
    assert f"at most {LARGEST:,} bytes" in str(outcome(lambda: keras_npz.read(tmp_path / "bomb.npz")))
