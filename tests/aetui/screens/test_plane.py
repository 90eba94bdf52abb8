from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import fake_store
from pilots import until
from textual.widgets import Static

from aetui.app import Workbench
from aetui.mapping import codes
from aetui.mapping.opened import opened
from aetui.mapping.workbench import MapAlone
from aetui.screens.plane import MapScreen
from aetui.widgets.plane_legend import PlaneLegend

RANDOM = np.random.default_rng(5)
LABELS = RANDOM.integers(0, 2, 4_000)
POINTS = RANDOM.normal(size=(4_000, 2)) + 4 * LABELS[:, None]


@pytest.fixture(autouse=True)
def larger_bins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.density.building._SHIFT", 23)


@pytest.fixture
def alone(tmp_path: Path) -> Callable[[Any], MapAlone]:
    def make(open_it: Any) -> MapAlone:
        return MapAlone(open_it, "codes.npz", lambda emit: None, fake_store(tmp_path / "runs"), None)

    return make


def _open(report: Any) -> Any:
    return opened(codes.Codes("codes.npz", POINTS, LABELS), (), report)


def _text(screen: MapScreen) -> str:
    return "\n".join(screen.map.render_line(y).text for y in range(screen.map.size.height))


def _told(screen: MapScreen) -> str:
    return str(screen.query_one("#told", Static).render())


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_map_is_looked_into_marked_and_its_items_counted(alone: Any, size: tuple[int, int]) -> None:
    app = alone(_open)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MapScreen) and app.screen.map.shown)
        screen = app.screen
        await until(pilot, lambda: "4,000 in sight" in _told(screen))
        assert "codes.npz · 4,000 codes of 2 numbers · z1 × z2" in _text(screen)
        assert {"0", "1"} <= set(screen.query_one(PlaneLegend).render().plain)
        await pilot.press("c", "L")
        if size == (80, 24):  # in more room hardly a cell has ten points: they are digits then
            assert "points a cell" in screen.query_one(PlaneLegend).render().plain
        await pilot.press("plus", "plus", "space", "L", "J", "space")
        await pilot.pause()
        x0, y0, x1, y1 = screen.map.rectangle
        inside = (POINTS[:, 0] >= x0) & (POINTS[:, 0] < x1) & (POINTS[:, 1] >= y0) & (POINTS[:, 1] < y1)
        assert f"{inside.sum():,} marked" in _told(screen)
        assert "times enlarged" in _told(screen)
        await pilot.press("enter", "escape")
        assert screen.map.rectangle is None
        await pilot.press("escape")
        await until(pilot, lambda: not app.is_running)


async def test_what_cannot_be_mapped_is_told_and_reading_can_be_left(alone: Any) -> None:
    def slow(report: Any) -> Any:
        while True:
            report("reading points", 1, 2)

    app = alone(slow)
    async with app.run_test() as pilot:
        await until(pilot, lambda: isinstance(app.screen, MapScreen))
        await until(pilot, lambda: "reading points" in str(app.screen.query_one("#reading", Static).render()))
        await pilot.press("escape")
        await until(pilot, lambda: not app.is_running)


async def test_the_command_line_opens_a_map_of_a_file(make_app: Callable[..., Workbench], tmp_path: Path) -> None:
    np.save(tmp_path / "codes.npy", POINTS)
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.engine)
        await pilot.press("colon", *f"map {tmp_path}/codes.npy", "enter")
        await until(pilot, lambda: isinstance(app.screen, MapScreen) and app.screen.map.shown)
        await pilot.press("q")
        await until(pilot, lambda: not isinstance(app.screen, MapScreen))
        await pilot.press("colon", *"map train", "enter")
        await pilot.pause()
        assert not isinstance(app.screen, MapScreen)
