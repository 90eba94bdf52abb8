"""Several runs at once on the screen, and what waits in other processes or in none any more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from fakes import FakeRun
from pilots import Make, engine_desk, ready, until
from puppets import killed

from aetui import settings
from aetui.screens.dialogs import Notice
from aetui.widgets.run_table import RunTable
from engine.events import RunInterrupted
from engine.runs import waiting
from engine.runs.jobs import Order, TrainJob
from engine.runs.waiting import Waiting

JOB = TrainJob(variant="vanilla", dataset="digits", preset="small", config={"epochs": 7})


def play(engine: Any, run: FakeRun, *played: Any) -> None:
    for event in played:
        engine.emit(run.stamp(event))


async def two_at_once(pilot: Any) -> tuple[Any, FakeRun, FakeRun]:
    engine = await ready(pilot)
    pilot.app.jobs = 2
    await pilot.press("t")
    first = engine.run
    play(engine, first, first.started(), first.epoch(1))
    await until(pilot, lambda: pilot.app.state.at_work)
    await pilot.press("t", "t")
    await until(pilot, lambda: len(engine.runs) == 2)
    second = engine.run
    play(engine, second, second.started(), *(second.epoch(number) for number in (1, 2, 3)))
    await until(pilot, lambda: len(pilot.app.state.at_work) == 2)
    return engine, first, second


async def test_panels_keys_and_status_line_are_about_the_live_run_that_was_chosen(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine, first, second = await two_at_once(pilot)
        assert app.desk.run_id == first.run_id
        assert "2 at once" in app.status("digits").detail
        app.open_run(second.run_id)
        await until(pilot, lambda: app.desk.run_id == second.run_id)
        assert engine_desk(pilot).run_shown.last_epoch == 3
        await pilot.press("space")
        assert engine.calls[-1] == ("pause", second.run_id)
        play(engine, first, first.epoch(2))  # of the other one
        play(engine, second, second.epoch(4))
        await until(pilot, lambda: engine_desk(pilot).run_shown.last_epoch == 4)
        assert app.state.runs[first.run_id].last_epoch == 2
        app.open_run(first.run_id)
        await until(pilot, lambda: app.desk.run_id == first.run_id)
        await pilot.press("x")
        assert engine.calls[-1] == ("cancel", first.run_id)


async def test_a_run_whose_process_is_gone_is_told_of_and_can_be_resumed(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine, first, second = await two_at_once(pilot)
        engine.emit(RunInterrupted(run_id=first.run_id, at=1.0, message="signal 9 ended it"))
        await until(pilot, lambda: isinstance(app.screen, Notice))
        assert app.state.runs[first.run_id].status == "interrupted"
        assert app.state.active is app.state.runs[second.run_id]
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Notice))
        await pilot.press("r")
        assert engine.calls[-1][1].run_id == first.run_id


async def test_what_a_dead_process_left_is_taken_up_and_what_waits_elsewhere_taken_back(make_app: Make) -> None:
    app = make_app()
    gone, other = Waiting(app.store.root), Waiting(app.store.root)
    gone.announce(Order(run_id="r-gone", job=JOB))
    killed(gone, "r-gone")
    other.announce(Order(run_id="r-other", job=JOB))
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 2)
        for key, place in (("end", 1), ("home", 0)):
            await pilot.press(key)
            assert app.screen.query_one(RunTable)._cursor == place
        rows = {row.run.id: row.run.status for row in app.screen._all.rows}  # type: ignore[attr-defined]
        assert rows == {"r-gone": "abandoned", "r-other": "waiting"}
        chosen = app.screen.chosen.run.id  # type: ignore[attr-defined]
        await pilot.press("x" if chosen == "r-other" else "r")
        await pilot.press("down" if app.screen.query("RunTable").first()._cursor == 0 else "up")  # type: ignore[attr-defined]
        await pilot.press("r" if chosen == "r-other" else "x")
        await until(pilot, lambda: other.unwanted() == ["r-other"])
        adopted = [asked for call, asked in engine.calls if call == "adopt"]
        assert [order.run_id for order in adopted] == ["r-gone"]
    other.close()


@pytest.mark.parametrize(
    ("text", "jobs", "isolate", "complaints"),
    [
        ("jobs = 3\nisolate = true\n", 3, True, 0),
        ("jobs = 0\n", 1, False, 1),
        ('jobs = true\nisolate = "yes"\n', 1, False, 2),
    ],
)
def test_the_configuration_says_how_many_runs_are_trained_at_once_and_where(
    tmp_path: Path, text: str, jobs: int, isolate: bool, complaints: int
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    found = settings.read(path, [])
    assert (found.jobs, found.isolate, len(found.complaints)) == (jobs, isolate, complaints)
    assert msgspec.to_builtins(found.low_bandwidth) is False


def test_what_nobody_has_before_it_can_be_forgotten(tmp_path: Path) -> None:
    gone = Waiting(tmp_path)
    gone.announce(Order(run_id="r1", job=JOB))
    killed(gone, "r1")
    waiting.forget(tmp_path, "r1")
    assert waiting.listed(tmp_path) == []
