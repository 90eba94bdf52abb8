"""Runs on the engine that trains nothing, for tests and, as `python scripted_runs.py`, in processes of their own."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import Any

import pytest

from engine import events
from engine.datasets import image_reader
from engine.errors import EngineError
from engine.events import EngineFailed, Event, Progress, RunFinished, RunPaused, Terms, complete_epochs
from engine.kinds.image import Image
from engine.runs import loop
from engine.runs.jobs import ResumeJob, TrainJob
from engine.runs.store import RunRecord, RunStore
from engine.session import Engine


def _of_the_engine() -> ModuleType:
    """What the tests of the engine share; pytest alone can import a conftest by its name."""
    path = Path(__file__).parents[1] / "engine" / "conftest.py"
    spec = importlib.util.spec_from_file_location("scripted_engine", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_engine = _of_the_engine()
scripted, store, ScriptedTraining = _engine.scripted, _engine.store, _engine.ScriptedTraining
EPOCHS = 4


def job(**config: Any) -> TrainJob:
    return TrainJob(variant="vanilla", dataset="digits", config={"epochs": EPOCHS, **config})


@pytest.fixture
def crashed(scripted: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> RunRecord:
    """A run as a crash in epoch 3 of 4 leaves it, the checkpoint written a moment before."""
    driven = scripted(seconds=0)
    hear = driven.engine._send

    def pause_in_time(event: Event) -> None:
        if isinstance(event, Progress) and event.epoch == 3:
            driven.engine.pause(event.run_id)
        hear(event)

    monkeypatch.setattr(loop, "PROGRESS_SECONDS", -1.0)  # every chunk is told
    monkeypatch.setattr(driven.engine, "_send", pause_in_time)
    run_id = driven.engine.submit(job())
    driven.until(RunPaused)
    folder, aside = store.find(run_id).folder, store.root.parent / "aside"
    shutil.copytree(folder, aside)
    driven.engine.close()
    shutil.rmtree(folder)
    aside.rename(folder)
    return store.find(run_id)


@pytest.fixture
def go_on(scripted: Any) -> Callable[[RunRecord], RunFinished | EngineFailed]:
    """Resumes a run in a new engine and says how that ended."""

    def resume(record: RunRecord) -> RunFinished | EngineFailed:
        driven = scripted(seconds=0)
        driven.engine.submit(ResumeJob(run_id=record.id))
        end: RunFinished | EngineFailed = driven.until(RunFinished, EngineFailed)
        driven.engine.close()
        return end

    return resume


def assert_whole(record: RunRecord, epochs: int = EPOCHS) -> None:
    """Complete, every epoch once and in order, every event numbered."""
    history = record.events()[0]
    assert record.status == "completed"
    assert [event.epoch for event in complete_epochs(history)] == list(range(1, epochs + 1))
    assert [event.seq for event in history] == list(range(1, len(history) + 1))


class NoComparison:
    """Instead of PCA and neighbours, whose library takes longer to load than all the rest."""

    def views(self, *of: Any) -> dict[str, Any]:
        return {}

    def metrics(self, *of: Any) -> Generator[tuple[int, int], None, Terms]:
        yield 1, 1
        return {"test_mse": 0.5}


def command(store: RunStore, run_id: str = "") -> list[str]:
    """What trains a run, or resumes one, in another process; every event is a line of its output."""
    return [sys.executable, __file__, str(store.root), *filter(None, [run_id])]


def main(runs: str, run_id: str = "") -> int:
    image_reader.read = lambda entry, location: _engine.make_data()
    loop.CHECKPOINT_SECONDS = 0.0
    setattr(Image, "comparison", lambda *of: NoComparison())  # noqa: B010
    heard: SimpleQueue[Event] = SimpleQueue()
    engine = Engine(heard.put, RunStore(Path(runs)), backend=lambda device: _engine.ScriptedBackend(seconds=0.05))
    try:
        engine.submit(ResumeJob(run_id=run_id) if run_id else job())
    except EngineError as error:
        print(error)
        return 1
    engine.start()
    event: Event | None = None
    while not isinstance(event, RunFinished | EngineFailed):
        event = heard.get()
        print(events.encode(event).decode(), flush=True)
    engine.close()
    return isinstance(event, EngineFailed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
