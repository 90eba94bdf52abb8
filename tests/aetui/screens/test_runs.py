"""The screen of all runs: filter, order, labels, deletion and the queue, as pressed on the keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from many_runs import many_runs
from pilots import Make, ready, train, until
from textual.pilot import Pilot

from aetui.app import Workbench
from aetui.screens.delete_dialog import DeleteDialog
from aetui.screens.dialogs import Notice
from aetui.screens.runs import RunsScreen
from aetui.widgets.run_preview import RunPreview
from engine.runs.listing.labels import Labels, read_labels, write_labels
from engine.runs.writer import RunWriter


@pytest.fixture
def app(make_app: Make) -> Workbench:
    app = make_app()
    many_runs(app.store.root, 6, epochs=2)
    return app


async def opened(pilot: Pilot[None], count: int = 6) -> RunsScreen:
    await pilot.press("2")
    await until(pilot, lambda: isinstance(pilot.app.screen, RunsScreen))
    screen: Any = pilot.app.screen
    await until(pilot, lambda: screen.table.row_count == count)
    screen._reload_due._interval = 0.0
    return screen


def ids(screen: RunsScreen) -> list[str]:
    return [row.run.id for row in screen.table.rows]


def shown(screen: RunsScreen) -> str:
    return "\n".join(strip.text for strip in screen.table._strips)


async def test_a_filter_is_obeyed_at_every_key_and_what_is_wrong_with_it_is_said(app: Workbench) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await opened(pilot)
        everything = ids(screen)
        wanted = [run.id for run in app.store.summaries() if run.dataset == "digits"]
        assert wanted != everything
        await pilot.press("slash", *"data=digits")
        assert ids(screen) == wanted
        await pilot.press(*" x<")
        assert "expected a value after x<" in str(screen.line.query_one("#complaint").render())
        await pilot.press("escape")
        assert ids(screen) == everything
        await pilot.press("slash", *"data=digits", "enter", "G", "slash", "escape")
        assert ids(screen) == wanted
        await pilot.press("escape")
        assert ids(screen) == everything


async def test_rows_are_ordered_by_the_next_column_and_the_other_way_round(app: Workbench) -> None:
    async with app.run_test(size=(200, 40)) as pilot:
        await ready(pilot)
        screen = await opened(pilot)
        newest = ids(screen)
        await pilot.press("O")
        assert ids(screen) == newest[::-1]
        assert "age ▴" in shown(screen)
        while screen._order[0] != "metric":
            await pilot.press("o")
        scores = [row.headline.ours for row in screen.table.rows if row.headline]
        assert scores == sorted(scores)
        assert screen.table.chosen is screen.table.rows[0]


async def test_a_run_is_renamed_tagged_and_noted(app: Workbench) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        screen = await opened(pilot)
        folder = app.store.root / ids(screen)[1]
        await pilot.press("j", "n", "ctrl+u", *"best", "enter")
        await until(pilot, lambda: not screen.line.purpose)
        await pilot.press("t", *"good", "space", *"a=b", "enter")
        await until(pilot, lambda: "none of" in str(screen.line.query_one("#complaint").render()))
        await pilot.press("backspace", "backspace", "enter")
        await until(pilot, lambda: not screen.line.purpose)
        await pilot.press("N", *"slow", "enter")
        await until(pilot, lambda: screen.chosen and screen.chosen.run.note == "slow")
        assert read_labels(folder) == Labels(name="best", tags=("good", "a"), note="slow")
        assert "best" in shown(screen)


async def test_a_run_is_deleted_after_a_question_and_comes_back(app: Workbench) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await opened(pilot)
        before = ids(screen)
        await pilot.press("j", "d")
        await until(pilot, lambda: isinstance(app.screen, DeleteDialog))
        await pilot.press("escape")
        assert ids(screen) == before
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, DeleteDialog))
        await pilot.press("y")
        await until(pilot, lambda: ids(screen) == [before[0], *before[2:]])
        assert screen.chosen
        assert screen.chosen.run.id == before[2]
        await pilot.press("u")
        await until(pilot, lambda: ids(screen) == before)
        assert screen.chosen.run.id == before[2]
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, DeleteDialog))
        record: Any = app.store.get(before[2])
        with RunWriter(record.folder, record.info):
            await pilot.press("y")
            await until(pilot, lambda: isinstance(app.screen, Notice))
        assert len(app.store.summaries()) == 6


async def test_the_cursor_stays_on_its_run_and_only_lines_that_changed_are_drawn(
    app: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        screen = await opened(pilot)
        await pilot.press("j", "j")
        chosen, other = screen.chosen, ids(screen)[4]
        await until(pilot, lambda: screen.query_one(RunPreview)._row is chosen)
        drawn: list[int] = []
        monkeypatch.setattr(screen.table, "refresh", lambda *regions, **_: drawn.extend(region.y for region in regions))
        write_labels(app.store.root / other, Labels(name="other"))
        await pilot.press("f5")
        await until(pilot, lambda: "other" in shown(screen))
        assert drawn == [5]
        assert screen.chosen is chosen


async def test_runs_that_wait_stand_first_and_change_places(app: Workbench) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        await pilot.press("t", "t", "t", "t")
        screen = await opened(pilot, 9)
        _, second, third = list(engine.runs)
        assert ids(screen)[:2] == [second, third]
        assert "next" in shown(screen)
        await pilot.press("g", "J")
        assert ids(screen)[:2] == [third, second]
        assert [run.run_id for run in app.state.waiting] == [third, second]
        assert screen.chosen
        assert screen.chosen.run.id == second
        await pilot.press("d")
        assert isinstance(app.screen, RunsScreen)
        await pilot.press("x")
        assert ("cancel", second) in engine.calls
