from __future__ import annotations

import numpy as np
import pytest
from textual.app import App, ComposeResult

from aetui.render.plane.colouring import ByClass, ByNumber
from aetui.widgets.plane_legend import PlaneLegend
from aetui.widgets.plane_map import PlaneMap

SQUARE = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


@pytest.fixture(autouse=True)
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "truecolor")


class MapApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[float, ...]] = []

    def compose(self) -> ComposeResult:
        yield PlaneMap()
        yield PlaneLegend()

    @property
    def map(self) -> PlaneMap:
        return self.query_one(PlaneMap)

    @property
    def text(self) -> list[str]:
        return [self.map.render_line(y).text for y in range(self.map.size.height)]

    def on_plane_map_moved(self, message: PlaneMap.Moved) -> None:
        self.told.append((message.x, message.y))

    def on_plane_map_marked(self, message: PlaneMap.Marked) -> None:
        self.told.append((message.x0, message.y0, message.x1, message.y1))


async def test_the_crosshair_moves_by_cells_tells_so_and_takes_the_window_with_it() -> None:
    async with MapApp().run_test(size=(60, 20)) as pilot:
        app = pilot.app
        app.map.show(SQUARE)
        app.map.move(0, 0)
        x, y = app.map.crosshair
        cells = app.map.cells
        app.map.move(3, -1)
        await pilot.pause()
        assert app.told == [(x, y), pytest.approx((x + 3 * (cells.x[1] - cells.x[0]), y - (cells.y[0] - cells.y[1])))]
        row, column = cells.at(*app.map.crosshair)
        assert app.text[row][column + 60 - cells.shape[1]] == "┼"
        before = app.map.window
        app.map.move(60, 0)
        assert app.map.window.x0 > before.x0
        assert app.map.window.has(*app.map.crosshair)


async def test_zooming_is_round_the_crosshair_and_the_whole_comes_back() -> None:
    async with MapApp().run_test(size=(60, 20)) as pilot:
        shown = pilot.app.map
        shown.show(SQUARE, titles=("a square",))
        shown.crosshair = (1.0, 1.0)
        whole = shown.window
        shown.zoom(2)
        assert shown.window.width == pytest.approx(whole.width / 4)
        assert (shown.shown, shown.magnified) == (1, pytest.approx(4))
        assert "a square" in pilot.app.text[0]
        shown.whole()
        assert (shown.window, shown.shown) == (whole, 4)
        shown.zoom(-9)
        shown.pan(1000, 0)
        assert shown.window.x0 < whole.x1


async def test_a_rectangle_covers_cells_and_the_points_in_it_are_known_by_number() -> None:
    async with MapApp().run_test(size=(60, 20)) as pilot:
        shown = pilot.app.map
        shown.show(SQUARE)
        shown.crosshair = (0.9, 0.9)
        shown.corner()
        assert shown.marking
        shown.move(9, 9)
        shown.corner()
        await pilot.pause()
        x0, y0, x1, y1 = pilot.app.told[-1]
        assert shown.rectangle == (x0, y0, x1, y1)
        assert x0 <= 0.9 < 1 < x1
        assert shown.source.inside(shown.rectangle).tolist() == [3]
        assert {"┌", "└"} & set("".join(pilot.app.text))
        assert shown.unmark()
        assert not shown.unmark()
        assert not {"┌", "┐"} & set("".join(pilot.app.text))


async def test_the_mouse_moves_marks_and_zooms() -> None:
    async with MapApp().run_test(size=(60, 20)) as pilot:
        shown = pilot.app.map
        shown.show(SQUARE)
        await pilot.click(PlaneMap, offset=(30, 8))
        await pilot.pause()
        left = 60 - shown.cells.shape[1]
        assert shown.cells.at(*shown.crosshair) == (8, 30 - left)
        await pilot.mouse_down(PlaneMap, offset=(20, 4))
        await pilot.hover(PlaneMap, offset=(25, 6))
        await pilot.mouse_up(PlaneMap, offset=(25, 6))
        await pilot.pause()
        x0, y0, x1, y1 = shown.rectangle
        assert (shown.cells.at(x0, y0), shown.cells.at(x1, y1)) == ((6, 20 - left), (3, 26 - left))


async def test_marks_of_others_lie_over_the_points_until_they_are_put_away() -> None:
    async with MapApp().run_test(size=(60, 20)) as pilot:
        shown = pilot.app.map
        shown.show(SQUARE)
        shown.put([[0.5, 0.5], [0.2, 0.2], [np.nan, 0.1], [7, 7]], "★", layer="pins")
        shown.put([[0.5, 0.5]], "◉", layer="drawing")
        text = "".join(pilot.app.text)
        assert (text.count("★"), text.count("◉")) == (1, 1)
        shown.put([], "★", layer="pins")
        assert "★" not in "".join(pilot.app.text)


async def test_the_legend_explains_classes_and_numbers_and_missing_points_are_told() -> None:
    async with MapApp().run_test(size=(60, 20)) as pilot:
        shown, legend = pilot.app.map, pilot.app.query_one(PlaneLegend)
        points = np.append(SQUARE, [[np.nan, 0]], axis=0)
        shown.show(points, ByNumber(np.arange(5.0), "error"))
        legend.explain(shown.legend, "error")
        assert "error 0 " in legend.render().plain
        assert "1 point not finite" in pilot.app.text[-1]
        shown.show(points, ByClass(np.array([0, 1, 0, 1, 1]), ("cat", "dog")))
        legend.explain(shown.legend)
        await pilot.pause()
        assert legend.render().plain.split() == ["C", "cat", "D", "dog"]


async def test_without_colours_classes_are_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "standard")
    async with MapApp().run_test(size=(60, 20)) as pilot:
        pilot.app.map.show(SQUARE, ByClass(np.array([0, 1, 0, 1]), ("cat", "dog")))
        text = "".join(pilot.app.text)
        assert (text.count("C"), text.count("D")) == (2, 2)


@pytest.mark.parametrize("size", [(3, 2), (10, 4), (200, 60)])
async def test_every_size_is_drawn_with_lines_of_its_width(size: tuple[int, int]) -> None:
    async with MapApp().run_test(size=size) as pilot:
        pilot.app.map.show(SQUARE * 1e-7 + 5, titles=("a title that is rather long", "short"))
        pilot.app.map.move(0, 0)
        assert all(pilot.app.map.render_line(y).cell_length == size[0] for y in range(size[1]))
