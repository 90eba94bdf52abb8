from __future__ import annotations

from collections import Counter
from unittest.mock import patch

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from aetui.widgets.image_grid import ImageGrid, ImageRow


@pytest.fixture(autouse=True)
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "truecolor")


def _digits(n: int = 10, level: int = 255) -> np.ndarray:
    images = np.zeros((n, 28, 28, 1), np.uint8)
    images[:, 6:22, 10:18] = level
    return images


def _rows(level: int = 255) -> list[ImageRow]:
    return [ImageRow("input", _digits()), ImageRow("output", _digits(level=level))]


class GridApp(App[None]):
    def compose(self) -> ComposeResult:
        yield ImageGrid("Digits appear after the first epoch")

    @property
    def grid(self) -> ImageGrid:
        return self.query_one(ImageGrid)

    @property
    def text(self) -> list[str]:
        return [self.grid.render_line(y).text for y in range(self.grid.size.height)]

    @property
    def backgrounds(self) -> Counter[str]:
        """Cells by background colour."""
        cells: Counter[str] = Counter()
        for y in range(self.grid.size.height):
            for text, style, _ in self.grid.render_line(y):
                cells[style.bgcolor.name] += len(text)
        return cells


async def test_the_placeholder_stands_until_there_are_pictures() -> None:
    async with GridApp().run_test(size=(60, 20)) as pilot:
        assert "Digits appear after the first epoch" in "".join(pilot.app.text)
        pilot.app.grid.show(_rows())
        assert "Digits" not in "".join(pilot.app.text)
        assert any("input" in line for line in pilot.app.text)
        pilot.app.grid.show([])
        assert "Digits appear" in "".join(pilot.app.text)


async def test_only_the_changed_pictures_are_painted_again() -> None:
    async with GridApp().run_test(size=(300, 30)) as pilot:
        grid = pilot.app.grid
        grid.show(_rows())
        with patch.object(grid, "refresh") as refresh:
            grid.show(_rows())
            refresh.assert_not_called()
            grid.show(_rows(level=100))
        (region,) = refresh.call_args.args
        assert isinstance(region, Region)
        output = next(y for y, line in enumerate(pilot.app.text) if "output" in line)
        assert region.y <= output < region.bottom
        assert region.height < 14


@pytest.mark.parametrize("size", [(120, 30), (50, 7), (79, 12), (120, 64)])
async def test_what_is_painted_in_parts_is_what_would_be_painted_at_once(size: tuple[int, int]) -> None:
    async with GridApp().run_test(size=size) as pilot:
        pilot.app.grid.show(_rows(level=0))
        pilot.app.grid.show(_rows(level=170))
        parts = [list(pilot.app.grid.render_line(y)) for y in range(size[1])]
        pilot.app.grid.show([])
        pilot.app.grid.show(_rows(level=170))
        assert parts == [list(pilot.app.grid.render_line(y)) for y in range(size[1])]


async def test_pictures_follow_the_size_of_the_widget() -> None:
    async with GridApp().run_test(size=(300, 30)) as pilot:
        pilot.app.grid.show(_rows())
        wide = pilot.app.backgrounds["#ffffff"]
        await pilot.resize_terminal(40, 12)
        assert 0 < pilot.app.backgrounds["#ffffff"] < wide


@pytest.mark.parametrize("shape", [(3, 8, 8, 1), (3, 32, 32, 3), (1, 28, 28, 1), (2, 5, 9, 1), (2, 100, 60, 3)])
async def test_other_shapes_fit_too(shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).random(shape).astype(np.float32)
    async with GridApp().run_test(size=(50, 12)) as pilot:
        pilot.app.grid.show([ImageRow("input", images)])
        assert {len(line) for line in pilot.app.text} == {50}
        assert len(pilot.app.backgrounds) > 10


async def test_shades_replace_half_blocks_on_request() -> None:
    async with GridApp().run_test(size=(50, 12)) as pilot:
        pilot.app.grid.show(_rows())
        pilot.app.grid.mode = "none"
        await pilot.pause()
        text = "".join(pilot.app.text)
        assert "█" in text
        assert "▀" not in text
        assert "#000000" not in pilot.app.backgrounds


@pytest.mark.parametrize("mode", [None, "16", "none"])
async def test_no_color_is_respected_without_an_error(monkeypatch: pytest.MonkeyPatch, mode: str | None) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with GridApp().run_test(size=(50, 12)) as pilot:
        await pilot.pause()
        pilot.app.grid.mode = mode
        pilot.app.grid.show([ImageRow("odd", np.ones((2, 5, 5, 1), np.float32))])
        await pilot.pause()
        assert any("odd" in line for line in pilot.app.text)
