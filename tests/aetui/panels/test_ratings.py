"""The ratings panel in the app: a user is typed, answered, unknown, and forgotten with the run."""

from __future__ import annotations

import pytest
from fake_answers import STRANGER
from fakes import FakeEngine
from pilots import Make, engine_desk, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.ratings import HINT, NO_RUN, Ratings
from aetui.panels.table import View
from aetui.widgets.scroller import Scroller


def text(pilot: Pilot[None]) -> str:
    return str(engine_desk(pilot).query_one(Ratings).query_one(Scroller).query_one(Static).render())


def complaint(pilot: Pilot[None]) -> str:
    return str(engine_desk(pilot).query_one("#complaint", Static).render())


async def ratings_desk(pilot: Pilot[None], *, train: bool = True) -> FakeEngine:
    """The app with AutoRec chosen, and with a run of it that has begun."""
    await until(pilot, lambda: pilot.app.engine and pilot.app.state.engine == "ready" and engine_desk(pilot)._chart)
    engine_desk(pilot)._models.choose("autorec")
    await until(pilot, lambda: engine_desk(pilot).query(Ratings))
    engine = pilot.app.engine
    assert isinstance(engine, FakeEngine)
    if train:
        await pilot.press("t")
        engine.play(engine.run.started())
        await until(pilot, lambda: text(pilot) == HINT)
    return engine


@pytest.mark.parametrize("size", [(120, 40), (60, 24)])
async def test_a_typed_user_is_answered_with_what_they_may_like_and_what_they_rated(
    make_app: Make, size: tuple[int, int]
) -> None:
    async with make_app().run_test(size=size) as pilot:
        await ratings_desk(pilot)
        await pilot.press("slash", "u", "7", "enter")
        await until(pilot, lambda: "film 1 " in text(pilot))
        assert "u7 · rated 2 items · epoch 3" in text(pilot)
        assert "seen late" in text(pilot)
        assert "3.00 ?" in text(pilot)
        panel = engine_desk(pilot).query_one(Ratings)
        table = panel.taken(View(None, 3, None, "")).table
        assert table is not None
        assert table.rows[0][:6] == ("u7", "may like", 1, "film 1", "", 4.9)
        assert table.rows[-1][:6] == ("u7", "rated", 2, "seen late", 2.0, 3.0)
        for field in (panel.first, panel.query_one(Scroller)):
            assert pilot.app.screen.region.contains_region(field.region)


async def test_what_is_wrong_with_a_user_is_said_and_a_known_one_then_answered(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ratings_desk(pilot, train=False)
        await pilot.press("escape", "slash", "u", "enter")  # escape leaves the list of models, which slash would filter
        await until(pilot, lambda: NO_RUN in complaint(pilot))
        await pilot.press("escape", "t")
        engine = pilot.app.engine
        engine.play(engine.run.started())
        await pilot.press("slash", "ctrl+u", *STRANGER, "enter")
        await until(pilot, lambda: "there are u1" in complaint(pilot))
        await pilot.press("ctrl+u", "u", "2", "enter")
        await until(pilot, lambda: "u2 · rated" in text(pilot))
        assert not engine_desk(pilot).query_one("#complaint").display


async def test_an_answer_that_comes_after_another_question_is_not_shown(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ratings_desk(pilot)
        engine.late = True
        await pilot.press("slash", "u", "1", "enter", "ctrl+u", "u", "2", "enter")
        await until(pilot, lambda: len(engine.asked) == 2)
        engine.answer_all()
        await until(pilot, lambda: "u2 · rated" in text(pilot))
        assert "u1 ·" not in text(pilot)
