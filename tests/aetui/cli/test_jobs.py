from __future__ import annotations

from typing import Any

import pytest
from instant import Instant
from puppets import killed

from aetui.cli import engines
from aetui.cli.options import Options
from engine import session
from engine.runs.jobs import Order, TrainJob
from engine.runs.store import RunStore
from engine.runs.waiting import Waiting, listed

JOB = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": 2})


def left(store: RunStore, *run_ids: str) -> None:
    """What a process that is gone had before it."""
    gone = Waiting(store.root)
    for run_id in run_ids:
        gone.announce(Order(run_id=run_id, job=JOB))
    killed(gone, *run_ids)


def test_a_training_has_as_many_processes_as_it_is_told_and_an_answer_none(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[dict[str, Any]] = []

    def engine(*_: Any, **settings: Any) -> Instant:
        made.append(settings)
        return Instant(lambda event: None, store)

    monkeypatch.setattr(session, "Engine", engine)
    options = Options(runs_dir=store.root, jobs=3, isolate=True)
    for training in (True, False):
        with engines.engine(options, training=training):
            pass
    assert [(each["jobs"], each["isolate"]) for each in made] == [(3, True), (1, False)]


def test_what_a_dead_process_left_is_listed_trained_or_forgotten(instantly: Any, store: RunStore) -> None:
    left(store, "r1", "r2")
    table = instantly("runs").stdout
    assert table.count("abandoned") == 2
    assert '"status":"abandoned"' in instantly("runs", "--json", "state=abandoned").stdout
    result = instantly("resume", "r1")
    assert result.exit_code == 0, result.exception
    assert store.find("r1").status == "completed"
    assert "will not begin" in instantly("stop", "r2").stdout
    assert listed(store.root) == []
