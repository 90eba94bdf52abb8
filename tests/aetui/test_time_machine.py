"""One run on the screen: chart, pictures and panels, live and at an epoch of its past."""

from __future__ import annotations

from threading import Event

import pytest
from fakes import loss
from numpy.testing import assert_allclose
from pilots import Make, engine_desk, ready, shown_epoch, stopped, train, until

from aetui.screens.run_view import READING
from aetui.widgets.epoch_progress import EpochProgress
from aetui.widgets.image_grid import ImageGrid
from aetui.widgets.loss_chart import LossChart
from aetui.widgets.panel_tabs import PanelTabs
from aetui.widgets.param_form import ParamForm
from aetui.widgets.status_line import StatusLine
from engine.runs import snapshots
from engine.runs.snapshot_file import NAME, index_of, read, write_anew


async def test_a_run_streams_onto_chart_pictures_and_bar(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=3)
        desk = engine_desk(pilot)
        await until(pilot, lambda: shown_epoch(pilot) == 3)
        await until(pilot, lambda: desk.query_one(LossChart).data.series)
        train_line, validation_line = desk.query_one(LossChart).data.series
        assert_allclose(train_line.y, [loss(e) for e in (1, 2, 3)])
        assert (train_line.name, validation_line.name) == ("train", "validation")
        engine.play(engine.run.progress(4, 5))
        await until(pilot, lambda: "step 5/10" in desk.query_one(EpochProgress).render().plain)
        assert "training" in desk.query_one(StatusLine).render().plain


async def test_the_cursor_shows_the_pictures_of_its_epoch_and_end_returns_to_the_newest(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=15)
        await until(pilot, lambda: shown_epoch(pilot) == 15)
        await pilot.press("left", "left")
        await until(pilot, lambda: shown_epoch(pilot) == 13)
        assert engine_desk(pilot).query_one(LossChart).cursor == 13
        await pilot.press("shift+left")
        await until(pilot, lambda: shown_epoch(pilot) == 3)
        engine.play_epochs(16, 16)
        await pilot.pause(0.5)
        assert shown_epoch(pilot) == 3, "a run that goes on must not move the cursor"
        await pilot.press("home")
        await until(pilot, lambda: shown_epoch(pilot) == 1)
        await pilot.press("end")
        await until(pilot, lambda: shown_epoch(pilot) == 16)
        assert engine_desk(pilot).cursor is None


async def test_the_nearest_epoch_that_is_kept_is_shown_and_named_where_there_is_none_of_the_cursors(
    make_app: Make,
) -> None:
    async with make_app().run_test(size=(160, 40)) as pilot:
        engine = await train(pilot, epochs=9)
        file = engine.run.folder / NAME
        index = index_of(file)
        left = {epoch: place for epoch, place in index.places.items() if epoch not in (4, 5, 6)}
        write_anew(file, index.header, read(file, left))
        tabs = engine_desk(pilot).query_one(PanelTabs)

        def said() -> str:
            return str(tabs.border_title).replace("epoch ", "")

        engine_desk(pilot).go_to(6)
        await until(pilot, lambda: shown_epoch(pilot) == 7)
        assert " 6" in said()
        assert ", shows 7" in said()
        await pilot.press("h")
        assert "shows" not in said()
        await pilot.press("d", "left")
        await until(pilot, lambda: shown_epoch(pilot) == 3)
        await until(pilot, lambda: " 5" in said() and ", shows 3" in said())
        shown = engine_desk(pilot)._shown_now()
        assert engine_desk(pilot)._panel_taken(shown).epoch == 3
        await pilot.press("left", "left")
        await until(pilot, lambda: " 3" in said() and "shows" not in said())


@pytest.mark.parametrize("size", [(40, 20), (80, 24), (120, 40), (240, 70)])
async def test_every_size_is_filled_without_a_scrollbar(make_app: Make, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await train(pilot, epochs=5)
        await until(pilot, lambda: shown_epoch(pilot) == 5)
        screen = engine_desk(pilot)
        assert (screen.show_vertical_scrollbar, screen.show_horizontal_scrollbar) == (False, False)
        for widget in (screen.query_one(LossChart), screen.query_one(ImageGrid)):
            assert widget.display
            assert screen.region.contains_region(widget.region)
        assert screen.query_one(LossChart).size.height >= 5
        assert screen.query_one(ImageGrid).size.height >= 10
        await pilot.press("s")
        await pilot.pause()
        assert screen.region.contains_region(screen.query_one(ParamForm).region)


async def test_panels_change_by_key(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=2)
        tabs = engine_desk(pilot).query_one("PanelTabs")
        await pilot.press("p")
        assert tabs.current == "panel-parameters"
        text = tabs.panel.query_one("Static").render().plain
        assert "100,480" in text
        assert "201,616" in text
        await pilot.press("right_square_bracket")
        assert tabs.current == "panel-log"
        await pilot.press("right_square_bracket")
        assert tabs.current == "panel-digits"


async def test_pictures_of_the_old_run_go_with_it(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await stopped(pilot)
        await until(pilot, lambda: shown_epoch(pilot) == 2)
        await pilot.press("t")
        assert shown_epoch(pilot) == 0


async def test_pictures_that_are_being_read_are_not_announced_for_later(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await stopped(pilot)
    read, reads = Event(), snapshots.read_samples
    monkeypatch.setattr(snapshots, "read_samples", lambda *place: read.wait(5) and reads(*place))
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        grid = engine_desk(pilot).query_one(ImageGrid)
        await until(pilot, lambda: engine_desk(pilot).run_shown)
        await until(pilot, lambda: grid.placeholder == READING)
        read.set()
        await until(pilot, lambda: shown_epoch(pilot) == 2)
