"""The screen of units: the table is found and ordered, the unit under the cursor is drawn and steered.

A workbench takes a second to start: what can be looked at in one is looked at in one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fakes import FakeEngine
from pilots import Make, engine_desk, stopped, train, until
from textual.pilot import Pilot
from textual.widgets import Static
from unit_readings import reading

from aetui.panels.weights import Weights
from aetui.screens.unit_asking import NOT_YET
from aetui.screens.units import UnitsScreen
from aetui.widgets.image_grid import ImageGrid
from engine.errors import RunError
from engine.queries.messages import Decode, Images, Units


def screen(pilot: Pilot[None]) -> UnitsScreen:
    found = pilot.app.screen
    assert isinstance(found, UnitsScreen)
    return found


def said(pilot: Pilot[None]) -> str:
    return str(screen(pilot).query_one("#about", Static).render())


def asked(engine: FakeEngine) -> list[Units]:
    return [query for call, query in engine.calls if call == "query" and isinstance(query, Units)]


async def opened(pilot: Pilot[None]) -> None:
    """The screen has all that comes by itself."""
    await until(pilot, lambda: isinstance(pilot.app.screen, UnitsScreen) and screen(pilot).answer is not None)
    await until(pilot, lambda: screen(pilot).one.steering is not None and not screen(pilot).adding)


def lost(pilot: Pilot[None]) -> str:
    return str(screen(pilot).one.query_one("#lost", Static).render())


async def test_a_tile_opens_its_unit_which_is_steered_and_others_are_found(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        await pilot.press("w")
        panel = engine_desk(pilot).query_one(Weights)
        assert panel.has_focus
        await until(pilot, lambda: panel._weights is not None)
        await pilot.press("right", "right", "left", "enter")
        await opened(pilot)
        assert screen(pilot).one.unit == 1
        assert asked(engine)[-1].layer is None
        assert "1 dead" in said(pilot)

        # Steering.
        one, answer = screen(pilot).one, screen(pilot).answer
        steering = one.steering
        assert steering is not None
        assert answer is not None
        own, low, high = steering.own, float(answer.table.lowest[1]), float(answer.table.highest[1])
        assert own == high
        await pilot.press("left", "left")
        assert steering.value == pytest.approx(own - 2 * (high - low) / 20)
        codes = answer.activations.values[:, steering.position].copy()
        codes[1] = steering.value
        assert steering.pair is not None
        assert answer.onward is not None
        np.testing.assert_allclose(steering.pair[1], answer.onward.run(codes[None])[0], rtol=1e-5)
        await pilot.press("shift+left", "0")
        assert steering.value == own
        await pilot.press("full_stop", "full_stop", "comma")
        chosen = one.steering.example
        assert chosen > 0
        await pilot.press("down", "down")
        await until(pilot, lambda: one.steering.unit == 3)
        assert one.steering.example == chosen
        await until(pilot, lambda: "without it: at 0" in lost(pilot) and "correlated: 5 -1.00" in lost(pilot))

        # Finding: the cursor stays on its unit.
        units = screen(pilot).list
        await pilot.press("o")
        assert (screen(pilot)._order, units.unit) == ("density", 3)
        await pilot.press("slash", *"like=4", "enter")
        assert units._found.units[0] == 4
        assert "found: like=4" in said(pilot)
        await pilot.press("slash", *"=", "enter")  # like=4= cannot be meant: the line stays
        assert screen(pilot).query_one("#complaint", Static).display
        await pilot.press("escape")
        assert len(units._found.units) == 12
        table, unit = screen(pilot)._taken()
        assert (len(table.table.rows), unit.key) == (12, f"unit-{one.steering.unit + 1}")
        await pilot.press("escape")
        assert pilot.app.screen is engine_desk(pilot)


async def test_it_says_what_is_missing_and_after_an_epoch_it_is_read_again(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aetui.screens.unit_asking.REST_SECONDS", 0.1)
    monkeypatch.setattr("aetui.screens.unit_asking.IDLE_SECONDS", 0.1)
    monkeypatch.setattr("aetui.screens.unit_asking.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("aetui.screens.units.LOOK_SECONDS", 0.1)
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        await pilot.press("U")
        assert NOT_YET in said(pilot)
        engine.play_epochs(1, 1)
        await until(pilot, lambda: screen(pilot).answer is not None)
        assert len(asked(engine)) == 1
        await opened(pilot)
        await pilot.press("left")
        value = screen(pilot).one.steering.value
        engine.play_epochs(2, 2)
        await until(pilot, lambda: len(asked(engine)) == 2 and not screen(pilot).waiting)
        await opened(pilot)
        assert screen(pilot).one.steering.value == value

        # What goes wrong is said and can be tried again; a reading tells how far it is, and can be stopped.
        engine.wrong = RunError("No weights", "they are gone")
        await pilot.press("u")
        await until(pilot, lambda: "they are gone" in said(pilot))
        engine.wrong, engine.late = None, True
        await pilot.press("u")
        assert "they are gone" not in said(pilot)
        told = asked(engine)[-1].told
        assert told is not None
        assert told(40, 200)
        await until(pilot, lambda: "40 of 200 items" in said(pilot))
        await pilot.press("x")
        assert not told(50, 200)
        await pilot.press("escape")
        engine.play(engine.run.finished("completed", 2))


async def test_where_only_the_engine_can_decode_it_is_asked_and_the_last_wish_counts(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(query: Any) -> Any:
        if isinstance(query, Units):
            return reading(onward=None, why="it has recurrent layers")
        assert isinstance(query, Decode)
        return Images(images=np.tile(query.codes[:, :1, None, None], (1, 4, 4, 1)), codes=query.codes, epoch=3)

    monkeypatch.setattr("fakes.answer", answer)
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        await pilot.press("U")
        await opened(pilot)
        one = screen(pilot).one
        await until(pilot, lambda: one.steering.pair is not None)
        assert "it has recurrent layers" in lost(pilot)
        engine.late = True
        await pilot.press("left", "left", "left")
        engine.answer_all()
        await until(pilot, lambda: engine.asked)
        engine.answer_all()
        await until(pilot, lambda: one.steering.pair[1, 0, 0, 0] == pytest.approx(one.steering.value))


async def test_everything_has_room_in_every_terminal(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await stopped(pilot)
        await pilot.press("U")
        await opened(pilot)
        of = screen(pilot)
        for size in ((80, 24), (120, 40), (200, 60)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda wide=size[0]: of.list.display is (wide >= 100))
            await pilot.pause(0.05)
            shown = [widget for widget in of.one.query("*") if widget.display and widget.region.area]
            assert len(shown) > 5
            assert all(of.region.contains_region(widget.region) for widget in shown)
            grid = of.one.query_one("#steered", ImageGrid)
            assert grid.layout_now.shown == 4
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not of.list.display)
        await pilot.press("tab")
        assert of.list.display
        assert not of.one.display
