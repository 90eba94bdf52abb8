"""F1: the page of the chosen model, with what stands in the form."""

from __future__ import annotations

from pilots import Make, ready, until
from rich.cells import cell_len
from textual.widgets import Static

from aetui.screens.dialogs import Notice
from aetui.screens.explain import ExplainScreen


def text(screen: ExplainScreen) -> str:
    return screen.query_one("#page", Static).render().plain  # type: ignore[union-attr]


async def test_f1_shows_the_page_of_the_chosen_model_with_its_settings(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        app.desk.set_value("hidden_dim", "3")
        await pilot.press("f1")
        screen = app.screen
        assert isinstance(screen, ExplainScreen)
        await until(pilot, lambda: "parameters" in text(screen))
        assert text(screen).startswith("Vanilla")
        assert "hidden_dim 3" in text(screen)
        assert "5,491 parameters" in text(screen)
        for size in ((80, 24), (120, 40), (60, 20)):
            await pilot.resize_terminal(*size)
            page = screen.query_one("#page", Static)
            assert max(map(cell_len, text(screen).splitlines())) <= page.content_size.width  # nothing is wrapped again
        await pilot.press("escape")
        assert not isinstance(app.screen, ExplainScreen)


async def test_other_pages_are_opened_by_name_and_those_that_there_are_not_are_refused(make_app: Make) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await ready(pilot)
        await pilot.press("colon", *"explain vq", "enter")
        await until(pilot, lambda: isinstance(app.screen, ExplainScreen))
        assert isinstance(app.screen, ExplainScreen)
        assert app.screen.configuration is not None
        assert app.screen.configuration.variant == "vq"  # not the settings of the model in the form
        await pilot.press("f1")
        app.action_explain("nothing")
        await until(pilot, lambda: isinstance(app.screen, Notice))
