from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from engine.errors import BadData, EngineError
from engine.storage import rows as array_rows
from engine.storage.file_rows import FileRows, Piece
from engine.storage.rows import Rows, some
from engine.storage.shards import INDEX, open_shards, writing

KEY = "three blocks"


@pytest.fixture(autouse=True)
def small_grains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_rows, "GRAIN", 64)  # of rows of 6 bytes, 8


def numbers(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 2, 3), np.uint8)


def written(folder: Path, *blocks: np.ndarray) -> None:
    with writing(folder, KEY) as index:
        for block in blocks:
            index.write(block, f"{len(block)} rows")
        index.finish()


def test_what_was_written_in_shards_is_indexed_like_the_array_in_memory(tmp_path: Path) -> None:
    whole = numbers(100)
    written(tmp_path, whole[:37], whole[37:37], whole[37:40], whole[40:])
    found = open_shards(tmp_path, KEY)
    assert found is not None
    assert (found.shape, found.dtype, len(found), found.ndim) == (whole.shape, whole.dtype, 100, 3)
    assert (found.size, found.nbytes) == (whole.size, whole.nbytes)
    assert found.notes == ["37 rows", "0 rows", "3 rows", "60 rows"]
    random = np.random.default_rng(1)
    for places in (
        *(slice(None), slice(30, 45), slice(45, 30), slice(-5, None), slice(3, 90, 7)),
        *(0, -1, np.int64(39), [], [3, 3, 99, 0], -np.arange(1, 9), random.permutation(100)),
        *(random.random(100) < 0.3, np.zeros(100, bool)),
    ):
        np.testing.assert_array_equal(found[places], whole[places])
    np.testing.assert_array_equal(np.asarray(pickle.loads(pickle.dumps(found))), whole)


@pytest.mark.parametrize("places", [100, [-101], np.zeros(99, bool), [0.5]])
def test_rows_that_are_not_there_cannot_be_had(tmp_path: Path, places: object) -> None:
    written(tmp_path, numbers(100))
    found = open_shards(tmp_path, KEY)
    assert found is not None
    with pytest.raises(IndexError):
        found[places]


def test_rows_that_lie_apart_are_read_in_stretches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    whole = np.arange(10_000, dtype=np.float32).reshape(1_000, 10)
    np.save(tmp_path / "x.npy", whole)
    found = FileRows([Piece(tmp_path / "x.npy", 128, 1_000)], (10,), whole.dtype)
    monkeypatch.setattr("engine.storage.file_rows.GAP", 80)  # two rows
    monkeypatch.setattr("engine.storage.file_rows.SPAN", 4_000)  # a hundred rows
    assert found._together(np.array([1, 3, 6, 98, 99, 100, 101])) == [(0, 2), (2, 3), (3, 5), (5, 7)]
    places = np.random.default_rng(0).choice(1_000, 200, replace=False)
    np.testing.assert_array_equal(found[places], whole[places])


def test_a_part_of_an_array_reads_nothing_until_it_is_asked(tmp_path: Path) -> None:
    whole = numbers(50)
    written(tmp_path, whole)
    found = open_shards(tmp_path, KEY)
    assert found is not None
    for chosen in (np.arange(50) % 3 == 0, np.array([4, 2, 40]), range(10, 20)):
        part = some(found, chosen)
        assert isinstance(part, Rows)
        expected = whole[list(chosen)] if isinstance(chosen, range) else whole[chosen]
        assert part.shape == expected.shape
        for places in (slice(1, 3), [2, 0], slice(None), -1):
            np.testing.assert_array_equal(part[places], expected[places])
        copied = some(whole, chosen)
        assert isinstance(copied, np.ndarray)
        np.testing.assert_array_equal(copied, expected)


def test_a_writer_goes_on_after_the_last_whole_shard(tmp_path: Path) -> None:
    whole = numbers(30)

    with writing(tmp_path, KEY) as index:
        index.write(whole[:10])
        index.write(whole[10:20])
        (tmp_path / ".000002.npy.0000.tmp").write_bytes(b"half a shard")
    assert open_shards(tmp_path, KEY) is None
    with (tmp_path / INDEX).open("ab") as file:
        file.write(b'{"type":"Shard","number":2,"ro')
    with writing(tmp_path, KEY) as index:
        assert sorted(index.done) == [0, 1]
        index.write(whole[20:])
        index.finish()
    found = open_shards(tmp_path, KEY)
    assert found is not None
    np.testing.assert_array_equal(found[:], whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000.npy", "000001.npy", "000002.npy", INDEX]


def test_a_shard_whose_file_is_short_is_written_again(tmp_path: Path) -> None:
    written(tmp_path, numbers(10), numbers(10, seed=1))
    place = tmp_path / "000001.npy"
    place.write_bytes(place.read_bytes()[:-1])
    assert open_shards(tmp_path, KEY) is None
    with writing(tmp_path, KEY) as index:
        assert sorted(index.done) == [0]


def test_what_was_made_in_another_way_is_not_taken_for_it(tmp_path: Path) -> None:
    written(tmp_path, numbers(10))
    assert open_shards(tmp_path, "otherwise") is None
    with writing(tmp_path, "otherwise") as index:
        assert not index.done
    assert not list(tmp_path.glob("*.npy"))


def test_two_processes_do_not_write_at_once(tmp_path: Path) -> None:
    with writing(tmp_path, KEY), pytest.raises(EngineError, match="another process"), writing(tmp_path, KEY):
        pass


def test_a_changed_byte_is_found_when_its_grain_is_read(tmp_path: Path) -> None:
    written(tmp_path, numbers(20), numbers(20, seed=1))
    place = tmp_path / "000001.npy"
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    found = open_shards(tmp_path, KEY)
    assert found is not None
    assert len(found[:36]) == 36
    with pytest.raises(BadData, match=r"000001.npy: its checksum is wrong; remove"):
        found[30:40]
    assert len(found[39:40]) == 1  # of few rows it is not asked
    with pytest.raises(BadData, match="its checksum is wrong"):
        found[np.arange(40) % 2 == 0]


def test_a_file_that_was_cut_short_meanwhile_is_told(tmp_path: Path) -> None:
    written(tmp_path, numbers(20))
    found = open_shards(tmp_path, KEY)
    assert found is not None
    place = tmp_path / "000000.npy"
    place.write_bytes(place.read_bytes()[:-60])
    assert len(found[:5]) == 5
    with pytest.raises(BadData, match="changed while it was in use"):
        found[5:]
    place.unlink()
    with pytest.raises(BadData, match="cannot be read any more"):
        found[:5]


def test_shards_of_several_shapes_make_no_array(tmp_path: Path) -> None:
    with writing(tmp_path, KEY) as index:
        index.write(numbers(5))
        index.write(numbers(5).astype(np.float32))
        with pytest.raises(BadData, match="one shape and type"):
            index.finish()
