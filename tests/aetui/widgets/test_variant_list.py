"""More models than lines."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from aetui.widgets.variant_list import VariantList
from engine.variants.vanilla import Vanilla


def model(n: int) -> Vanilla:
    """One like another but for its name."""
    return type("Model", (Vanilla,), {"key": f"m{n}", "label": f"Model {n}"})()


class Many(App[None]):
    """Twelve models with the height that half of 24 lines gives them."""

    CSS = "VariantList { height: auto; max-height: 50%; width: 30; }"

    def compose(self) -> ComposeResult:
        yield VariantList([model(n) for n in range(1, 13)])


def lines(models: VariantList) -> list[str]:
    return [models.render_line(y).text.rstrip() for y in range(models.size.height)]


@pytest.mark.parametrize("height", [6, 16, 24])
async def test_the_chosen_model_is_on_the_screen_whichever_it_is(height: int) -> None:
    app = Many()
    async with app.run_test(size=(40, height)) as pilot:
        models = app.query_one(VariantList)
        models.focus()
        for key, numbers in (("down", range(2, 13)), ("up", range(11, 0, -1))):
            for n in numbers:
                await pilot.press(key)
                assert f"▸ Model {n}" in lines(models)


async def test_a_click_chooses_the_model_that_it_meets_below_the_first_lines() -> None:
    app = Many()
    async with app.run_test(size=(40, 12)) as pilot:
        models = app.query_one(VariantList)
        models.choose("m12")
        await pilot.pause()
        at = lines(models).index("  Model 9")
        await pilot.click(VariantList, offset=(3, at))
        assert models.variant.label == "Model 9"


async def test_the_list_takes_as_many_lines_as_it_needs_again_once_they_are_there() -> None:
    app = Many()
    async with app.run_test(size=(40, 12)) as pilot:
        models = app.query_one(VariantList)
        models.choose("m12")
        await pilot.resize_terminal(40, 60)
        assert [line.strip("▸ ") for line in lines(models)[:12]] == [f"Model {n}" for n in range(1, 13)]
        assert models.variant.summary.split()[0] in lines(models)[12]
