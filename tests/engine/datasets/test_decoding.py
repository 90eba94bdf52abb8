from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.datasets import decoding
from engine.datasets.data import silence
from engine.datasets.decoding import decoded, rows_in_shard
from engine.errors import EngineError
from engine.runs.control import Stopped
from engine.storage.shards import INDEX, open_shards


@pytest.fixture(autouse=True)
def decoders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "toydecoder.py").write_text(
        "import numpy as np, pathlib, time\n"
        "def doubled(by):\n"
        "    def decode(items):\n"
        "        good = [item for item in items if item % 10]\n"
        "        bad = [item for item in items if not item % 10]\n"
        "        return np.array([[item * by] * 3 for item in good], np.uint8), bad\n"
        "    return decode\n"
        "def blocked(places):\n"
        "    gate, index = map(pathlib.Path, places)\n"
        "    def decode(items):\n"
        "        if items[0] and not gate.exists():\n"
        "            while b'Shard' not in index.read_bytes(): time.sleep(0.01)\n"
        "            raise ValueError('no gate')\n"
        "        return np.array([[item] for item in items], np.float32), None\n"
        "    return decode\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(decoding, "FEWEST", 20)


def test_items_become_rows_in_their_order_with_what_was_noted(tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    items = list(range(1, 61))

    def report(activity: str, done: int, total: int, unit: str = "items", /) -> None:
        heard.append((activity, done, total))

    folder = tmp_path / "made"
    found = decoded(folder, "toydecoder:doubled", 2, items, 3, "decoding", report)
    np.testing.assert_array_equal(found[:], [[2 * item] * 3 for item in items if item % 10])
    assert found.notes == [[10, 20], [30, 40], [50, 60]]
    assert heard[0] == ("decoding", 0, 60)
    assert heard[-1] == ("decoding", 60, 60)
    heard.clear()
    again = decoded(folder, "toydecoder:doubled", 2, items, 3, "decoding", report)
    assert (again.digest(), again.notes, heard) == (found.digest(), found.notes, [])
    assert decoded(folder, "toydecoder:doubled", 3, items, 3, "decoding", silence)[0].tolist() == [3, 3, 3]


def test_decoding_that_broke_off_goes_on_with_what_is_missing(tmp_path: Path) -> None:
    gate, folder, items = tmp_path / "gate", tmp_path / "made", list(range(60))

    def work(report: object = silence) -> object:
        places = [str(gate), str(folder / INDEX)]
        return decoded(folder, "toydecoder:blocked", places, items, 4, "decoding", report)  # type: ignore[arg-type]

    with pytest.raises(EngineError, match="no gate"):
        work()
    assert [path.name for path in folder.glob("*.npy")] == ["000000.npy"]
    made = (folder / "000000.npy").stat().st_mtime_ns
    gate.touch()
    heard: list[int] = []

    def stopping(activity: str, done: int, total: int, unit: str = "items", /) -> None:
        heard.append(done)
        raise Stopped

    with pytest.raises(Stopped):
        work(stopping)
    assert not list(folder.glob(".*"))
    np.testing.assert_array_equal(np.asarray(work()).ravel(), np.arange(60))
    assert (folder / "000000.npy").stat().st_mtime_ns == made
    assert open_shards(folder, "something else") is None


def test_shards_are_large_enough_for_a_disk_and_many_enough_for_the_cores() -> None:
    assert rows_in_shard(10, 784) == 20  # FEWEST, above
    assert rows_in_shard(100_000, 784) == 1_024  # a grain
    assert rows_in_shard(6_000_000, 784) == 20 * 1_024
    assert rows_in_shard(1_000, 2**25) == 1
