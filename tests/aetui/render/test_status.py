from __future__ import annotations

from dataclasses import replace

import pytest

from aetui.render.status import progress_view, state_and_detail
from aetui.state.epochs import Epochs
from aetui.state.fold import Queued, fold
from aetui.state.run_state import RunState, WorkbenchState
from engine.events import DataProgress, EpochEnded, Logged


@pytest.mark.parametrize(
    ("dataset", "activity", "done", "total", "said"),
    [
        ("mnist", "downloading labels.gz", 2, 5, "mnist: downloading labels.gz 40 %"),
        ("", "encoding the corpus", 2, 5, "encoding the corpus 40 %"),
        ("", "measuring the final metrics", 0, 0, "measuring the final metrics"),
        ("text", "reading a\x1b]0;b.txt", 0, 3, "text: reading a�]0;b.txt 0 %"),
        ("text", "reading " + "a" * 40, 1, 3, f"text: reading {'a' * 31}… 33 %"),
    ],
)
def test_what_is_done_with_data_is_said_with_whose_they_are_and_how_far_it_is(
    dataset: str, activity: str, done: int, total: int, said: str
) -> None:
    event = DataProgress(dataset=dataset, activity=activity, done=done, total=total)
    assert state_and_detail(fold(WorkbenchState(), event), None, ("", "")) == ("loading", said)


@pytest.mark.parametrize("activity", ["encoding the corpus", "measuring the final metrics"])
def test_the_last_step_clears_the_line_whatever_the_activity(activity: str) -> None:
    state = WorkbenchState()
    for done, total in ((400, 1_000), (1, 1)):
        state = fold(state, DataProgress(run_id="r", dataset="", activity=activity, done=done, total=total))
    assert state_and_detail(state, None, ("", "")) == ("starting", "")


def test_what_is_done_for_a_run_beside_training_is_said_on_both_lines_until_something_happens_to_it() -> None:
    state = fold(WorkbenchState(), Queued(RunState("r")))
    for status, activity in (("queued", "building the network"), ("running", "measuring the final figures")):
        state = state.with_run(replace(state.runs["r"], status=status))
        state = fold(state, DataProgress(run_id="r", dataset="digits", activity=activity, done=0, total=0))
        said = state_and_detail(state, state.runs["r"], ("", ""))[1]
        assert (activity in said, progress_view(state.runs["r"]).state) == (True, activity)
        state = fold(state, Logged(run_id="r", seq=state.runs["r"].seq + 1, level="info", text="it goes on"))
        assert activity not in state_and_detail(state, state.runs["r"], ("", ""))[1]


@pytest.mark.parametrize(("planned", "said"), [(2, "completed"), (30, "completed, stopped early")])
def test_a_run_that_lost_patience_says_so(planned: int, said: str) -> None:
    terms = {"loss": 1.0}
    epochs = Epochs(
        EpochEnded(stage="", epoch=n, train=terms, validation=terms, steps=1, seconds=1, samples_per_second=1)
        for n in (1, 2)
    )
    run = RunState("r", status="completed", config={"patience": 1}, planned=planned, epochs=epochs)
    assert progress_view(run).state == said
