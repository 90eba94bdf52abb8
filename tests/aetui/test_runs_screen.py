"""The table of runs: what it offers, and what opens from it."""

from __future__ import annotations

from dataclasses import replace

from pilots import Make, engine_desk, ready, shown_epoch, stopped, train, until

from aetui.screens.dialogs import Notice
from aetui.screens.run_list import NO_RUN
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.run_table import RunTable
from engine.errors import RunError
from engine.events import RunResumed


async def test_reopening_shows_the_last_run(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=4)
        engine.play(engine.run.finished("completed", 4))
        run_id = engine.run.run_id
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: shown_epoch(pilot) == 4)
        assert engine_desk(pilot).run_shown.status == "completed"
        await pilot.press("2")
        await until(pilot, lambda: pilot.app.screen.query("RunTable").first().row_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "workbench")
        assert engine_desk(pilot).run_id == run_id


async def test_a_run_resumed_from_the_table_keeps_its_past(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=4)
        engine.play(engine.run.finished("stopped", 4))
        kept = engine.run
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        app._state = replace(app.state, runs={})
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 1)
        await pilot.press("r")
        engine.runs[kept.run_id] = kept
        assert (app.state.runs[kept.run_id].variant, app.state.runs[kept.run_id].planned) == ("vanilla", kept.epochs)
        engine.play(RunResumed(epoch=5, step=0, epochs=kept.epochs))
        engine.play_epochs(5, 6)
        await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.last_epoch == 6)
        assert [e.epoch for e in app.desk.run_shown.epochs] == [1, 2, 3, 4, 5, 6]
        assert app.state.active is app.desk.run_shown


async def test_a_refused_resumption_stays_on_the_screen_it_was_asked_from(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 1)
        engine.refuse = RunError("Run in use", "another has it")
        await pilot.press("r")
        assert app.current_mode == "runs"
        assert isinstance(app.screen, Notice)
        app.action_mode("workbench")
        await until(pilot, lambda: app.screen is app.desk)
        assert len(app._screen_stacks["runs"]) == 1


async def test_the_table_offers_to_resume_only_what_can_be(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        engine = await stopped(pilot, "completed")
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 1)
        text = app.screen.query_one(KeyBar).render().plain
        assert "resume" not in text
        assert "1 workbench" in text
        calls = len(engine.calls)
        await pilot.press("r")
        assert len(engine.calls) == calls


async def test_a_store_without_runs_says_so(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("2", "down", "enter", "r", "x", "f5", "G")
        await until(pilot, lambda: NO_RUN in "".join(line.text for line in app.screen.query_one(RunTable)._strips))
