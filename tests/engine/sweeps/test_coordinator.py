"""Sweeps with an engine that plays its runs at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import msgspec
import pytest
from fakes import FakeRun

from engine import params, registry
from engine.errors import EngineError, RunError, UsageError
from engine.events import DataProgress, EpochEnded, Event, RunCancelled, RunStarted, Stage
from engine.runs import groups
from engine.runs.commands import take_command
from engine.runs.jobs import Order, TrainJob
from engine.runs.store import RunStore
from engine.runs.waiting import Waiting
from engine.sweeps import ranges, sweep, table
from engine.sweeps.coordinator import Coordinator, held
from engine.sweeps.left import ask_to_stop, left
from engine.sweeps.searches import search
from engine.sweeps.source import OwnTrials
from engine.sweeps.sweep import Sweep
from engine.sweeps.trials import Record, Trial

EPOCHS = 3


class Killed(Exception):
    """As far as the coordinator came."""


class Playing:
    """An engine whose runs reach `loss(config, epoch)`; a negative one ends them as failed, None as diverged."""

    def __init__(self, store: RunStore, loss: Callable[[dict[str, Any], int], float | None], life: int = 10**9) -> None:
        """It is killed after so many events."""
        self.store = store
        self.loss = loss
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.orders: list[Order] = []
        self.cancelled: set[str] = set()
        self._left = life

    def adopt(self, order: Order) -> str:
        self.orders.append(order)
        job = order.job
        assert isinstance(job, TrainJob)
        run = FakeRun(self.store, order.run_id, job)
        begun = run.resumed() if run.seq else run.started()
        stages = (Stage("training", EPOCHS),)
        self._put(run, msgspec.structs.replace(begun, stages=stages) if isinstance(begun, RunStarted) else begun)
        for epoch in range(run.done + 1, EPOCHS + 1):
            loss = self.loss(run.config, epoch)
            if loss is None or loss < 0:
                message = "no longer finite" if loss is None else "no room"
                self._put(run, run.finished("diverged" if loss is None else "failed", epoch - 1, message))
                return order.run_id
            terms = {"loss": loss}
            ended = EpochEnded(
                stage="training", epoch=epoch, train=terms, validation=terms, steps=1, seconds=1, samples_per_second=1
            )
            self._put(run, ended)
        self._put(run, run.finished("completed", EPOCHS))
        return order.run_id

    def _put(self, run: FakeRun, event: Event) -> None:
        if self._left == 0:
            raise Killed
        self._left -= 1
        self.events.put(run.stamp(event))

    def cancel(self, run_id: str) -> None:
        self.cancelled.add(run_id)


def smooth(config: dict[str, Any], epoch: int) -> float | None:
    """Best at a code of 64; rates from 0.5 on diverge."""
    if config["learning_rate"] >= 0.5:
        return None
    return abs(config["hidden_dim"] - 64) / 64 + config["learning_rate"] + 1 / epoch + config["seed"] / 100


def planned(store: RunStore, **asked: Any) -> Sweep:
    over = asked.pop("over", ("learning_rate=log:1e-3..1", "hidden_dim=8,16,32,64,128"))
    config = {"epochs": EPOCHS, **asked.pop("config", {})}
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", config=config, name=asked.pop("name", ""))
    known = params.describe(registry.preset("vanilla", "small"))
    settings = {"trials": 12, "sampler": "random", **asked}
    return sweep.begin(sweep.plan(job, ranges.all_parsed(over, known), store, **settings), store)


def carried_out(wanted: Sweep, store: RunStore, engine: Playing) -> dict[int, Trial]:
    with held(wanted, store):
        record = Record(sweep.folder(store, wanted.id))
        given = OwnTrials(wanted, record, search(wanted.sampler, wanted.over, wanted.seed))
        try:
            Coordinator(wanted, store, given, engine, engine.events).run()
        finally:
            record.close()
    return record.trials


def carried_out_together(wanted: Sweep, store: RunStore, engine: Playing) -> dict[int, Trial]:
    from engine.sweeps.shared import SharedTrials

    with held(wanted, store):
        record = Record(sweep.folder(store, wanted.id))
        try:
            given = SharedTrials(wanted, record, search(wanted.sampler, wanted.over, wanted.seed))
            Coordinator(wanted, store, given, engine, engine.events).run()
        finally:
            record.close()
    return record.trials


def csv(wanted: Sweep, trials: dict[int, Trial]) -> str:
    return table.as_csv(wanted, trials).replace(wanted.id, "SWEEP")


@pytest.fixture
def place(tmp_path: Path) -> Callable[[str], RunStore]:
    return lambda name: RunStore(tmp_path / name)


def test_a_sweep_that_is_killed_at_any_event_ends_with_the_same_table(place: Callable[[str], RunStore]) -> None:
    undisturbed = planned(place("whole"), prune="median", seeds=2)
    engine = Playing(place("whole"), smooth)
    wanted = csv(undisturbed, carried_out(undisturbed, place("whole"), engine))
    assert {line.split(",")[1] for line in wanted.splitlines()[1:]} == {"completed", "pruned", "diverged"}
    store = place("killed")
    again = planned(store, prune="median", seeds=2, name="again")
    for life in range(1, 400, 7):
        try:
            trials = carried_out(again, store, Playing(store, smooth, life))
            break
        except Killed:
            assert planned(store, prune="median", seeds=2, name="again") == again, "the same command means the same"
    else:
        pytest.fail("it never came to its end")
    assert life > 8
    assert csv(again, trials) == wanted


def test_a_trial_is_judged_by_the_mean_over_its_seeds_and_by_validation_alone(place: Callable[[str], RunStore]) -> None:
    store = place("runs")
    wanted = planned(store, over=("hidden_dim=32,64",), trials=None, sampler="grid", seeds=3, config={"seed": 5})
    engine = Playing(store, smooth)
    trials = carried_out(wanted, store, engine)
    assert [trial.value for trial in trials.values()] == pytest.approx(
        [0.5 + 0.003 + 1 / 3 + 0.06, 0.003 + 1 / 3 + 0.06]
    )
    jobs = [order.job for order in engine.orders]
    assert {(job.group, job.tested) for job in jobs if isinstance(job, TrainJob)} == {(wanted.id, False)}
    assert [result.seed for result in trials[0].results] == [5, 6, 7]


def test_a_pruned_trial_trains_no_other_seed_and_counts_up_to_there(place: Callable[[str], RunStore]) -> None:
    store = place("runs")
    over = ("hidden_dim=64,65,66,67,68,500",)
    wanted = planned(store, over=over, trials=None, sampler="grid", prune="median", seeds=2)
    engine = Playing(store, smooth)
    trials = carried_out(wanted, store, engine)
    assert [trial.state for trial in trials.values()] == ["completed"] * 5 + ["pruned"]
    assert [result.epochs for result in trials[5].results] == [1]
    assert engine.cancelled == {wanted.run_id(5, wanted.seed)}


def test_trials_that_fail_are_tried_again_when_the_sweep_goes_on(place: Callable[[str], RunStore]) -> None:
    store = place("runs")
    wanted = planned(store, over=("hidden_dim=8,16,32,64",), trials=None, sampler="grid")
    with pytest.raises(RunError, match="3 trials failed one after the other, trial 2 with: no room"):
        carried_out(wanted, store, Playing(store, lambda config, epoch: -1.0))
    trials = carried_out(wanted, store, Playing(store, smooth))
    assert [trial.state for trial in trials.values()] == ["completed"] * 4


def test_a_metric_that_there_is_not_is_refused_with_those_that_there_are(place: Callable[[str], RunStore]) -> None:
    store = place("runs")
    with pytest.raises(UsageError, match="expected a term of validation: loss, reconstruction; got 'beauty'"):
        planned(store, metric="beauty")
    wanted = planned(store, metric="reconstruction")
    with pytest.raises(UsageError, match="no term of validation; there are: loss"):
        carried_out(wanted, store, Playing(store, smooth))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"config": {"validation": 0}}, "never by the test part"),
        ({"config": {"hidden_dim": 4}}, "a value and a range"),
        ({"seeds": 0}, "1 to 100 seeds"),
        ({"trials": 0}, "1 to 10,000 trials"),
        ({"sampler": "grid"}, "expected values"),
    ],
)
def test_what_cannot_be_a_sweep_is_refused_before_anything_is_kept(
    place: Callable[[str], RunStore], asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(EngineError, match=told):
        planned(place("runs"), **asked)
    assert sweep.kept(place("runs")) == []


def test_data_are_held_out_to_choose_by_where_the_preset_has_none(place: Callable[[str], RunStore]) -> None:
    job = TrainJob(variant="vanilla", dataset="mnist", preset="book")
    known = params.describe(registry.preset("vanilla", "book"))
    found = sweep.plan(job, ranges.all_parsed(["hidden_dim=8,16"], known), place("runs"), trials=None, sampler="grid")
    assert found.job.config["validation"] == params.HELD_OUT


def test_a_name_means_one_sweep_and_its_runs_are_no_group(place: Callable[[str], RunStore]) -> None:
    store = place("runs")
    first = planned(store, name="one")
    with pytest.raises(UsageError, match="other ranges or settings"):
        planned(store, name="one", trials=13)
    assert sweep.find(store, "one") == sweep.find(store, "last") == sweep.find(store, first.id[:20]) == first
    with pytest.raises(UsageError, match="no sweep is called"):
        sweep.find(store, "two")
    with pytest.raises(UsageError, match="aetui sweep --resume"):
        groups.find(store, first.id)


def test_two_processes_do_not_carry_out_one_sweep(place: Callable[[str], RunStore]) -> None:
    store = place("runs")
    wanted = planned(store)
    with held(wanted, store), pytest.raises(UsageError, match="another process"), held(wanted, store):
        pass


def test_a_sweep_that_is_told_to_stop_judges_nothing_that_is_under_way(place: Callable[[str], RunStore]) -> None:
    store = place("runs")
    wanted = planned(store)
    engine = Playing(store, smooth)

    def tell(told: Event | Trial) -> None:
        if isinstance(told, EpochEnded) and told.run_id == wanted.run_id(2, wanted.seed):
            made.stop()

    with held(wanted, store):
        record = Record(sweep.folder(store, wanted.id))
        made = Coordinator(
            wanted, store, OwnTrials(wanted, record, search("random", wanted.over, 1)), engine, engine.events, tell=tell
        )
        cancel = engine.cancel

        def cancelled(run_id: str) -> None:
            cancel(run_id)
            while not engine.events.empty():
                engine.events.get()
            engine.events.put(RunCancelled(run_id=run_id))

        engine.cancel = cancelled  # type: ignore[method-assign]
        made.run()
        record.close()
    assert [trial.state for trial in record.trials.values()][2:] == ["running"]


def test_hosts_that_share_a_study_divide_its_trials_and_see_all_of_them(
    place: Callable[[str], RunStore], tmp_path: Path
) -> None:
    pytest.importorskip("optuna")
    asked = {"storage": f"journal:{tmp_path / 'study.log'}", "name": "ours", "trials": 8, "prune": "median"}
    here, there = (planned(place(name), **asked) for name in ("here", "there"))
    with pytest.raises(Killed):
        carried_out_together(here, place("here"), Playing(place("here"), smooth, 14))
    begun = len(list((place("here").root / "sweeps").glob("*/trials.jsonl")))
    assert begun == 1
    others = carried_out_together(there, place("there"), Playing(place("there"), smooth))
    assert "running" in {trial.state for trial in others.values()}, "the killed host has one in hand"
    ours = carried_out_together(here, place("here"), Playing(place("here"), smooth))
    assert sorted(ours) == list(range(8))
    assert {trial.state for trial in ours.values()} <= {"completed", "pruned", "diverged"}
    again = carried_out_together(there, place("there"), Playing(place("there"), smooth))
    assert {number: trial.value for number, trial in again.items()} == {n: trial.value for n, trial in ours.items()}
    alone = carried_out(planned(place("alone"), trials=8), place("alone"), Playing(place("alone"), smooth))
    settings = [trial.settings for _, trial in sorted(ours.items())]
    assert settings == [trial.settings for trial in alone.values()]
    wanted = planned(place("third"), **{**asked, "trials": 9})
    with pytest.raises(UsageError, match="other ranges or settings"):
        carried_out_together(wanted, place("third"), Playing(place("third"), smooth))


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


FOUR: dict[str, Any] = {"over": ("hidden_dim=8,16,32,64",), "trials": None, "sampler": "grid"}


def killed_in_its_first_run(store: RunStore) -> Sweep:
    wanted = planned(store, **FOUR)
    with pytest.raises(Killed):
        carried_out(wanted, store, Playing(store, smooth, 2))
    return wanted


def lock_of(folder: Path) -> int:
    lock = os.open(folder / "events.jsonl", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def test_a_run_that_another_process_still_trains_is_waited_for_and_counts_as_it_ended(
    store: RunStore, tmp_path: Path
) -> None:
    undisturbed = planned(RunStore(tmp_path / "whole"), **FOUR)
    table = csv(undisturbed, carried_out(undisturbed, RunStore(tmp_path / "whole"), Playing(store, smooth)))
    wanted = killed_in_its_first_run(store)
    run_id = wanted.run_id(0, wanted.seed)
    lock = lock_of(store.root / run_id)
    said: list[str] = []

    def tell(told: Event | Trial) -> None:
        if isinstance(told, DataProgress):
            said.append(told.activity)
            Playing(store, smooth).adopt(
                Order(run_id=run_id, job=wanted.job_of(record.trials[0].settings, wanted.seed))
            )
            os.close(lock)

    engine = Playing(store, smooth)
    with held(wanted, store):
        record = Record(sweep.folder(store, wanted.id))
        given = OwnTrials(wanted, record, search(wanted.sampler, wanted.over, wanted.seed))
        Coordinator(wanted, store, given, engine, engine.events, tell=tell).run()
        record.close()
    assert len(said) == 1
    assert f"aetui stop {run_id}" in said[0]
    assert run_id not in {order.run_id for order in engine.orders}
    assert csv(wanted, record.trials) == table


def test_what_a_killed_coordinator_left_to_others_is_found_and_can_be_stopped(store: RunStore) -> None:
    wanted = killed_in_its_first_run(store)
    run_id = wanted.run_id(0, wanted.seed)
    assert left(store, wanted) == []
    lock = lock_of(store.root / run_id)
    assert left(store, wanted) == [run_id]
    ask_to_stop(store, run_id)
    assert take_command(store.root / run_id) == "stop"
    os.close(lock)
    waiting = Waiting(store.root)
    waiting.announce(Order(run_id=run_id, job=wanted.job_of({}, wanted.seed)))
    assert left(store, wanted) == [run_id]
    ask_to_stop(store, run_id)
    assert waiting.unwanted() == [run_id]
    waiting.close()


@pytest.mark.parametrize(("name", "called"), [("two words", "'two words'"), ("plain", "plain"), ("-x", ""), ("", "")])
def test_a_sweep_is_called_what_can_be_typed(store: RunStore, name: str, called: str) -> None:
    wanted = planned(store, name=name)
    assert wanted.called == (called or wanted.id)


def test_a_sweep_whose_trials_failed_is_not_said_to_be_completed(store: RunStore) -> None:
    wanted = planned(store, **FOUR)
    trials = {number: Trial(number=number, settings={}, state="completed") for number in range(4)}
    assert table.standing(wanted, trials, running=False) == "completed"
    trials[3] = Trial(number=3, settings={}, state="failed")
    assert table.standing(wanted, trials, running=False) == "failed"
    assert table.standing(wanted, trials, running=True) == "running"
    del trials[3]
    assert table.standing(wanted, trials, running=False) == "stopped"


def test_no_trial_is_said_to_run_where_no_process_carries_the_sweep_out() -> None:
    trials = {0: Trial(number=0, settings={}), 1: Trial(number=1, settings={}, host="another")}
    assert [row.state for row in table.rows(trials, running=True)] == ["running", "running"]
    assert [row.state for row in table.rows(trials, running=False)] == ["waiting", "running"]
