"""The panel of the worst cases: items in their order, a cursor among them, pictures of its page, and what is marked."""

from __future__ import annotations

from typing import Any

from pilots import Make, engine_desk, ready, stopped, train, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.table import View
from aetui.panels.worst import WORDS, Worst
from aetui.widgets.image_grid import ImageGrid
from engine.errors import RunError
from engine.queries.messages import Look, Measure


def panel(pilot: Pilot[None]) -> Worst:
    found: Worst = engine_desk(pilot).query_one(Worst)
    return found


def text(pilot: Pilot[None]) -> str:
    return str(panel(pilot).query_one(Static).render())


def asked(engine: Any, kind: type) -> list[Any]:
    return [query for call, query in engine.calls if call == "query" and isinstance(query, kind)]


async def test_items_are_measured_when_the_panel_opens_and_the_worst_stand_beside_the_baseline(make_app: Make) -> None:
    async with make_app().run_test(size=(200, 60)) as pilot:
        engine = await stopped(pilot, "completed")
        assert not asked(engine, Measure)
        await pilot.press("i")
        await until(pilot, lambda: "error in words, worst first · 25 test items" in text(pilot))
        grid = panel(pilot).query_one(ImageGrid)
        await until(pilot, lambda: grid._rows)
        assert [label for label, _ in grid._rows][:4] == ["input", "output", "|error|", "PCA-2"]
        assert "1 of 25: item 25, 4 · error 0.05000 · PCA-2 0.06000" in text(pilot)
        assert grid._names[:2] == ("▸0.05 4", "0.0483 3")
        brightest = [int(images[0].max()) for _, images in grid._rows]
        assert brightest[:2] == [round(24 / 25 * 255), round(0.9 * 24 / 25 * 255)]


async def test_keys_move_mark_turn_and_choose_and_what_is_marked_is_what_is_taken(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        engine = await stopped(pilot, "completed")
        await pilot.press("i")
        await until(pilot, lambda: panel(pilot).ordered)
        ordered = panel(pilot).ordered
        assert ordered is not None
        await pilot.press("right", "right", "space", "end", "space", "left")
        assert (ordered.rank, ordered.marked) == (23, {22, 0})
        await pilot.press("home", "shift+left")
        assert ordered.rank == 1
        await pilot.press("o", "o", "o")
        assert (ordered.measure.key, ordered.place) == ("kl", 0)
        await pilot.press("O", "N")
        assert (ordered.label, ordered.order.tolist()) == ("0", [20, 10, 0])
        assert engine_desk(pilot).cursor is None
        taken = panel(pilot).taken(View(engine_desk(pilot).run_shown, 2, None, ""))
        assert taken.table is not None
        assert taken.table.columns == ("part", "item", "name", "class", "error", "baseline", "behind", "kl")
        assert [row[:4] for row in taken.table.rows] == [("test", 1, "", "0"), ("test", 23, "", "2")]
        await pilot.press("f")
        await until(pilot, lambda: panel(pilot).ordered not in (None, ordered))
        assert [query.part for query in asked(engine, Measure)] == ["test", "validation"]
        assert len(asked(engine, Look)[0].places) <= 36


async def test_what_is_missing_is_said_and_measuring_can_be_stopped_and_asked_again(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("i")
        await until(pilot, lambda: WORDS.no_run in text(pilot))
        await pilot.press("escape")
        engine = await train(pilot)
        await until(pilot, lambda: WORDS.not_yet in text(pilot))
        engine.wrong = RunError("No weights yet", "the run has no checkpoint")
        engine.play_epochs(1, 1)
        await until(pilot, lambda: "✕ the run has no checkpoint" in text(pilot))
        engine.wrong, engine.late = None, True
        await pilot.press("i", "u")
        await until(pilot, lambda: "u stops" in text(pilot))
        [query] = asked(engine, Measure)[-1:]
        assert not query.stopped()
        await pilot.press("u")
        assert query.stopped()
        await until(pilot, lambda: "stopped; u measures" in text(pilot))
        engine.late = False
        await pilot.press("u")
        await until(pilot, lambda: panel(pilot).ordered)
