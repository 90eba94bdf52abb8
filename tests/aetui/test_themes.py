"""Muted text, in every theme there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pilots import until
from textual.color import Color
from textual.theme import BUILTIN_THEMES
from textual.widget import Widget
from textual.widgets import Static

from aetui.app import Workbench
from aetui.render.palette import contrast
from aetui.screens.help import HelpScreen
from aetui.settings import DAY, NIGHT
from aetui.widgets.status_line import StatusLine
from aetui.widgets.variant_list import VariantList

Make = Callable[..., Workbench]

THEMES = [NIGHT.name, DAY.name, *(name for name, theme in BUILTIN_THEMES.items() if not theme.ansi)]


def _shown(widget: Widget, text: str) -> tuple[Color, Color]:
    """The colour of `text`, and what it stands on."""
    for y in range(widget.size.height):
        for segment in widget.render_line(y):
            if text in segment.text and segment.style and segment.style.color and segment.style.bgcolor:
                return Color.from_rich_color(segment.style.color), Color.from_rich_color(segment.style.bgcolor)
    raise AssertionError(f"{text!r} is not on the screen")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(Color.parse("#000"), Color.parse("#fff")) == pytest.approx(21)
    assert contrast(Color.parse("#767676"), Color.parse("#fff")) == pytest.approx(4.54, abs=0.01)


async def test_muted_text_is_readable_and_fainter_than_other_text_in_every_theme(make_app: Make) -> None:
    async with make_app(config=f'theme = "{THEMES[0]}"').run_test(size=(120, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, Workbench)
        desk = app.desk
        models, status = desk.query_one(VariantList), desk.query_one(StatusLine)
        await until(pilot, lambda: "ready" in str(status.render()))
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        keys = app.screen.query_one("#keys", Static)
        places = ((models, models.variant.summary[:12]), (status, "ready"), (keys, "[train]"))
        unreadable, colours = {}, set()
        for theme in THEMES:
            app.theme = theme
            await pilot.pause()
            pairs = [_shown(*place) for place in places]
            colours.update((place, *pair) for place, pair in enumerate(pairs))
            foreground = Color.parse(app.theme_variables["foreground"])
            for muted, below in pairs:
                full = contrast(foreground, below)
                if not min(3, 0.75 * full) <= contrast(muted, below) < full / 1.15:
                    unreadable[theme] = pairs
        assert not unreadable
        assert len(colours) == len(places) * len(THEMES)  # the theme really changed everywhere


async def test_a_theme_of_the_terminal_keeps_its_colours(make_app: Make) -> None:
    async with make_app(config='theme = "ansi-dark"').run_test(size=(120, 40)) as pilot:
        models = pilot.app.screen.query_one(VariantList)
        muted, _ = _shown(models, models.variant.summary[:12])
        assert muted.ansi == -1
