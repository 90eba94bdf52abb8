"""Lines on their way to a terminal that lacks characters or colours."""

from __future__ import annotations

import pytest
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from aetui.terminal.abilities import Abilities
from aetui.terminal.few_colours import few
from aetui.terminal.look import Look

NIGHT = Color.parse("#111316")


def shown(look: Look, text: str, style: str) -> Segment:
    [segment] = look.apply([Segment(text, Style.parse(style))], NIGHT)
    return segment


def test_two_pixels_in_a_cell_become_their_mean_where_there_are_colours() -> None:
    look = Look(Abilities("ascii"), lambda: True)
    assert shown(look, "▀▀", "#ffffff on #000000") == Segment("  ", Style.parse("on #808080"))
    assert shown(look, "▟", "#ffffff on #000000") == Segment(" ", Style.parse("on #bfbfbf"))
    assert shown(look, "▀ok", "#ffffff on #000000").text == '"ok'


@pytest.mark.parametrize(
    ("text", "style", "ink"),
    [
        ("▀▀", "#ffffff on #000000", '""'),
        ("▄", "#ffffff on #000000", "o"),
        ("▀", "#000000 on #ffffff", "o"),
        ("  ", "on #ffffff", "##"),
        ("▀", "#606060 on #000000", "`"),
    ],
)
def test_without_colours_pixels_become_ink_where_they_are_bright(text: str, style: str, ink: str) -> None:
    assert shown(Look(Abilities("ascii", colours=False), lambda: True), text, style) == Segment(ink)


@pytest.mark.parametrize("dark", [True, False])
def test_without_colours_the_cursor_of_a_list_is_reversed_and_other_text_is_not(dark: bool) -> None:
    look = Look(Abilities(colours=False), lambda: dark)
    ink, paper = ("#d3d8e0", "#111316") if dark else ("#23272e", "#faf8f4")
    cursor, text = shown(look, "Vanilla", f"bold {paper} on {ink}"), shown(look, "Vanilla", f"{ink} on {paper}")
    assert cursor.style == Style(bold=True, reverse=True)
    assert text.style
    assert not text.style.reverse
    assert text.style.color is text.style.bgcolor is None


@pytest.mark.parametrize(
    ("colour", "number"),
    [("#5fb3a8", 6), ("#e3b063", 11), ("#e8717d", 9), ("#86c98a", 10), ("#8792a3", 7), ("#d3d8e0", 15), ("#323b49", 8)],
)
def test_sixteen_colours_keep_the_hue(colour: str, number: int) -> None:
    found = few(Style.parse(f"{colour} on #111316"))
    assert (found.color, found.bgcolor) == (RichColor.from_ansi(number), RichColor.from_ansi(0))


def test_no_yellow_stands_on_white_in_sixteen_colours() -> None:
    assert few(Style.parse("#8f5b00 on #faf8f4")).color == RichColor.from_ansi(5)


def test_what_would_be_gone_in_sixteen_colours_stays_faint() -> None:
    assert few(Style.parse("#202020 on #000000")).color == RichColor.from_ansi(8)
