"""Event files for TensorBoard: where they go, and that nothing which happens there happens to the run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.backend import Checkpoint, Position
from engine.errors import UsageError
from engine.events import EpochEnded, Logged
from engine.runs import board
from engine.runs.board import VARIABLE, Guarded
from engine.runs.snapshots import Samples

CODES = np.zeros((2, 2), np.float32)
SAMPLES = Samples(inputs=CODES, targets=CODES, outputs=CODES, codes=CODES, labels=np.zeros(2, np.int64))
EPOCH = EpochEnded(
    stage="s",
    epoch=1,
    train={"loss": 1.0},
    validation={"loss": 1.0},
    steps=1,
    seconds=1.0,
    samples_per_second=1.0,
)


class Puppet:
    """Remembers what it was told; fails while the disk is `full`."""

    full = False
    made = 0

    def __init__(self, place: Path, run: Path) -> None:
        Puppet.made += 1
        self.told: list[Any] = [place, run]

    def _hear(self, *what: Any) -> None:
        if Puppet.full:
            raise OSError(28, "No space left on device")
        self.told.append(what)

    event = samples = codes = weights = _hear

    def close(self) -> None:
        self._hear("close")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(VARIABLE, raising=False)
    Puppet.full, Puppet.made = False, 0
    yield
    Puppet.full = False


def test_without_being_asked_there_is_no_board_and_with_it_each_run_has_a_folder_below(tmp_path: Path) -> None:
    assert board.folder({}) is None
    assert board.of_run(tmp_path / "run") is None
    assert board.folder({VARIABLE: str(tmp_path / "not" / "yet")}) == tmp_path / "not" / "yet"


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="Not a directory"):
        board.check({VARIABLE: str(tmp_path / "file" / "below")})
    board.check({VARIABLE: str(tmp_path / "new" / "one")})
    assert list((tmp_path / "new" / "one").iterdir()) == []
    with pytest.raises(UsageError), board.asked(tmp_path / "file"):
        raise AssertionError
    assert VARIABLE not in os.environ


def test_what_is_asked_of_one_command_holds_for_that_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "/else")
    with board.asked(tmp_path):
        assert os.environ[VARIABLE] == str(tmp_path), "processes that train for us inherit it"
    assert os.environ[VARIABLE] == "/else"
    with board.asked(None):
        assert os.environ[VARIABLE] == "/else"


def test_a_full_disk_is_told_once_and_when_there_is_room_again_a_new_file_is_begun(tmp_path: Path) -> None:
    guarded = Guarded(tmp_path / "tb", tmp_path / "run", make=Puppet)
    event = Logged(level="info", text="x")
    guarded.event(event)
    assert guarded.fault() == ""
    Puppet.full = True
    guarded.samples(1, SAMPLES)
    guarded.weights(1, Checkpoint(arrays={}, position=Position()))
    assert "No space left on device" in guarded.fault()
    guarded.event(event)
    assert guarded.fault() == "", "it has been said"
    Puppet.full, made = False, Puppet.made
    guarded.codes(2, CODES)
    guarded.event(event)
    Puppet.full = True
    guarded.event(event)
    assert guarded.fault() == "", "until an epoch is written it is the same fault"
    Puppet.full, made = False, Puppet.made
    guarded.event(EPOCH)
    assert Puppet.made == made + 1, "one that is new, since the old one may end in the middle of a record"
    Puppet.full = True
    guarded.event(event)
    assert guarded.fault(), "another time, which is said again"
    guarded.close()
