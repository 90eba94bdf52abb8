"""Cells: exact where they can be, else the nearest that two colours and a pattern come to."""

from __future__ import annotations

from itertools import product
from unicodedata import name

import numpy as np
import pytest
from rich.color import ColorSystem

from aetui.render.cells import Cells, fitted, strips
from aetui.render.ladder import (
    ASCII,
    AUTO,
    CHOICES,
    HALF,
    OCTANT,
    QUADRANT,
    RUNGS,
    SEXTANT,
    SHADE,
    CellKind,
    chosen,
    following,
    possible,
    words,
)
from aetui.render.pixels import ColourMode, quantise
from aetui.render.tiles import ZERO, signed_colours

BLOCKS = [HALF, QUADRANT, SEXTANT, OCTANT]


def _texts(pixels: list[list[int]], kind: CellKind, mode: ColourMode = "truecolor") -> list[str]:
    return [strip.text for strip in strips(fitted(np.array(pixels, np.uint8), kind, mode))]


def _pixels(cells: Cells, kind: CellKind) -> np.ndarray:
    """The colours that a terminal would show, (lines · down, columns · across)."""
    patterns = np.array([kind.glyphs.index(chr(glyph)) for glyph in cells.glyphs.ravel()]).reshape(cells.glyphs.shape)
    bits = patterns[..., None] >> np.arange(kind.pixels) & 1
    shown = np.where(bits == 1, cells.ink[..., None], cells.paper[..., None])
    lines, columns = cells.glyphs.shape
    return shown.reshape(lines, columns, kind.down, kind.across).swapaxes(1, 2).reshape(lines * kind.down, -1)


@pytest.mark.parametrize("kind", BLOCKS, ids=lambda kind: kind.key)
def test_every_pattern_of_two_colours_is_drawn_as_it_is_with_a_character_of_its_own(kind: CellKind) -> None:
    assert len(set(kind.glyphs)) == 2**kind.pixels
    bits = np.array([*product((0, 1), repeat=kind.pixels)], np.uint8)
    pictures = bits.reshape(-1, kind.down, kind.across) * np.uint8(255)
    for picture in pictures:
        cells = fitted(picture, kind, "truecolor")
        assert (_pixels(cells, kind) == quantise(picture, "truecolor")).all()


def test_block_characters_are_those_of_unicode() -> None:
    assert name(QUADRANT.glyphs[0b0111]) == "QUADRANT UPPER LEFT AND UPPER RIGHT AND LOWER LEFT"
    for pattern in set(range(64)) - {0, 0x15, 0x2A, 0x3F}:
        places = "".join(str(bit + 1) for bit in range(6) if pattern >> bit & 1)
        assert name(SEXTANT.glyphs[pattern]) == f"BLOCK SEXTANT-{places}"
    # Octants came with Unicode 16, which this Python may not know.
    assert [hex(ord(OCTANT.glyphs[pattern])) for pattern in (0b100, 0b110, 0b1000, 0b11111110)] == [
        "0x1cd00",
        "0x1cd01",
        "0x1cd03",
        "0x1cde5",
    ]


@pytest.mark.parametrize("kind", BLOCKS[1:], ids=lambda kind: kind.key)
def test_no_other_pattern_and_colours_are_nearer_to_the_pixels(kind: CellKind) -> None:
    rng = np.random.default_rng(kind.pixels)
    picture = rng.integers(0, 256, (kind.down, kind.across), np.uint8)
    found = _pixels(fitted(picture, kind, "truecolor"), kind) & 255
    values = picture.ravel().astype(float)
    errors = []
    for pattern in range(1, 2**kind.pixels - 1):
        inside = (pattern >> np.arange(kind.pixels) & 1).astype(bool)
        errors.append(sum(((part - part.mean()) ** 2).sum() for part in (values[inside], values[~inside])))
    rounding = kind.pixels * 6**2  # a grey lies up to 5.5 from its level
    assert ((found.ravel() - values) ** 2).sum() <= min(errors) + rounding + 2 * np.sqrt(min(errors) * rounding)


def test_equal_neighbours_and_cells_of_one_of_their_colours_share_a_segment() -> None:
    (strip,) = strips(fitted(np.array([[0, 0, 255, 255, 0], [0, 0, 0, 0, 255]], np.uint8), HALF, "truecolor"))
    assert [segment.text for segment in strip] == ["  ", "▀▀▄"]
    (strip,) = strips(fitted(np.array([[255, 0, 255, 99], [0, 0, 255, 99]], np.uint8), HALF, "truecolor"))
    assert [segment.text for segment in strip] == ["▀ █", " "]


def test_an_odd_last_row_leaves_the_background_below_it() -> None:
    drawn = strips(fitted(np.full((3, 2), 255, np.uint8), HALF, "truecolor"))
    assert [strip.text for strip in drawn] == ["  ", "▀▀"]
    assert next(iter(drawn[1])).style.bgcolor is None


def test_colours_are_fitted_too() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[0, 0] = picture[1, 1] = (248, 0, 0)
    cells = fitted(picture, QUADRANT, "truecolor")
    assert (chr(cells.glyphs[0, 0]), cells.ink[0, 0], cells.paper[0, 0]) == ("▚", 0xF80000, 0)


def test_without_colours_each_pair_of_pixels_has_a_shade_or_a_character() -> None:
    pixels = [[0, 255, 0, 255], [0, 0, 255, 255]]
    assert _texts(pixels, SHADE, "none") == [" ▒▒█"]
    (text,) = _texts(pixels, ASCII)
    assert text.isascii()
    assert [ASCII.glyphs.index(char) for char in text] == [0, 8, 8, 15]


def test_shades_make_thirteen_greys_of_the_four_that_sixteen_colours_have() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None], 2, axis=0)
    cells = fitted(ramp, SHADE, "16")
    seen = {*zip(*(array[0].tolist() for array in cells), strict=True)}
    assert len(seen) == 13
    (strip,) = strips(cells)
    colours = [color for _, style, _ in strip for color in (style.color, style.bgcolor) if color]
    assert {color.downgrade(ColorSystem.STANDARD).number for color in colours} == {0, 8, 7, 15}


@pytest.mark.parametrize("kind", BLOCKS[1:], ids=lambda kind: kind.key)
def test_pictures_in_grey_have_fewer_styles_than_textual_keeps(kind: CellKind) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 240), np.uint8)
    cells = fitted(noise, kind, "truecolor")
    assert len({*zip(cells.ink.ravel().tolist(), cells.paper.ravel().tolist(), strict=True)}) <= 351


def test_signed_pictures_have_two_hues_and_black_where_nothing_is_wrong() -> None:
    paint = signed_colours("truecolor")
    below, none, above = paint(np.array([ZERO - 60, ZERO, ZERO + 60], np.uint8)).tolist()
    assert none == 0
    assert below & 255 > below >> 16
    assert above >> 16 > above & 255


def test_half_blocks_stay_where_they_are_exact_and_quadrants_come_where_they_are_not() -> None:
    assert chosen(AUTO, exact=True, colours=True) is HALF
    assert chosen(AUTO, exact=False, colours=True) is QUADRANT
    assert chosen("octant", exact=True, colours=True) is HALF
    assert chosen("octant", exact=False, colours=True) is OCTANT
    assert chosen("half", exact=False, colours=True) is HALF
    assert chosen("octant", exact=True, colours=False) is SHADE
    assert chosen("ascii", exact=True, colours=True) is ASCII


def test_poor_terminals_get_the_cells_that_they_have() -> None:
    assert possible("octant", "unicode", colours=True) == "octant"
    assert possible("octant", "console", colours=True) == "half"
    assert possible("ascii", "console", colours=True) == "ascii"
    flat = chosen(possible(AUTO, "ascii", colours=True), exact=True, colours=True)
    (strip,) = strips(fitted(np.array([[0, 0, 255]], np.uint8), flat, "truecolor"))
    assert [(segment.text, segment.style.bgcolor.name) for segment in strip] == [("  ", "#000000"), (" ", "#ffffff")]


def test_a_key_goes_through_all_rungs_and_says_each() -> None:
    asked, seen = AUTO, []
    for _ in CHOICES:
        asked = following(asked)
        seen.append(asked)
    assert sorted(seen) == sorted([AUTO, *RUNGS])
    assert len({words(each) for each in CHOICES}) == len(CHOICES)
