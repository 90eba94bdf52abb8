"""Forks at the chart's cursor, their parent's curve behind them, and settings that change under way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fake_forks import ForkingEngine
from pilots import bar, engine_desk, ready, stopped, train, until

from aetui.app import Workbench
from aetui.screens import commands
from aetui.screens.commands import Typed
from aetui.screens.settings_dialog import SettingsDialog
from engine.errors import EngineError, UsageError
from engine.events import SettingsChanged
from engine.runs.jobs import ForkJob

Make = Callable[..., Workbench]


@pytest.fixture
def forking(make_app: Make) -> Make:
    """The app on an engine that forks."""

    def make(**how: Any) -> Workbench:
        app = make_app(**how)
        app._engine_factory = lambda emit: ForkingEngine(emit, app.store)
        return app

    return make


def chart_text(pilot: Any) -> str:
    chart = engine_desk(pilot)._chart
    return "\n".join(chart.render_line(y).text for y in range(chart.size.height))


def asked_of(engine: Any, what: str) -> list[Any]:
    return [argument for call, argument in engine.calls if call == what]


async def test_f_branches_off_at_the_cursor_with_what_was_typed_and_the_parent_stays_behind_the_fork(
    forking: Make,
) -> None:
    async with forking().run_test(size=(80, 24)) as pilot:
        engine = await stopped(pilot, "completed", epochs=6)
        desk = engine_desk(pilot)
        parent = desk.run_id
        await pilot.press("left", "left", "left", "f")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsDialog))
        form = pilot.app.screen.query_one("SettingsForm")
        form.select("learning_rate")
        await pilot.press(*"5e-5", "enter", "enter")
        await until(pilot, lambda: len(asked_of(engine, "submit")) == 2)
        job = asked_of(engine, "submit")[-1]
        assert job == ForkJob(run_id=parent, epoch=3, config={"learning_rate": 5e-5})
        engine.play_fork()
        engine.play_epochs(4, 5)
        await until(pilot, lambda: desk.run_shown.parent == parent and desk.run_shown.last_epoch == 5)
        await until(pilot, lambda: desk._chart.data.trunk is not None and desk._chart.data.newest == 5)
        trunk = desk._chart.data.trunk
        assert [list(line.x) for line in trunk.lines] == [[3, 4, 5, 6]] * 2
        assert str(desk._loss.border_title) == f"Loss · fork of {parent[:16]} after epoch 3"
        assert "▾learning_rate 5e-05" in chart_text(pilot)
        assert desk.run_shown.settings_after(2)["learning_rate"] != 5e-5
        # The parent shows where the fork left it.
        pilot.app.open_run(parent)
        await until(pilot, lambda: desk.run_id == parent and desk.run_shown.family.forks)
        await until(pilot, lambda: "├" in chart_text(pilot))


async def test_without_an_epoch_nothing_branches_off_and_what_the_engine_refuses_is_said_in_the_form(
    forking: Make,
) -> None:
    async with forking().run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("f", "F")
        assert not isinstance(pilot.app.screen, SettingsDialog)
        engine = await stopped(pilot, epochs=2)
        await pilot.press("F")  # it is over
        assert not isinstance(pilot.app.screen, SettingsDialog)
        engine.refuse = UsageError("Not kept", "nothing was kept of epoch 2; the nearest are 1 and 3")
        await pilot.press("f")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsDialog))
        await pilot.press("f")
        await until(pilot, lambda: pilot.app.screen.query_one("#complaint").display)
        assert "nearest are 1 and 3" in str(pilot.app.screen.query_one("#complaint").render())
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, SettingsDialog))
        assert len(engine_desk(pilot).workbench.state.runs) == 1


async def test_a_run_that_trains_gets_other_settings_by_key_and_command_and_the_chart_says_when(forking: Make) -> None:
    async with forking().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        desk = engine_desk(pilot)
        await pilot.press("F")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsDialog))
        form = pilot.app.screen.query_one("SettingsForm")
        assert "epochs" not in form.values
        await pilot.press("F")
        await until(pilot, lambda: pilot.app.screen.query_one("#complaint").display)
        form.select("learning_rate")
        await pilot.press(*"11", "enter")
        assert "at most 10" in form.error
        await pilot.press("escape", *"0.01", "enter", "enter")
        await until(pilot, lambda: asked_of(engine, "adjust"))
        assert asked_of(engine, "adjust") == [(desk.run_id, {"learning_rate": 0.01})]
        assert "learning_rate 0.01" in bar(pilot)
        engine.play(SettingsChanged(epoch=2, config={"learning_rate": 0.01}))
        engine.play_epochs(3, 4)
        await until(pilot, lambda: "▾learning_rate 0.01" in chart_text(pilot))
        assert desk.run_shown.config["learning_rate"] == desk._form.values["learning_rate"] == 0.01
        assert desk.run_shown.settings_after(1)["learning_rate"] != 0.01
        assert any("learning_rate 0.01 from epoch 3 on" in line.text for line in desk.run_shown.log)
        # The same by commands, with parts of names.
        typed = Typed(desk.workbench, desk)
        commands.do(typed, "set rate=0.02")()
        assert asked_of(engine, "adjust")[-1] == (desk.run_id, {"learning_rate": 0.02})
        # Asked for once more in the same epoch, the form says what the next one is trained with.
        engine.play(SettingsChanged(epoch=5, config={"learning_rate": 0.02}))
        await until(pilot, lambda: desk.run_shown.config["learning_rate"] == 0.02)
        await pilot.press("F")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsDialog))
        assert pilot.app.screen.query_one("SettingsForm").values["learning_rate"] == 0.02
        await pilot.press("escape")
        for wrong, told in (
            ("fork 9", "from 0 to 4"),
            ("fork 2 hidden_dim=3", "cannot change"),
            ("set rate=0", "above 0"),
        ):
            with pytest.raises(EngineError, match=told):
                commands.do(typed, wrong)
        commands.do(typed, "fork 2 rate=0.5 epochs=8")()
        job = asked_of(engine, "submit")[-1]
        assert job == ForkJob(run_id=desk.run_id, epoch=2, config={"learning_rate": 0.5, "epochs": 8})
        assert "queued" in bar(pilot)
