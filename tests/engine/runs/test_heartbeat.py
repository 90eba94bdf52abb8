from __future__ import annotations

import pytest

from engine.events import RunFinished, RunHeld
from engine.runs.heartbeat import NAME
from engine.runs.store import RunInfo, RunStore
from engine.runs.writer import NotKept, RunWriter, this_process

END = RunFinished(outcome="completed", epochs=1, train={}, validation={})


def written(store: RunStore) -> RunWriter:
    about = {"config": {"epochs": 1}, "dataset": "digits", "fingerprint": "f", "shape": (4, 4, 1), "created": 1.0}
    return RunWriter.create(
        store, RunInfo(id="a", variant="vanilla", preset="book", device="CPU", **about, **this_process())
    )


def test_a_process_killed_right_after_the_end_leaves_no_heartbeat(store: RunStore) -> None:
    writer = written(store)
    assert (writer.folder / NAME).exists()
    writer.record(END)
    assert not (writer.folder / NAME).exists()


def test_a_run_whose_end_cannot_be_written_still_tells_that_it_holds(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(writer: RunWriter, line: bytes, *, flush: bool) -> None:
        raise OSError("full")

    with written(store) as writer:
        monkeypatch.setattr(RunWriter, "_append", full)
        with pytest.raises(NotKept):
            writer.record(END)
        writer.record(RunHeld(reason="full"))
        passing = store.find("a").passing
        assert isinstance(passing, RunHeld)
        assert passing.reason == "full"
    assert not (writer.folder / NAME).exists()
