"""What several test files do with the app under a pilot."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fakes import FakeEngine, pictures
from textual.pilot import Pilot

from aetui.app import Workbench
from aetui.widgets.epoch_progress import EpochProgress
from aetui.widgets.image_grid import ImageGrid
from aetui.widgets.param_form import ParamForm

Make = Callable[..., Workbench]


async def until(pilot: Pilot[None], true: Callable[[], Any]) -> None:
    """Wait for what other threads and throttles bring about."""
    late = time.monotonic() + 20  # a machine that is busy with other tests is slow, not wrong
    while not true():
        assert time.monotonic() < late, "it did not happen within twenty seconds"
        await pilot.pause(0.02)


def engine_desk(pilot: Pilot[None]) -> Any:
    app = pilot.app
    assert isinstance(app, Workbench)
    return app.desk


def bar(pilot: Pilot[None]) -> str:
    """What the epoch bar says."""
    return engine_desk(pilot).query_one(EpochProgress).render().plain


def shown_epoch(pilot: Pilot[None]) -> int:
    """The epoch whose pictures are on the screen, told by the pictures themselves."""
    rows = engine_desk(pilot).query_one(ImageGrid)._rows
    if "output" not in dict(rows):
        return 0
    output = dict(rows)["output"] / 255
    for epoch in range(1, 60):
        if abs(pictures(epoch).outputs[..., 0] - output).max() < 0.003:
            return epoch
    return -1


async def ready(pilot: Pilot[None]) -> FakeEngine:
    """The app once its slow parts are there; returns its engine."""
    app = pilot.app
    assert isinstance(app, Workbench)
    await until(pilot, lambda: app.engine and app.state.engine == "ready")
    await until(pilot, lambda: app.desk._chart and app.desk.query(ImageGrid))
    engine = app.engine
    assert isinstance(engine, FakeEngine)
    return engine


async def train(pilot: Pilot[None], *, epochs: int = 0) -> FakeEngine:
    """The app with a run that has come so far."""
    engine = await ready(pilot)
    await pilot.press("t")
    engine.play(engine.run.started())
    engine.play_epochs(1, epochs)
    desk = engine_desk(pilot)
    await until(pilot, lambda: desk.run_shown and desk.run_shown.last_epoch == epochs)
    return engine


async def stopped(pilot: Pilot[None], outcome: str = "stopped", epochs: int = 2) -> FakeEngine:
    """The app with a run that has come to an end."""
    engine = await train(pilot, epochs=epochs)
    engine.play(engine.run.finished(outcome, epochs))
    await until(pilot, lambda: engine_desk(pilot).run_shown.status == outcome)
    return engine


async def choose_epochs(pilot: Pilot[None], *digits: str) -> None:
    await pilot.press("s")
    engine_desk(pilot).query_one(ParamForm).select("epochs")
    await pilot.press(*digits, "enter")
