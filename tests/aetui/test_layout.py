"""What of the workbench is on the screen at which size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fakes import FakeEngine
from textual.pilot import Pilot

from aetui.app import Workbench
from aetui.widgets.image_grid import ImageGrid
from aetui.widgets.loss_chart import LossChart
from aetui.widgets.too_small import TooSmall

Make = Callable[..., Workbench]


async def _train(pilot: Pilot[None]) -> Workbench:
    """The app with a run whose pictures are shown."""
    app = pilot.app
    assert isinstance(app, Workbench)
    while not (app.state.engine == "ready" and app.desk.query(ImageGrid)):
        await pilot.pause(0.02)
    engine = app.engine
    assert isinstance(engine, FakeEngine)
    await pilot.press("t")
    engine.play(engine.run.started())
    engine.play_epochs(1, 3)
    while "output" not in dict(app.desk.query_one(ImageGrid)._rows):
        await pilot.pause(0.02)
    await pilot.pause()
    return app


def _shown(app: Workbench) -> int:
    """Items shown with all their pictures."""
    grid = app.desk.query_one(ImageGrid)
    layout = grid._layout_now
    assert layout is not None
    assert layout.picture_lines()[-1].top + layout.lines <= grid.size.height
    assert app.screen.region.contains_region(grid.region)
    return layout.shown


@pytest.mark.parametrize(
    ("size", "shown", "zoomed"),
    [((120, 40), 6, 2), ((240, 70), 9, 8), ((100, 30), 5, 1), ((80, 24), 4, 1), ((40, 20), 3, 2)],
)
async def test_zoom_prefers_size_to_number_and_shows_every_pixel_where_there_is_room(
    make_app: Make, size: tuple[int, int], shown: int, zoomed: int
) -> None:
    async with make_app().run_test(size=size) as pilot:
        app = await _train(pilot)
        before = app.desk.query_one(ImageGrid)._layout_now
        assert _shown(app) == shown
        await pilot.press("z", "z")  # the chart has the focus and comes first
        await pilot.pause()
        after = app.desk.query_one(ImageGrid)._layout_now
        assert _shown(app) == zoomed
        assert before is not None
        assert after is not None
        assert after.size == 28 if size[0] >= 80 else after.size > before.size
        await pilot.press("z")
        await pilot.pause()
        assert _shown(app) == shown


@pytest.mark.parametrize(("width", "folds"), [(80, True), (99, True), (100, False), (120, False), (240, False)])
async def test_models_and_settings_make_room_for_the_chart_only_where_it_is_narrow(
    make_app: Make, width: int, folds: bool
) -> None:
    async with make_app().run_test(size=(width, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, Workbench)
        side = app.desk.query_one("#side")
        await pilot.pause()
        assert side.display
        await _train(pilot)
        assert side.display != folds
        for key in ("s", "m"):
            await pilot.press(key)
            assert side.display
            await pilot.press("escape")
            await pilot.pause()
            assert side.display != folds


async def test_a_zoomed_screen_opens_the_settings_too(make_app: Make) -> None:
    async with make_app().run_test(size=(90, 40)) as pilot:
        app = await _train(pilot)
        await pilot.press("z", "z", "s")
        assert app.desk.query_one("#side").display
        assert not app.desk.query_one("#loss").display
        await pilot.press("z")
        await pilot.pause()
        assert not app.desk.query_one("#side").display
        assert app.desk.query_one(LossChart).has_focus


@pytest.mark.parametrize(("size", "small"), [((40, 12), False), ((39, 12), True), ((40, 11), True), ((12, 5), True)])
async def test_below_the_least_size_the_screen_says_what_is_needed(
    make_app: Make, size: tuple[int, int], small: bool
) -> None:
    async with make_app().run_test(size=size) as pilot:
        app = pilot.app
        assert isinstance(app, Workbench)
        cover = app.desk.query_one(TooSmall)
        await pilot.pause()
        assert cover.display is small
        if small:
            assert cover.region == app.screen.region
            assert app.screen.get_widget_at(size[0] // 2, size[1] // 2)[0] is cover


async def test_what_had_the_focus_keeps_it_through_a_small_size(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        focused = pilot.app.focused
        assert focused is not None
        await pilot.resize_terminal(20, 8)
        await pilot.pause()
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert pilot.app.focused is focused
