"""What a redraw of the chart costs when an epoch is added, in processor time; against a run of 50 epochs."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median

import pytest
from rich.color import Color as RichColor
from textual.color import Color

from aetui.render.curves.chart import Look
from aetui.render.curves.colouring import Palette
from aetui.render.curves.legend import Inks
from aetui.render.curves.scene_of_run import data_of
from aetui.render.curves.view import Settings, view
from aetui.settings import NIGHT
from aetui.state.epochs import Epochs
from aetui.state.run_state import RunState
from engine.events import EpochEnded

pytestmark = pytest.mark.benchmark

PALETTE = Palette(NIGHT.to_color_system().generate(), "truecolor", False, Color.parse("#101214"), "#888888")
SIZE = 118, 15
"""Of the chart in a terminal of 120×40."""


def ended(number: int) -> EpochEnded:
    terms = {"loss": 0.01 + 0.1 / number + number % 7 / 1000}
    return EpochEnded(stage="", epoch=number, train=terms, validation=terms, steps=9, seconds=1, samples_per_second=1)


def redraws(epochs: int) -> list[float]:
    """Seconds that each of some redraws takes, one epoch more each time."""
    run = replace(RunState("r"), epochs=Epochs(map(ended, range(1, epochs + 1))), planned=2 * epochs, status="running")
    times = []
    for number in range(epochs + 1, epochs + 22):
        run = replace(run, epochs=run.epochs.and_then(ended(number)))
        began = time.process_time()
        data = data_of(run, {"train", "validation"})
        view(data, Settings(), SIZE, PALETTE, Look(below=(RichColor.from_rgb(9, 9, 9),)), Inks()).strips(None)
        times.append(time.process_time() - began)
    return times[3:]


def test_a_redraw_of_100_000_epochs_costs_hardly_more_than_one_of_50() -> None:
    few, many = median(redraws(50)), median(redraws(100_000))
    print(f"redraw: 50 epochs {few * 1e3:.1f} ms, 100,000 epochs {many * 1e3:.1f} ms, {many / few:.1f} times as long")
    assert many <= 3 * few
