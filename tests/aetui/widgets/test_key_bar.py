from __future__ import annotations

from collections.abc import Callable

import pytest

from aetui.app import Workbench
from aetui.widgets.key_bar import KeyBar

Make = Callable[..., Workbench]


async def _bar(app: Workbench, width: int) -> str:
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        text = app.desk.query_one(KeyBar).render().plain
        assert len(text) == width
        return text


@pytest.mark.parametrize("width", [40, 80, 120])
async def test_help_and_quit_stay_in_the_narrowest_bar(make_app: Make, width: int) -> None:
    text = await _bar(make_app(), width)
    assert "t train" in text
    assert "? help" in text
    assert "q quit" in text


async def test_the_palette_goes_first_and_zoom_has_its_place(make_app: Make) -> None:
    assert "^p palette" in await _bar(make_app(), 120)
    small = await _bar(make_app(), 80)
    assert "^p palette" not in small
    assert "z zoom" in small


async def test_a_click_does_what_it_says(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = app.desk.query_one(KeyBar).render().plain
        await pilot.click(KeyBar, offset=(text.index("zoom"), 0))
        assert app.desk.has_class("-zoom")
