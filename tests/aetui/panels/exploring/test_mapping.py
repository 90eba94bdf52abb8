"""Maps that take long: what is shown meanwhile, and what becomes of one whose items are not on the map any more."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import numpy as np
import pytest
from pilots import Make, engine_desk, stopped, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.exploring.explorer import Explorer
from aetui.panels.exploring.maps import Embedded
from engine.analysis import embedding

GATE = Event()


@pytest.fixture(autouse=True)
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Maps are there when the gate is opened."""
    GATE.clear()

    def embedded(method: str, codes: np.ndarray, going: Callable[[float], bool]) -> Any:
        while not GATE.wait(0.01):
            if not going(0.5):
                return None
        return np.stack([np.arange(len(codes)), codes[:, 0]], axis=1).astype(np.float32)

    monkeypatch.setattr(embedding, "embedded", embedded)


async def opened(pilot: Pilot[None]) -> Explorer:
    await stopped(pilot, "completed")
    await pilot.press("c", "enter")
    found: Explorer = engine_desk(pilot).query_one(Explorer)
    await until(pilot, lambda: found.place)
    return found


async def test_a_map_whose_items_are_not_shown_any_more_is_dropped(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        explorer = await opened(pilot)
        told = explorer.query_one("#told", Static)
        await pilot.press("f")
        await until(pilot, lambda: "t-SNE 25% …" in str(told.render()))
        there = len(explorer.place.found.codes)  # type: ignore[union-attr]
        await pilot.press("P")
        await until(pilot, lambda: len(explorer.place.found.codes) < there)  # type: ignore[union-attr]
        GATE.set()
        await until(pilot, lambda: "t-SNE" not in str(told.render()))
        await pilot.pause(0.1)
        assert not isinstance(explorer.place.map, Embedded)  # type: ignore[union-attr]
        await pilot.press("f")
        await until(pilot, lambda: isinstance(explorer.place.map, Embedded))  # type: ignore[union-attr]
        assert len(explorer.place.map.points) < there  # type: ignore[union-attr]


async def test_a_map_that_is_given_up_is_none_when_newer_weights_come_and_the_next_key_tries_another(
    make_app: Make,
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        explorer = await opened(pilot)
        told = explorer.query_one("#told", Static)
        await pilot.press("f", "f")
        before = explorer.place
        await pilot.press("u")
        await until(pilot, lambda: explorer.place is not before)
        assert not isinstance(explorer.place.map, Embedded)  # type: ignore[union-attr]
        await pilot.press("f")
        await until(pilot, lambda: "UMAP" in str(told.render()))
