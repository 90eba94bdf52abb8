from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.datasets import keras_archive
from engine.errors import BadData

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
LABELS = np.array([1, 0], np.uint8)


def test_the_keras_layout_is_read(toy, tmp_path: Path) -> None:
    train, test = keras_archive.read(toy.write_npz(tmp_path))
    assert np.array_equal(train.items, toy.x_train[..., None])
    assert np.array_equal(test.items, toy.x_test[..., None])
    assert train.labels.tolist() == toy.y_train.tolist()
    assert (train.items.dtype, train.labels.dtype) == (np.uint8, np.int64)


def test_colour_images_labels_in_a_column_and_column_major_arrays_are_read(toy, tmp_path: Path) -> None:
    colour = np.arange(6 * 5 * 4 * 3, dtype=np.uint16).astype(np.uint8).reshape(6, 5, 4, 3)
    path = toy.write_npz(tmp_path, x_train=np.asfortranarray(colour), y_train=toy.y_train[:, None].astype(">i4"))
    train, _ = keras_archive.read(path)
    assert np.array_equal(train.items, colour)
    assert train.items.flags.c_contiguous
    assert train.labels.tolist() == toy.y_train.tolist()


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"x_train": np.zeros((6, 5, 4), np.float32)}, r"of uint8, found \(6, 5, 4\) of float32"),
        ({"x_train": np.zeros((6, 5, 4), np.int64)}, r"of uint8, found \(6, 5, 4\) of int64"),
        ({"x_train": np.zeros((6, 20), np.uint8)}, r"\(count, height, width\).* found \(6, 20\)"),
        ({"y_train": np.zeros((6, 3), np.uint8)}, r"labels \(count,\), found \(6, 3\)"),
        ({"y_test": np.uint8(3)}, r"labels \(count,\), found \(\)"),
        ({"y_test": np.zeros(4, np.uint8)}, "a label for each image, found 3 and 4"),
    ],
)
def test_arrays_of_the_wrong_kind_are_refused(toy, tmp_path: Path, changed: dict, fault: str) -> None:
    path = toy.write_npz(tmp_path, **changed)
    with pytest.raises(BadData, match=fault):
        keras_archive.read(path)


def test_a_missing_array_is_named_with_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "half.npz"
    np.savez(path, x_train=IMAGES, labels=LABELS)
    with pytest.raises(BadData, match=r"y_train.* found x_train, labels"):
        keras_archive.read(path)


def test_a_header_that_claims_more_than_is_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "claims.npz"
    for shape, fault in [((3, 3, 4), "expected 36 bytes .*found 24"), ((10**6, 10**6), "at most 1,073,741,824 bytes")]:
        buffer = io.BytesIO()
        np.lib.format.write_array_header_1_0(buffer, {"descr": "|u1", "fortran_order": False, "shape": shape})
        with zipfile.ZipFile(path, "w") as file:
            for name in ("x_train", "y_train", "x_test", "y_test"):
                file.writestr(f"{name}.npy", buffer.getvalue() + IMAGES.tobytes())
        with pytest.raises(BadData, match=fault):
            keras_archive.read(path)


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return (Path.touch, (tmp_path / "sprung",))

    path = tmp_path / "trap.npz"
    np.savez(path, x_train=np.array([Trap()], dtype=object))
    with pytest.raises(BadData):
        keras_archive.read(path)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(BadData):
        keras_archive.read(path)
    assert not (tmp_path / "sprung").exists()
