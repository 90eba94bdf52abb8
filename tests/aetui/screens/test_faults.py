"""A fault of the screen: it is logged and told, and neither the screen nor the run ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pilots import Make, engine_desk, ready, train, until
from textual.pilot import Pilot
from textual.timer import Timer

from aetui.app import Workbench
from aetui.panels.digits import Digits
from aetui.screens.dialogs import FaultNotice
from aetui.screens.faults import UNDRAWN
from aetui.widgets.epoch_progress import EpochProgress
from aetui.widgets.loss_chart import LossChart
from engine.storage.native_output import log_path


class Planted(Exception):
    """What the tests have the screen raise."""


def fail(*_: Any) -> Any:
    raise Planted("on purpose")


def expected(app: Workbench) -> None:
    """The fault was planted: `run_test` is not to raise it in the end."""
    assert isinstance(app._exception, Planted)
    app._exception = None


Plant = Callable[[Pilot[None], pytest.MonkeyPatch], Any]


async def in_a_handler(pilot: Pilot[None], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine_desk(pilot), "changed", fail)


async def in_an_action(pilot: Pilot[None], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine_desk(pilot), "action_zoom", fail)
    await pilot.press("z")


async def in_a_timer(pilot: Pilot[None], patch: pytest.MonkeyPatch) -> Timer:
    return engine_desk(pilot).set_interval(0.01, fail)


async def in_a_worker(pilot: Pilot[None], patch: pytest.MonkeyPatch) -> None:
    pilot.app.run_worker(fail, thread=True)


async def in_a_widget(pilot: Pilot[None], patch: pytest.MonkeyPatch) -> None:
    engine_desk(pilot).query_one(Digits).call_later(fail)


async def in_drawing_a_widget(pilot: Pilot[None], patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LossChart, "render_line", fail)
    engine_desk(pilot).query_one(LossChart).refresh()


async def in_drawing_a_line(pilot: Pilot[None], patch: pytest.MonkeyPatch) -> None:
    patch.setattr("aetui.widgets.epoch_progress.progress_line", fail)
    engine_desk(pilot).query_one(EpochProgress).refresh()


PLANTS: list[Plant] = [
    in_a_handler,
    in_an_action,
    in_a_timer,
    in_a_worker,
    in_a_widget,
    in_drawing_a_widget,
    in_drawing_a_line,
]


@pytest.mark.parametrize("plant", PLANTS)
async def test_a_fault_is_told_and_the_run_goes_on(
    make_app: Make, plant: Plant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()
    with monkeypatch.context() as patch:
        async with app.run_test(size=(120, 40)) as pilot:
            engine = await train(pilot, epochs=1)
            timer = await plant(pilot, patch)
            engine.play_epochs(2, 2)
            await until(pilot, lambda: isinstance(app.screen, FaultNotice))
            assert "Planted: on purpose" in app.screen.message
            assert str(log_path()) in app.screen.message
            assert "raise Planted" in caplog.text
            engine.play_epochs(3, 4)
            await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.last_epoch == 4)
            patch.undo()
            if timer is not None:
                timer.stop()
            await pilot.press("escape", "m")
            assert app.screen.focused is app.desk._models
            assert not engine.calls[2:]
            expected(app)


async def test_what_fails_again_and_again_is_told_once_and_counted(
    make_app: Make, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        timer = app.set_interval(0.02, fail)
        await until(pilot, lambda: isinstance(app.screen, FaultNotice))
        await pilot.press("escape")
        await until(pilot, lambda: app.faults.total() >= 10)
        timer.stop()
        assert not isinstance(app.screen, FaultNotice)
        assert caplog.text.count("Traceback") == 1
        assert "again, 10 times by now: Planted" in caplog.text
        expected(app)


async def test_what_cannot_be_drawn_leaves_its_place_to_a_word(make_app: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    app: Workbench = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        monkeypatch.setattr("aetui.widgets.epoch_progress.progress_line", fail)
        app.desk.say("something")
        await until(pilot, lambda: isinstance(app.screen, FaultNotice))
        await pilot.press("escape")
        strips = app.screen._compositor.render_strips()
        assert any(UNDRAWN in strip.text for strip in strips)
        assert any("Models" in strip.text for strip in strips)
        expected(app)
