"""With real processes and TensorFlow."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from engine.events import EpochEnded, Event, RunFinished, RunInterrupted, RunResumed
from engine.processes.crew import END
from engine.runs.jobs import ResumeJob, TrainJob
from engine.runs.store import RunStore
from engine.session import Engine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def job(**config: Any) -> TrainJob:
    return TrainJob(variant="vanilla", dataset="digits", preset="small", config={"hidden_dim": 8, **config})


def test_a_killed_process_costs_its_run_which_goes_on_later_and_the_next_one_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    store, heard = RunStore(tmp_path / "runs"), SimpleQueue[Event]()
    engine = Engine(heard.put, store, device="cpu", isolate=True, niceness=0)

    def until(kind: Any, run_id: str) -> Any:
        while True:
            event = heard.get(timeout=300)
            if isinstance(event, kind) and event.run_id == run_id:
                return event

    engine.start()
    killed, after = engine.submit(job(epochs=100_000)), engine.submit(job(epochs=2))
    until(EpochEnded, killed)
    assert engine._crew is not None
    [living] = engine._crew.living()
    assert living.run_id == killed
    os.kill(living.pid, signal.SIGKILL)
    end = until(END, killed)
    assert isinstance(end, RunInterrupted)
    assert "signal 9" in end.message
    assert store.find(killed).status == "interrupted"
    assert until(END, after).outcome == "completed"
    engine.submit(ResumeJob(run_id=killed))
    until(RunResumed, killed)
    engine.cancel(killed)
    assert until(RunFinished, killed).outcome == "stopped"
    engine.close()
    assert "tensorflow" not in sys.modules or "tensorflow" in BEFORE


BEFORE = frozenset(sys.modules)
