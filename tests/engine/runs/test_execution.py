"""What a run says of itself around its training."""

from __future__ import annotations

from typing import Any

from engine.events import DataProgress, RunStarted
from engine.runs.execution import BUILDING
from engine.runs.jobs import TrainJob
from engine.runs.loop import MEASURING


def test_what_is_done_before_and_after_the_training_is_said_without_an_amount_that_nobody_knows(scripted: Any) -> None:
    driven = scripted()
    driven.finished(driven.engine.submit(TrainJob(variant="vanilla", dataset="digits", config={"epochs": 1})))
    said = [event for event in driven.events if isinstance(event, DataProgress | RunStarted)]
    kinds = [event.activity if isinstance(event, DataProgress) else "started" for event in said]
    assert kinds.index(BUILDING) < kinds.index("started") < kinds.index(MEASURING)
    assert {event.total for event in said if isinstance(event, DataProgress) and event.activity == MEASURING} == {0}
