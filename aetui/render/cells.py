"""Pictures as cells of the terminal, on the rung of the ladder that is asked for, and cells as strips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from aetui.render.ladder import FLAT, HALF, CellKind
from aetui.render.pixels import LUMINANCE, Bytes, ColourMode, quantise

Colours = NDArray[np.int64]
"""0xRRGGBB; -1 is the terminal's own colour, or what lies below."""

Paint = Callable[[Bytes], Colours]
"""From pixels, (…) or (…, 3), to the colours that are really shown, (…)."""

NONE = -1

# What shading makes greys of. With 16 colours these four are grey (Rich's values of them), and three shades between two
# neighbours make 13; more colours show the same greys.
_TONES = (0x000000, 0x555555, 0xAAAAAA, 0xFFFFFF)


class Cells(NamedTuple):
    """What stands in each cell; shapes (lines, columns). A cell of one colour is a space, its ink as its paper."""

    glyphs: NDArray[np.uint32]
    """Code points."""
    ink: Colours
    paper: Colours

    def differ(self, other: Cells) -> NDArray[np.bool_]:
        """Which cells are not the same; both have the same shape."""
        return (self.glyphs != other.glyphs) | (self.ink != other.ink) | (self.paper != other.paper)

    def rows(self, first: int, last: int) -> Cells:
        """The lines from `first` up to `last`."""
        return Cells(self.glyphs[first:last], self.ink[first:last], self.paper[first:last])


def blank(lines: int, columns: int, colour: int) -> Cells:
    """Cells of one colour."""
    full = np.full((lines, columns), colour, np.int64)
    return Cells(np.full((lines, columns), ord(" "), np.uint32), full, full)


def beside(cells: Sequence[Cells]) -> Cells:
    """All of these, of the same height, from left to right."""
    return Cells(
        np.concatenate([each.glyphs for each in cells], axis=1),
        np.concatenate([each.ink for each in cells], axis=1),
        np.concatenate([each.paper for each in cells], axis=1),
    )


def fitted(pixels: Bytes, kind: CellKind, mode: ColourMode, paint: Paint | None = None) -> Cells:
    """A picture in cells of `kind`, ⌈H / kind.down⌉ × ⌈W / kind.across⌉ of them.

    `pixels`: (H, W) or (H, W, 3), uint8. Of a cell that is not full, what is missing below is left as the background,
    and what is missing elsewhere is black. `paint` gives them other colours than their own.
    """
    paint = paint or partial(quantise, mode=mode)
    if kind.ramp:
        return _shaded(pixels, kind, mode)
    if kind is FLAT:
        colours = paint(pixels)
        return Cells(np.full(colours.shape, ord(" "), np.uint32), colours, colours)
    return _halves(pixels, paint) if kind is HALF else _parted(pixels, kind, paint)


def _halves(pixels: Bytes, paint: Paint) -> Cells:
    """Exact: two pixels, two colours."""
    colours = paint(pixels)
    if len(colours) % 2:
        colours = np.concatenate([colours, np.full((1, colours.shape[1]), NONE, np.int64)])
    top, bottom = colours[::2], colours[1::2]
    # The brighter one is the ink, so that more neighbours have both colours in common and share an escape sequence.
    up = (bottom == NONE) | (top >= bottom)
    glyphs = np.where(top == bottom, ord(" "), np.where(up, ord("▀"), ord("▄"))).astype(np.uint32)
    return Cells(glyphs, np.where(up, top, bottom), np.where(up, bottom, top))


def _parted(pixels: Bytes, kind: CellKind, paint: Paint) -> Cells:
    """The pattern and the two colours that are nearest to the pixels, by least squares over all patterns."""
    blocks = _blocks(pixels, kind)
    lines, columns, count, channels = blocks.shape
    values = blocks.reshape(-1, count, channels).astype(np.float32)
    masks = _masks(count)
    inside = masks.sum(axis=1)
    sums = masks @ values  # (cells, patterns, channels)
    rest = values.sum(axis=1)[:, None] - sums
    # The squares that two means explain; the rest of the error is the same for every pattern.
    explained = (sums**2).sum(axis=2) / inside + (rest**2).sum(axis=2) / (count - inside)
    best = explained.argmax(axis=1)
    cell = np.arange(len(best))
    one = sums[cell, best] / inside[best, None]
    other = rest[cell, best] / (count - inside[best, None])
    swap = one.sum(axis=1) < other.sum(axis=1)
    bright, dark = np.where(swap[:, None], other, one), np.where(swap[:, None], one, other)
    pattern = np.where(swap, 2**count - 1 - (best + 1), best + 1)

    def painted(colours: NDArray[np.float32]) -> Colours:
        near = (colours + 0.5).astype(np.uint8).reshape(lines, columns, channels)
        return paint(near[..., 0] if channels == 1 else near)

    ink, paper = painted(bright), painted(dark)
    glyphs = np.array([*map(ord, kind.glyphs)], np.uint32)[pattern].reshape(lines, columns)
    return Cells(np.where(ink == paper, np.uint32(ord(" ")), glyphs), ink, paper)


@lru_cache(8)
def _masks(count: int) -> NDArray[np.float32]:
    """Shape (2^(count-1) - 1, count): one of every two complementary patterns, pattern i + 1 in row i."""
    patterns = np.arange(1, 2 ** (count - 1))
    return (patterns[:, None] >> np.arange(count) & 1).astype(np.float32)


def _shaded(pixels: Bytes, kind: CellKind, mode: ColourMode) -> Cells:
    """One grey a cell: by characters alone, or by shades between the greys that the terminal has."""
    colours = _blocks(pixels, kind).mean(axis=2)
    mean = colours[..., 0] if pixels.ndim == 2 else colours @ LUMINANCE
    characters = np.array([*map(ord, kind.glyphs)], np.uint32)
    none = np.full(mean.shape, NONE, np.int64)
    if mode == "none" or "█" not in kind.glyphs:
        level = (mean * ((len(characters) - 1) / 255) + 0.5).astype(np.intp)
        return Cells(characters[level], none, none)
    steps = len(characters) - 1
    level = (mean * ((len(_TONES) - 1) * steps / 255) + 0.5).astype(np.intp)
    tones = np.array([*_TONES, _TONES[-1]], np.int64)
    tone, shade = level // steps, level % steps
    return Cells(characters[shade], np.where(shade, tones[tone + 1], tones[tone]), tones[tone])


def _blocks(pixels: Bytes, kind: CellKind) -> Bytes:
    """The pixels of each cell, (lines, columns, pixels of a cell, channels)."""
    shaped = pixels if pixels.ndim == 3 else pixels[..., None]
    height, width, channels = shaped.shape
    lines, columns = -(-height // kind.down), -(-width // kind.across)
    full = np.zeros((lines * kind.down, columns * kind.across, channels), np.uint8)
    full[:height, :width] = shaped
    cut = full.reshape(lines, kind.down, columns, kind.across, channels).swapaxes(1, 2)
    return cut.reshape(lines, columns, kind.pixels, channels)


def strips(cells: Cells) -> list[Strip]:
    """A strip for each line; neighbours that one escape sequence can draw share a segment: it is what a frame costs."""
    return [_strip(*line) for line in zip(*cells, strict=True)]


def _strip(glyphs: NDArray[np.uint32], ink: Colours, paper: Colours) -> Strip:
    if not len(glyphs):
        return Strip([], 0)
    text, ink, paper = _joined(glyphs, ink, paper)
    changes = (ink[1:] != ink[:-1]) | (paper[1:] != paper[:-1])
    edges = [0, *(np.flatnonzero(changes) + 1).tolist(), len(text)]
    starts = edges[:-1]
    styles = zip(ink[starts].tolist(), paper[starts].tolist(), strict=True)
    runs = zip(pairwise(edges), styles, strict=True)
    return Strip([Segment(text[first:last], _style(*style)) for (first, last), style in runs], len(text))


def _joined(glyphs: NDArray[np.uint32], ink: Colours, paper: Colours) -> tuple[str, Colours, Colours]:
    """Cells of one colour take both colours of the nearest cell on the left that has that one, as a space or full."""
    flat = ink == paper
    last = np.maximum.accumulate(np.where(flat, 0, np.arange(len(glyphs))))
    full = flat & ~flat[last] & (ink == ink[last]) & (paper[last] != NONE)
    space = flat & ~flat[last] & (ink == paper[last])
    glyphs = np.where(full, np.uint32(ord("█")), glyphs)
    taken = full | space
    text = glyphs.astype("<u4").tobytes().decode("utf-32-le")
    return text, np.where(taken, ink[last], ink), np.where(taken, paper[last], paper)


@lru_cache(4096)
def _style(ink: int, paper: int) -> Style:
    if ink == paper:
        return Style(bgcolor=_colour(paper)) if paper != NONE else Style()
    return Style(color=_colour(ink), bgcolor=None if paper == NONE else _colour(paper))


@lru_cache(1024)
def _colour(rgb: int) -> Color:
    return Color.from_rgb(rgb >> 16, rgb >> 8 & 255, rgb & 255)
