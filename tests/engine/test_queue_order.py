"""The queue of the engine: whose turn it is."""

from __future__ import annotations

from typing import Any

from engine.events import RunStarted
from engine.runs.jobs import TrainJob


def test_runs_that_wait_can_change_places(scripted: Any) -> None:
    driven = scripted(seconds=0.05)
    job = TrainJob(variant="vanilla", dataset="digits", config={"epochs": 1})
    first, second, third = (driven.engine.submit(job) for _ in range(3))
    driven.until(RunStarted)
    assert driven.engine.move(third, -5) == [third, second]
    assert driven.engine.move(first, 1) == [third, second]
    driven.finished(second)
    assert [event.run_id for event in driven.events if isinstance(event, RunStarted)] == [first, third, second]
