"""`c` on the health panel: the cure trains beside the run, both are measured, and the page says what came of it."""

from __future__ import annotations

import fcntl
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from fakes import FakeEngine, fake_store
from pilots import Make, engine_desk, ready, until
from racers import begun
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.curing.page import Curing
from aetui.panels.health import NOT_YET, HealthReport
from aetui.panels.table import View
from aetui.screens.dialogs import Notice
from aetui.state.run_state import RunState
from engine.cures.diagnosis import Finding
from engine.events import EpochEnded
from engine.queries.messages.fidelity import Fidelity
from engine.runs.changes import Change
from engine.runs.jobs import TrainJob


def page(pilot: Pilot[None]) -> str:
    return str(engine_desk(pilot).query_one(HealthReport).query_one(Static).content)


def stuck(engine: FakeEngine, number: int) -> EpochEnded:
    """An epoch of a run whose gradient is gone after the first one."""
    ended = engine.run.epoch(number)
    assert ended.health is not None
    norm = 1.0 if number == 1 else 0.0
    return msgspec.structs.replace(ended, health=msgspec.structs.replace(ended.health, gradient_norm=norm))


async def ill(pilot: Pilot[None], outcome: Any = "completed") -> FakeEngine:
    """The app with a run whose gradient is gone, and its health on the screen."""
    engine = await ready(pilot)
    await pilot.press("t")
    engine.play(engine.run.started(), *(stuck(engine, number) for number in (1, 2, 3, 4)))
    if outcome:
        engine.play(engine.run.finished(outcome, 4))
    desk = engine_desk(pilot)
    await until(
        pilot, lambda: desk.run_shown and desk.run_shown.last_epoch == 4 and desk.run_shown.going != bool(outcome)
    )
    await pilot.press("h")
    await until(pilot, lambda: isinstance(pilot.app.focused, HealthReport))
    return engine


async def test_c_trains_the_cure_beside_shows_both_curves_and_tells_what_came_of_it(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ill(pilot)
        first = engine.run
        await pilot.press("c")
        await until(pilot, lambda: engine.run is not first)
        _, job = engine.calls[-1]
        assert isinstance(job, TrainJob)
        assert (job.config["learning_rate"], job.config["seed"]) == (0.0003, first.config["seed"])
        await until(pilot, lambda: "it waits for its turn" in page(pilot))
        engine.play(engine.run.started())
        engine.play_epochs(1, 3)
        await until(pilot, lambda: "epoch 3 of" in page(pilot))
        assert "stuck: learning_rate 0.003 → 0.0003, from new weights" in page(pilot)
        assert "━ with the fault  ━ cured" in page(pilot)
        assert engine_desk(pilot).run_shown.run_id == first.run_id, "the run with the fault stays on the screen"
        await pilot.press("c")
        assert sum(call == "submit" for call, _ in engine.calls) == 2, "one cure at a time"
        engine.play(engine.run.finished("completed", 3))
        await until(pilot, lambda: "the cure does not help" in page(pilot))
        assert [query.run_id for call, query in engine.calls if call == "query" and isinstance(query, Fidelity)] == [
            first.run_id,
            engine.run.run_id,
        ]
        assert "it makes no difference; the fault is gone" in page(pilot)


async def test_a_run_that_goes_on_is_waited_for_and_a_stopped_one_is_trained_to_its_end_first(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ill(pilot, outcome="stopped")
        first = engine.run
        await pilot.press("c")
        await until(pilot, lambda: engine.run is not first)
        control = engine.run
        assert control.config["learning_rate"] == 0.003
        await pilot.pause(0.7)
        assert engine.run is control, "the cure waits for what it is compared with"
        engine.play(control.started())
        engine.play_epochs(1, 2)
        engine.play(control.finished("stopped", 2))
        await until(pilot, lambda: f"{control.run_id} stopped" in page(pilot))


async def test_a_run_that_diverged_in_its_first_epoch_is_cured_and_what_cannot_be_measured_ends_the_attempt(
    make_app: Make,
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        await pilot.press("t")
        engine.play(engine.run.started(), engine.run.finished("diverged", 0, "the loss is no number"))
        await until(pilot, lambda: isinstance(pilot.app.screen, Notice))
        first = engine.run
        await pilot.press("escape", "h")
        await until(pilot, lambda: "the loss is no number" in page(pilot))
        assert NOT_YET not in page(pilot)
        await pilot.press("c")
        await until(pilot, lambda: engine.run is not first and "it waits for its turn" in page(pilot))
        engine.late = True
        engine.play(engine.run.started())
        engine.play_epochs(1, 3)
        engine.play(engine.run.finished("completed", 3))
        await until(pilot, lambda: len([query for query, _ in engine.asked if isinstance(query, Fidelity)]) == 2)
        for query, future in engine.asked:
            if isinstance(query, Fidelity):
                future.set_exception(ValueError("no such layer"))
        await until(pilot, lambda: "▲ Not measured: ValueError: no such layer" in page(pilot))
        assert "measuring both" not in page(pilot)


def test_which_fault_is_to_be_cured_is_chosen_for_each_run(monkeypatch: pytest.MonkeyPatch) -> None:
    report, told = Curing(), list[str]()
    found = [Finding(key=key, told="", metrics={}, since=1, settings={"learning_rate": 0.1}) for key in ("one", "two")]
    monkeypatch.setattr(report, "_found", lambda: found)
    monkeypatch.setattr(report, "notify", lambda text, **_: told.append(text.partition(":")[0]))
    for run_id in ("a", "b", "a"):
        report._view = View(RunState(run_id, config={"learning_rate": 1.0}), 1, None, "")
        report.action_next_fault()
    assert told == ["two", "two", "one"]


def test_faults_are_looked_for_in_the_epochs_whose_loss_is_that_of_now(tmp_path: Path) -> None:
    fake = begun(fake_store(tmp_path), 0, epochs=0)
    epochs = [fake.epoch(number) for number in range(1, 6)]
    run, report = RunState("r", variant="sparse").with_epochs(epochs), Curing()
    seen = []
    for change in ({"learning_rate": 0.1}, {"rho": 0.2}):
        report._view = View(run.changed(Change(3, change)), 5, None, "")
        seen.append([ended.epoch for ended in report._subject().epochs])
    assert seen == [[1, 2, 3, 4, 5], [4, 5]]


def test_whether_a_run_goes_on_elsewhere_its_folder_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = fake_store(tmp_path)
    run = begun(store, 0)
    runs = {run.run_id: RunState(run.run_id, status="running"), "here": RunState("here", status="paused", here=True)}
    monkeypatch.setattr(Curing, "_host", SimpleNamespace(state=SimpleNamespace(runs=runs), store=store))
    report = Curing()
    with (run.folder / "events.jsonl").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert report._goes_on(run.run_id)
    assert not report._goes_on(run.run_id), "it is over, though nobody followed it"
    assert (report._goes_on("here"), report._goes_on("unknown")) == (True, False)


async def test_a_run_without_a_fault_is_said_to_have_none_and_nothing_is_trained(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        engine = await ready(pilot)
        await pilot.press("t")
        engine.play(engine.run.started())
        engine.play_epochs(1, 3)
        await pilot.press("h", "c", "o")
        await until(pilot, lambda: len(pilot.app._notifications) == 2)
        assert {each.message for each in pilot.app._notifications} == {
            "nothing is wrong after the newest epoch: there is nothing to cure"
        }
        assert sum(call == "submit" for call, _ in engine.calls) == 1
