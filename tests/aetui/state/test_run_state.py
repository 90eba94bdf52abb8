"""The fold over events: the same whether a run is live, finished or another process's."""

from __future__ import annotations

import sys
from math import inf, isclose, nan
from random import Random

import msgspec
import pytest

from aetui.state.fold import GroupRead, QueryOver, Queued, Read, Unqueued, apply, apply_all, fold
from aetui.state.run_state import TOTALS, Curve, RunState, WorkbenchState
from engine.analysis.alarms import Condition, History
from engine.events import (
    CheckpointSaved,
    DataProgress,
    EngineFailed,
    EngineReady,
    EpochEnded,
    Event,
    Logged,
    Progress,
    RunCancelled,
    RunFinished,
    RunHeld,
    RunPaused,
    RunResumed,
    RunStarted,
    StepLoss,
)
from engine.variants.vanilla import Vanilla


def started(seq: int = 1, epochs: int = 5) -> RunStarted:
    return RunStarted(
        run_id="r", seq=seq, variant="vanilla", preset="book", config={}, dataset="digits", device="CPU", epochs=epochs
    )


def ended(seq: int, epoch: int, loss: float = 0.1) -> EpochEnded:
    terms = {"loss": loss}
    return EpochEnded(
        run_id="r",
        seq=seq,
        stage="train",
        epoch=epoch,
        train=terms,
        validation=terms,
        steps=4,
        seconds=1,
        samples_per_second=1,
    )


def progress(seq: int, epoch: int) -> Progress:
    return Progress(
        run_id="r", seq=seq, stage="train", epoch=epoch, step=2, steps=4, loss=0.1, samples_per_second=1, seconds_left=1
    )


def finished(seq: int, outcome: str, message: str = "") -> Event:
    return RunFinished(run_id="r", seq=seq, outcome=outcome, epochs=2, train={}, validation={}, message=message)


def run_of(*events: Event) -> RunState:
    return apply_all(RunState("r"), events)


def test_a_run_grows_epoch_by_epoch() -> None:
    run = run_of(started(), ended(2, 1), progress(2, 2))
    assert (run.status, run.planned, run.last_epoch) == ("running", 5, 1)
    assert run.progress is not None
    assert run_of(started(), ended(2, 1), progress(2, 2), ended(3, 2)).progress is None


def test_a_recorded_event_counts_once() -> None:
    run = run_of(started(), ended(2, 1))
    assert apply(run, ended(2, 1)) is run
    assert run_of(started(), ended(2, 1), started(), ended(2, 1), ended(3, 2)).last_epoch == 2


def test_the_losses_of_steps_grow_with_progress_and_are_cut_back_to_where_a_run_goes_on() -> None:
    def at(epoch: int, step: int) -> Progress:
        end = epoch - 1 + step / 4
        return msgspec.structs.replace(progress(9, epoch), step=step, batches=(StepLoss(end, 2, 0.1, 0.3, 0.2, end),))

    first = msgspec.structs.replace(started(), steps_per_epoch=4)
    run = run_of(first, at(1, 2), at(1, 2), at(1, 4), ended(2, 1), at(2, 2), at(2, 4))
    assert list(run.steps.epoch) == [0.5, 1.0, 1.5, 2.0]
    assert list(apply(run, RunResumed(run_id="r", seq=3, epoch=2, step=0, epochs=9)).steps.epoch) == [0.5, 1.0]
    assert list(apply(run, finished(3, "completed")).steps.high) == [0.3] * 4


def test_best_is_the_first_epoch_with_the_lowest_finite_loss() -> None:
    run = run_of(started(), ended(2, 1, nan), ended(3, 2, 0.2), ended(4, 3, 0.1), ended(5, 4, 0.1), ended(6, 5, 0.3))
    assert run.best is not None
    assert run.best.epoch == 3


def test_resuming_voids_the_epochs_from_the_one_in_progress_on() -> None:
    resumed = RunResumed(run_id="r", seq=5, epoch=2, step=3, epochs=9)
    run = run_of(started(), ended(2, 1, 0.3), ended(3, 2, 0.2), ended(4, 3, 0.1), resumed)
    assert [e.epoch for e in run.epochs] == [1]
    assert (run.status, run.planned) == ("running", 9)
    assert run.best is not None
    assert run.best.epoch == 1
    again = apply(run, ended(6, 2, 0.25)).epoch(2)
    assert again is not None
    assert again.train["loss"] == 0.25


def test_folding_in_an_epoch_copies_none_of_the_earlier_ones() -> None:
    first = ended(2, 1, 0.9)
    states = [fold(fold(WorkbenchState(), started()), first)]
    held = sys.getrefcount(first)
    for number in range(2, 500):
        states.append(fold(states[-1], ended(number + 1, number)))
        states.append(fold(states[-1], RunPaused(run_id="r", seq=number + 1, epoch=number + 1, step=0)))
    assert sys.getrefcount(first) == held
    assert [len(state.runs["r"].epochs) for state in states[::100]] == [1, 51, 101, 151, 201, 251, 301, 351, 401, 451]


def test_alarms_are_those_of_each_epoch_and_take_former_lives_of_the_run_into_account() -> None:
    falling = [ended(1 + number, number, 0.2 / number) for number in range(1, 4)]
    rising = [msgspec.structs.replace(ended(seq, seq - 2), validation={"loss": 0.1}) for seq in range(6, 12)]
    rising = [msgspec.structs.replace(each, train={"loss": 0.02 / each.epoch}) for each in rising]
    resumed = RunResumed(run_id="r", seq=5, epoch=4, step=0, epochs=9)
    run = run_of(started(), *falling, resumed, *rising)
    told = {number: [alarm.key for alarm in run.alarms_after(number)] for number in range(12)}
    assert {number: keys for number, keys in told.items() if keys} == {8: ["overfitting"], 9: ["overfitting"]}
    assert run.alarms_after(8)[0].metrics == {"rise": pytest.approx(0.5), "best_epoch": 3}
    assert run.alarms_after(3) == ()
    again = apply(run, RunResumed(run_id="r", seq=12, epoch=9, step=1, epochs=9))
    assert (bool(again.alarms_after(8)), again.alarms_after(9)) == (True, ())


def test_alarms_are_computed_where_they_are_looked_at_with_the_history_of_that_epoch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[History] = []
    monkeypatch.setattr(Vanilla, "alarms", (Condition(key="seen", check=asked.append, template=""),))
    draw = Random(3)
    epochs = [
        msgspec.structs.replace(
            ended(1 + number, number, draw.choice([nan, draw.random()])), stage=f"stage {number // 250}"
        )
        for number in range(1, 500)
    ]
    run = run_of(started(), *epochs)
    assert not asked
    step_by_step = [History()]
    for each in epochs:
        step_by_step.append(step_by_step[-1].and_then(each))
    for number in range(1, 500, 7):
        run.alarms_after(number)
        assert asked.pop() == step_by_step[number] == History.of(epochs[:number])


@pytest.mark.parametrize("seed", range(30))
def test_many_events_at_once_come_to_the_same_as_one_by_one(seed: int) -> None:
    draw = Random(seed)
    history: list[Event] = [started()]
    epoch = 0
    for seq in range(2, 120):
        epoch += 1
        terms = {"loss": draw.choice([nan, inf, 0.5, draw.random()])}
        terms |= {name: draw.choice([terms["loss"], draw.random()]) for name in "ab" if draw.random() < 0.5}
        event: Event = msgspec.structs.replace(ended(seq, epoch), train=terms, stage=draw.choice("st"))
        match draw.randrange(12):
            case 0:
                event = Logged(run_id="r", seq=seq, level="info", text=str(seq))
            case 1:
                event = CheckpointSaved(run_id="r", seq=seq, epoch=epoch, step=0)
            case 2:
                epoch = draw.randrange(epoch)
                event = RunResumed(run_id="r", seq=seq, epoch=epoch + 1, step=0, epochs=99)
            case 3:
                event = RunHeld(run_id="r", seq=seq - 1, reason="a full disk")
            case 4:
                event = DataProgress(run_id="r", seq=seq - 1, dataset="", activity="measuring", done=0, total=0)
            case 5:
                event = draw.choice(history)
        history.append(event)
    run = RunState("r")
    for event in history:
        run = apply(run, event)
    assert repr(apply_all(RunState("r"), history)) == repr(run)  # NaN is not equal to itself
    assert [curve.name for curve in run.curves] == [curve.name for curve in _curves(run)]


def _curves(run: RunState) -> tuple[Curve, ...]:
    """What there is to draw, found anew in all epochs."""
    terms = list(dict.fromkeys(term for ended in run.epochs for term in ended.train if term != "loss"))
    if len(terms) == 1 and all(isclose(each.train.get(terms[0], nan), each.train["loss"]) for each in run.epochs):
        terms = []
    return (*TOTALS, *(Curve(f"{term} {part}", part, term) for term in terms for part in ("train", "validation")))


def test_resuming_after_a_pause_at_an_epochs_end_keeps_that_epoch() -> None:
    run = run_of(started(), ended(2, 1), RunPaused(run_id="r", seq=3, epoch=2, step=0))
    assert run.status == "paused"
    run = apply(run, RunResumed(run_id="r", seq=4, epoch=2, step=0, epochs=5))
    assert (run.status, run.last_epoch) == ("running", 1)


def test_the_end_says_why() -> None:
    run = run_of(started(), progress(1, 1), finished(2, "diverged", "smaller rate"))
    assert (run.status, run.message, run.progress, run.going) == ("diverged", "smaller rate", None, False)
    assert run.log[-1].level == "error"
    assert "smaller rate" in run.log[-1].text
    assert apply(run, progress(2, 1)).progress is None


def test_log_lines_keep_their_level() -> None:
    run = run_of(started(), Logged(run_id="r", seq=2, level="warning", text="slow disk"))
    assert (run.log[-1].level, run.log[-1].text) == ("warning", "slow disk")


def test_the_engine_and_several_runs_are_kept_apart() -> None:
    state = fold(WorkbenchState(), EngineReady(device="CPU", seconds=1))
    state = state.with_run(RunState("r").queued()).with_run(RunState("s").queued())
    state = fold(state, started())
    assert (state.engine, state.device, [run.run_id for run in state.waiting]) == ("ready", "CPU", ["s"])
    assert state.active is not None
    assert state.active.run_id == "r"
    state = fold(state, finished(2, "completed"))
    assert state.active is not None
    assert state.active.run_id == "s"


def test_another_process_run_is_never_the_active_one() -> None:
    assert fold(WorkbenchState(), started()).active is None


def test_data_progress_vanishes_when_done() -> None:
    under_way = DataProgress(dataset="mnist", activity="downloading", done=1, total=2)
    state = fold(WorkbenchState(), under_way)
    assert state.data == under_way
    assert fold(state, DataProgress(dataset="mnist", activity="downloading", done=2, total=2)).data is None


def test_a_job_that_could_not_start_fails_its_run_and_not_the_engine() -> None:
    state = WorkbenchState().with_run(RunState("r").queued())
    state = fold(state, EngineFailed(run_id="r", title="No data", message="fetch it"))
    assert (state.engine, state.runs["r"].status, state.runs["r"].message) == ("starting", "failed", "fetch it")
    assert fold(state, EngineFailed(title="TensorFlow", message="broken")).engine == "failed"


def test_without_an_engine_nothing_waits_for_it() -> None:
    state = fold(WorkbenchState().queued(RunState("r")), EngineFailed(title="TensorFlow", message="broken"))
    assert (state.active, state.runs["r"].status) == (None, "failed")


def test_a_run_taken_from_the_queue_is_gone_and_a_stored_one_stands_as_before() -> None:
    state = WorkbenchState().queued(RunState("new")).queued(run_of(started(), finished(2, "stopped")))
    for run_id in ("new", "r", "unknown"):
        state = fold(state, RunCancelled(run_id=run_id))
    assert {run_id: run.status for run_id, run in state.runs.items()} == {"r": "stopped"}


def test_what_this_process_does_or_reads_is_folded_in_like_events() -> None:
    known = run_of(started(), finished(2, "stopped"))
    state = fold(fold(WorkbenchState(), Read(known)), Queued(known))
    assert (state.runs["r"].status, state.runs["r"].here) == ("queued", True)
    assert fold(state, Unqueued("r")).runs["r"].status == "stopped"
    told = fold(fold(state, GroupRead("r", None, "all reached it", at=7)), GroupRead("r", None, "all reached it", at=9))
    assert [(line.at, line.text) for line in told.runs["r"].log[-2:]] == [
        (0, "stopped after 2 epochs"),
        (7, "all reached it"),
    ]
    assert fold(state, GroupRead("unknown", None, "", at=7)) is state


def test_what_a_question_waits_for_is_over_with_it_and_no_other_runs_data_are() -> None:
    state = fold(WorkbenchState(), DataProgress(run_id="r", dataset="", activity="encoding", done=1, total=2))
    assert fold(state, QueryOver("s")) is state
    assert fold(state, QueryOver("r")).data is None


def test_between_two_epochs_the_last_one_tells_the_time_left() -> None:
    assert run_of(started()).seconds_left == inf
    assert run_of(started(), ended(2, 1), progress(2, 2)).seconds_left == progress(2, 2).seconds_left
    assert run_of(started(), ended(2, 1), progress(2, 2), ended(3, 2)).seconds_left == 3


def test_a_run_moves_from_its_first_progress_on_and_again_after_a_resumption() -> None:
    assert not run_of(started()).moving
    assert run_of(started(), progress(1, 1)).moving
    assert not run_of(started(), ended(2, 1), RunResumed(run_id="r", seq=3, epoch=2, step=0, epochs=5)).moving


def test_a_past_read_late_keeps_what_happened_here() -> None:
    past = run_of(started(), ended(2, 1), finished(3, "stopped"))
    resumed = RunResumed(run_id="r", seq=4, epoch=2, step=0, epochs=5)
    live = apply_all(RunState("r", seq=3, whole=False).queued(), [resumed, ended(5, 2), progress(5, 3)])
    whole = live.with_past(apply_all(past, [resumed, ended(5, 2)]))
    assert ([e.epoch for e in whole.epochs], whole.status, whole.whole, whole.here) == ([1, 2], "running", True, True)
    assert whole.progress == live.progress
    assert len({line.text for line in whole.log}) == len(whole.log)
