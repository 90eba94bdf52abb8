"""The anomalies panel in the app: it asks when it is opened, its threshold moves, and it says what is missing."""

from __future__ import annotations

from typing import Any

from pilots import Make, engine_desk, ready, stopped, train, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.anomalies import WORDS, Anomalies
from aetui.panels.table import View
from aetui.widgets.image_grid import ImageGrid
from engine.errors import RunError
from engine.queries.messages import Detect, Reconstruct


def panel(pilot: Pilot[None]) -> Anomalies:
    found: Anomalies = engine_desk(pilot).query_one(Anomalies)
    return found


def text(pilot: Pilot[None]) -> str:
    return str(panel(pilot).query_one(Static).render())


def asked(engine: Any, kind: type) -> list[Any]:
    return [query for call, query in engine.calls if call == "query" and isinstance(query, kind)]


async def test_nothing_is_asked_before_the_panel_is_opened_and_then_items_stand_on_either_side(make_app: Make) -> None:
    async with make_app().run_test(size=(200, 60)) as pilot:
        engine = await stopped(pilot, "completed")
        assert not asked(engine, Detect)
        await pilot.press("A")
        await until(pilot, lambda: "weights of epoch 3, the best" in text(pilot))
        assert len(asked(engine, Detect)) == 1
        for words in ("normal: 3", "ROC", "precision/found", "the model 0.9700/0.9900"):
            assert words in text(pilot)
        await until(pilot, lambda: all(grid._rows for grid in panel(pilot).query(ImageGrid)))
        assert {query.noise for query in asked(engine, Reconstruct)} == {False}
        table = panel(pilot).taken(View(engine_desk(pilot).run_shown, 2, None, "")).table
        assert table is not None
        assert table.rows[3] == (4, "", "3", *table.rows[3][3:5], table.rows[3][5], False)


async def test_arrows_move_the_threshold_while_the_panel_has_the_focus_and_epochs_otherwise(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await stopped(pilot, "completed")
        await pilot.press("A")
        await until(pilot, lambda: panel(pilot).scored)
        before = panel(pilot).scored
        assert before is not None
        told, above = text(pilot), before.above
        await pilot.press("shift+right")
        assert before.above < above
        await until(pilot, lambda: text(pilot) != told)
        await pilot.press("0")
        assert before.threshold == before.detection.threshold
        assert engine_desk(pilot).cursor is None
        await pilot.press("b")
        await until(pilot, lambda: "PCA error 0.9000/0.9500" in text(pilot))
        await pilot.press("escape", "left")
        await until(pilot, lambda: engine_desk(pilot).cursor == 1)


async def test_what_is_missing_is_said_and_a_refusal_can_be_asked_again(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("A")
        await until(pilot, lambda: WORDS.no_run in text(pilot))
        await pilot.press("escape")
        engine = await train(pilot)
        await until(pilot, lambda: WORDS.not_yet in text(pilot))
        engine.wrong = RunError("No weights yet", "the run has no checkpoint")
        engine.play_epochs(1, 1)
        await until(pilot, lambda: "✕ the run has no checkpoint" in text(pilot))
        engine.wrong = None
        engine.play_epochs(2, 2)
        await until(pilot, lambda: panel(pilot).scored)
        assert "scores again" not in text(pilot)
        engine.play_epochs(3, 5)
        await until(pilot, lambda: "weights of epoch 5; u scores again" in text(pilot))
        await pilot.press("A", "u")
        assert "✕" not in text(pilot)
