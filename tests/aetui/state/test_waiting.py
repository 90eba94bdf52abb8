"""What is said while there is nothing of a run to see."""

from __future__ import annotations

import msgspec
import pytest

from aetui.state.fold import Queued, fold
from aetui.state.run_state import RunState, WorkbenchState
from aetui.state.waiting import Wait, waited_for
from engine.events import DataProgress, EngineLoading, EngineReady, Event, Progress, RunStarted

RUN = RunState("r", here=True, variant="vanilla")
READY = EngineReady(device="CPU", seconds=1)
STARTED = RunStarted(run_id="r", seq=1, variant="vanilla", preset="", config={}, dataset="digits", device="CPU")
STEP = Progress(run_id="r", seq=1, stage="", epoch=1, step=1, steps=9, loss=1, samples_per_second=1, seconds_left=1)


def reading(done: int, total: int) -> DataProgress:
    return DataProgress(run_id="r", dataset="mnist", activity="reading", done=done, total=total)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([EngineLoading()], Wait("loading TensorFlow")),
        ([READY], Wait("about to begin")),
        ([READY, reading(1, 4)], Wait("mnist: reading 1 of 4", 0.25)),
        ([READY, reading(3, 0)], Wait("mnist: reading")),
        ([READY, reading(1, 1)], Wait("reading")),
        ([READY, STARTED], Wait("compiling the first steps")),
        ([READY, STARTED, STEP], None),
    ],
)
def test_a_run_says_what_it_waits_for_until_its_first_step(events: list[Event], said: Wait | None) -> None:
    state = fold(WorkbenchState(), Queued(RUN))
    for event in events:
        state = fold(state, event)
    assert waited_for(state, state.runs["r"]) == said


def test_a_run_in_the_queue_says_behind_which_and_how_far_that_one_is() -> None:
    state = fold(fold(fold(WorkbenchState(), READY), Queued(RUN)), msgspec.structs.replace(STARTED, epochs=4))
    for name in ("second", "third"):
        state = fold(state, Queued(RunState(name)))
    told = [waited_for(state, state.runs[name]) for name in ("second", "third")]
    behind = "waiting in the queue behind vanilla"
    assert told == [Wait(f"{behind}, in epoch 1 of 4", 0), Wait(f"{behind} and 1 more, in epoch 1 of 4", 0)]


def test_the_large_text_has_a_bar_where_the_share_is_known() -> None:
    assert Wait("reading").lines == "reading …"
    assert Wait("reading", 0.5).lines == "reading\n" + "━" * 12 + "─" * 12
