"""A small data set of its own, in files as published ones come, and a machine on which nothing else lies."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.datasets import DATASETS, DataSet, RemoteFile, folders

_AETUI_DATA = os.environ.get("AETUI_DATA")


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AETUI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg-cache"))
    monkeypatch.setattr(folders, "SYSTEM_FOLDERS", (tmp_path / "system",))


@pytest.fixture
def real_data_dir() -> Path:
    if not _AETUI_DATA:
        pytest.skip("AETUI_DATA is not set: the real data sets are NOT tested")
    return Path(_AETUI_DATA)


class Toy:
    """Six training and three test images of 5×4 pixels in three classes."""

    def __init__(self) -> None:
        self.x_train = np.arange(6 * 20, dtype=np.uint8).reshape(6, 5, 4)
        self.y_train = np.array([0, 1, 2, 0, 1, 2], np.uint8)
        self.x_test = self.x_train[:3] + 100
        self.y_test = self.y_train[:3]

    def arrays(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in ("x_train", "y_train", "x_test", "y_test")}

    def idx_files(self) -> dict[str, bytes]:
        """Plain IDX files by name."""
        return {
            "train-images-idx3-ubyte": idx_bytes(self.x_train),
            "train-labels-idx1-ubyte": idx_bytes(self.y_train),
            "t10k-images-idx3-ubyte": idx_bytes(self.x_test),
            "t10k-labels-idx1-ubyte": idx_bytes(self.y_test),
        }

    def packed_files(self) -> dict[str, bytes]:
        return {f"{name}.gz": gzip.compress(content, mtime=0) for name, content in self.idx_files().items()}

    def write_npz(self, folder: Path, **changed: np.ndarray) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / "toy.npz", **(self.arrays() | changed))
        return folder / "toy.npz"

    def write_idx(self, folder: Path, packed: bool = True) -> Path:
        target = folder / "toy"
        target.mkdir(parents=True)
        for name, content in (self.packed_files() if packed else self.idx_files()).items():
            (target / name).write_bytes(content)
        return target


def idx_bytes(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def to_idx() -> Callable[[np.ndarray], bytes]:
    return idx_bytes


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Toy:
    """The toy set, entered in the table as `toy`."""
    toy = Toy()
    remote = tuple(
        RemoteFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in toy.packed_files().items()
    )
    entry: DataSet = msgspec.structs.replace(
        DATASETS["mnist"],
        key="toy",
        shape=(5, 4, 1),
        classes=("a", "b", "c"),
        train_items=6,
        test_items=3,
        files=remote,
        mirrors=(),
    )
    monkeypatch.setitem(DATASETS, "toy", entry)
    return toy
