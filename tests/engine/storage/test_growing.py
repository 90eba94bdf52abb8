from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadData
from engine.storage import npz, packed_rows
from engine.storage.file_rows import FileRows
from engine.storage.growing import GrowingArray, growing_archive
from engine.storage.npz import rows_of_npy, rows_of_npz
from engine.storage.packed_rows import PackedRows
from engine.storage.shards import copied

WHOLE = np.random.default_rng(0).integers(0, 9, (1_000, 3, 2), np.uint8)


def test_an_array_grows_by_pieces_into_what_numpy_reads(tmp_path: Path) -> None:
    with (tmp_path / "x.npy").open("wb") as file:
        array = GrowingArray(file)
        for start in range(0, 1_000, 333):
            array.append(WHOLE[start : start + 333])
        with pytest.raises(ValueError, match="expected rows"):
            array.append(WHOLE.astype(np.float32))
        array.finish()
    np.testing.assert_array_equal(np.load(tmp_path / "x.npy"), WHOLE)


def test_an_archive_grows_by_pieces_and_leaves_nothing_else(tmp_path: Path) -> None:
    with (tmp_path / "x.npz").open("wb") as file, growing_archive(file, tmp_path) as append:
        append(codes=WHOLE[:10], labels=np.arange(10))
        append(codes=WHOLE[10:], labels=np.arange(10, 1_000))
    with np.load(tmp_path / "x.npz") as found:
        assert found.files == ["codes", "labels"]
        np.testing.assert_array_equal(found["codes"], WHOLE)
        np.testing.assert_array_equal(found["labels"], np.arange(1_000))
    assert [path.name for path in tmp_path.iterdir()] == ["x.npz"]


@pytest.mark.parametrize(("save", "kind"), [(np.savez, FileRows), (np.savez_compressed, PackedRows)])
def test_a_large_member_of_an_archive_stays_there(
    save: object, kind: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.npz"
    save(path, other=np.arange(5), x=WHOLE, y=WHOLE[::-1], f=np.asfortranarray(WHOLE[:, 0]))  # type: ignore[operator]
    assert isinstance(rows_of_npz(path, lambda _: ["x"]), np.ndarray)
    monkeypatch.setattr(npz, "WHOLE", 100)
    monkeypatch.setattr(packed_rows, "PIECE", 60)  # ten rows
    assert isinstance(rows_of_npz(path, lambda _: ["f"]), np.ndarray)
    found = rows_of_npz(path, lambda there: [name for name in there if name == "y"])
    assert isinstance(found, kind)
    for places in (slice(0, 30), slice(30, 500), slice(10, 20), slice(None), [999, 5, 5, 700], slice(5, 5)):
        np.testing.assert_array_equal(found[places], WHOLE[::-1][places])
    made = copied(found, tmp_path / "shards", "y of x", "copying", lambda *_: None)
    np.testing.assert_array_equal(made[:], WHOLE[::-1])
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\0" * (len(content) - len(content) // 2)
    path.write_bytes(content)
    with pytest.raises(BadData):
        rows_of_npz(path, lambda _: ["y"])[:]


def test_a_large_array_file_is_read_by_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "c.npy", WHOLE)
    np.save(tmp_path / "f.npy", np.asfortranarray(WHOLE[:, 0]))
    assert not isinstance(rows_of_npy(tmp_path / "c.npy"), np.memmap | FileRows)
    monkeypatch.setattr(npz, "WHOLE", 100)
    found = rows_of_npy(tmp_path / "c.npy")
    assert isinstance(found, FileRows)
    np.testing.assert_array_equal(found[::-3], WHOLE[::-3])
    np.testing.assert_array_equal(rows_of_npy(tmp_path / "f.npy")[:], WHOLE[:, 0])
