"""The screen of units: the table is found and ordered, the unit under the cursor is drawn and steered."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from fakes import FakeEngine
from pilots import Make, engine_desk, stopped, train, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.weights import Weights
from aetui.screens.unit_asking import NOT_YET
from aetui.screens.units import UnitsScreen
from engine.errors import RunError
from engine.queries.messages import Units


def screen(pilot: Pilot[None]) -> UnitsScreen:
    found = pilot.app.screen
    assert isinstance(found, UnitsScreen)
    return found


def said(pilot: Pilot[None]) -> str:
    return str(screen(pilot).query_one("#about", Static).render())


def asked(engine: FakeEngine) -> list[Units]:
    return [query for call, query in engine.calls if call == "query" and isinstance(query, Units)]


async def opened(pilot: Pilot[None]) -> FakeEngine:
    """The screen, with all that comes by itself."""
    engine = await stopped(pilot, epochs=3)
    await pilot.press("U")
    await until(pilot, lambda: screen(pilot).answer is not None and not screen(pilot).adding)
    await until(pilot, lambda: screen(pilot).one.steering is not None)
    return engine


async def test_a_tile_opens_the_unit_under_the_cursor(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        await pilot.press("w")
        panel = engine_desk(pilot).query_one(Weights)
        assert panel.has_focus
        await pilot.press("right", "right", "left", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, UnitsScreen) and screen(pilot).one.steering)
        assert screen(pilot).one.unit == 1
        assert asked(engine)[-1].layer is None
        await pilot.press("escape")
        assert pilot.app.screen is engine_desk(pilot)


async def test_before_the_first_epoch_it_says_that_there_is_nothing(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        await pilot.press("U")
        assert NOT_YET in said(pilot)
        engine.play_epochs(1, 1)
        await until(pilot, lambda: screen(pilot).answer is not None)
        await pilot.press("escape")
        engine.play(engine.run.finished("failed", 0))


async def test_what_went_wrong_is_said_and_can_be_tried_again(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        engine.wrong = RunError("No weights", "they are gone")
        await pilot.press("U")
        await until(pilot, lambda: "they are gone" in said(pilot))
        engine.wrong = None
        await pilot.press("u")
        await until(pilot, lambda: screen(pilot).answer is not None)
        assert "they are gone" not in said(pilot)


async def test_the_reading_can_be_stopped_and_tells_how_far_it_is(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        engine.late = True
        await pilot.press("U")
        told = asked(engine)[0].told
        assert told is not None
        assert told(40, 200)
        await until(pilot, lambda: "40 of 200 items" in said(pilot))
        await pilot.press("x")
        assert not told(50, 200)


async def test_units_are_found_and_ordered_and_the_cursor_stays_on_its_unit(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        units = screen(pilot).list
        assert "1 dead" in said(pilot)
        await pilot.press("down", "down", "down")
        assert units.unit == 3
        await pilot.press("o")
        assert units.unit == 3
        assert units._found.units[0] != 0 or screen(pilot)._order == "density"
        await pilot.press("slash", *"like=4", "enter")
        assert units._found.units[0] == 4
        assert "found: like=4" in said(pilot)
        await pilot.press("slash", *"=", "enter")  # like=4= cannot be meant: the line stays
        assert screen(pilot).query_one("#complaint", Static).display
        await pilot.press("escape")
        assert len(units._found.units) == 12


async def test_a_steered_unit_is_decoded_at_once(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        one = screen(pilot).one
        steering = one.steering
        assert steering.example == 9
        own = steering.own
        await pilot.press("left", "left")
        assert steering.value == pytest.approx(own - 2 * 2.0 / 20)
        codes = screen(pilot).answer.activations.values[:, steering.position].copy()
        codes[0] = steering.value
        wanted = screen(pilot).answer.onward.run(codes[None])[0]
        np.testing.assert_allclose(steering.pair[1], wanted, rtol=1e-5)
        await pilot.press("shift+left", "0")
        assert steering.value == own
        await pilot.press("comma")
        assert one.steering.example == 8
        await pilot.press("down")
        await until(pilot, lambda: one.steering.unit == 1)
        assert one.steering.example == 8


async def test_what_is_lost_without_the_unit_and_its_likes_are_told(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("down", "down", "down")
        lost = screen(pilot).one.query_one("#lost", Static)
        await until(
            pilot, lambda: "without it: at 0" in str(lost.render()) and "correlated: 5 -1.00" in str(lost.render())
        )


async def test_where_only_the_engine_can_decode_it_is_asked_and_the_last_wish_counts(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unit_readings import reading

    from engine.queries.messages import Decode, Images

    def answer(query: Any) -> Any:
        if isinstance(query, Units):
            return reading(onward=None, why="it has recurrent layers")
        assert isinstance(query, Decode)
        return Images(images=np.tile(query.codes[:, :1, None, None], (1, 4, 4, 1)), codes=query.codes, epoch=3)

    monkeypatch.setattr("fakes.answer", answer)
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        await pilot.press("U")
        await until(pilot, lambda: screen(pilot).answer and screen(pilot).one.steering is not None)
        one = screen(pilot).one
        await until(pilot, lambda: one.steering.pair is not None)
        assert "it has recurrent layers" in str(one.query_one("#lost", Static).render())
        engine.late = True
        await pilot.press("left", "left", "left")
        engine.answer_all()
        await until(pilot, lambda: engine.asked)
        engine.answer_all()
        await until(pilot, lambda: one.steering.pair[1, 0, 0, 0] == pytest.approx(one.steering.value))


async def test_after_an_epoch_it_is_read_again_but_not_at_once(make_app: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aetui.screens.unit_asking.REST_SECONDS", 0.3)
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        await pilot.press("U")
        await until(pilot, lambda: screen(pilot).answer is not None)
        assert len(asked(engine)) == 1
        engine.play_epochs(2, 2)
        await until(pilot, lambda: len(asked(engine)) == 2)
        engine.play(engine.run.finished("completed", 2))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_everything_has_room_in_every_terminal(make_app: Make, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await opened(pilot)
        of = screen(pilot)
        await pilot.pause()
        shown = [widget for widget in of.one.query("*") if widget.display and widget.region.area]
        assert all(of.region.contains_region(widget.region) for widget in shown)
        if size[0] < 100:
            assert not of.list.display
            await pilot.press("tab")
            assert of.list.display
            assert not of.one.display
