"""A few whole screens, so that a change of look is seen and meant. `pytest --snapshot-update` accepts one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fakes import FakeEngine
from textual import constants
from textual.pilot import Pilot

from aetui.app import Workbench
from aetui.widgets.image_grid import ImageGrid

Make = Callable[..., Workbench]


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colours as in a truecolour terminal, no figures of this machine."""
    monkeypatch.setattr(constants, "COLOR_SYSTEM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("aetui.follow.machine.Meter.start", lambda self: None)


async def _train(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, Workbench)
    while not (app.state.engine == "ready" and app.desk.query(ImageGrid)):
        await pilot.pause(0.02)
    engine = app.engine
    assert isinstance(engine, FakeEngine)
    await pilot.press("t")
    engine.play(engine.run.started())
    engine.play_epochs(1, 17)
    engine.play(engine.run.progress(18, 4))
    while not (app.desk._samples and app.desk._samples.of[1] == 17):
        await pilot.pause(0.02)
    await pilot.pause(0.5)


def _then(*keys: str) -> Callable[[Pilot[None]], Any]:
    async def run_before(pilot: Pilot[None]) -> None:
        await _train(pilot)
        await pilot.press(*keys)
        await pilot.pause(0.5)

    return run_before


def test_training_at_the_usual_size(make_app: Make, snap_compare: Any) -> None:
    assert snap_compare(make_app(), terminal_size=(120, 40), run_before=_then("left", "left", "left"))


def test_training_in_a_small_terminal(make_app: Make, snap_compare: Any) -> None:
    assert snap_compare(make_app(), terminal_size=(80, 24), run_before=_then())


def test_a_refused_value(make_app: Make, snap_compare: Any) -> None:
    assert snap_compare(make_app(), terminal_size=(80, 24), run_before=_then("s", "down", "down", "0", "enter"))


def test_help(make_app: Make, snap_compare: Any) -> None:
    assert snap_compare(make_app(), terminal_size=(100, 60), run_before=_then("question_mark"))


def test_pictures_alone(make_app: Make, snap_compare: Any) -> None:
    assert snap_compare(make_app(), terminal_size=(120, 40), run_before=_then("z", "z"))


def test_the_curve_alone(make_app: Make, snap_compare: Any) -> None:
    assert snap_compare(make_app(), terminal_size=(120, 40), run_before=_then("escape", "z"))
