"""The pad: a picture of a model's own size that brushes change, and what lies over it and hides it from the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PALETTE: dict[str, tuple[float, float, float]] = {
    "white": (1, 1, 1),
    "red": (1, 0, 0),
    "orange": (1, 0.5, 0),
    "yellow": (1, 1, 0),
    "green": (0, 1, 0),
    "cyan": (0, 1, 1),
    "blue": (0, 0, 1),
    "magenta": (1, 0, 1),
}
"""Of images in colour, at the brush's full value."""
PICKED = "picked"
"""A colour that was taken from under the cursor."""
STEP = 0.1
"""Of a brush's value."""
REMEMBERED = 2**24
"""Bytes of former drawings that can be gone back to."""
WIDEST = 0.5
"""Of the pad's shorter side: the largest brush."""


class Sheet(NamedTuple):
    """A drawing, (height, width, channels) in [0, 1], and what lies over it: NaN where nothing does."""

    drawn: Floats
    damage: Floats

    @property
    def seen(self) -> Floats:
        """What a model gets to see."""
        return np.where(np.isnan(self.damage), self.drawn, self.damage)


class Brush(NamedTuple):
    """How a tool is set."""

    size: int
    """Pixels across."""
    value: float


class Tool(NamedTuple):
    """A row of the table of brushes; `paint` gives a stroke's values, (height, width, channels)."""

    key: str
    value: str
    """What the value of its brush is."""
    begins: Brush
    """How it is set at first; the size in 28ths of the pad's shorter side."""
    covers: bool
    """Whether it lies over the drawing, which stays what it was."""
    square: bool
    paint: Callable[[Pad], Floats]


class _Stroke(NamedTuple):
    """What a stroke began on, how much of each pixel it has covered, (height, width), and with what."""

    before: Sheet
    cover: Floats
    values: Floats
    erases: bool


class Pad:
    """Places are (row, column) in pixels; between two pixels both are meant."""

    def __init__(self, shape: tuple[int, ...], seed: int = 0) -> None:
        """`shape`: (height, width, 1 or 3)."""
        self.shape = shape
        self.sheet = _blank(shape)
        self.cursor = (shape[0] // 2, shape[1] // 2)
        self.tool = next(iter(TOOLS))
        size = min(shape[:2]) / 28
        self.brushes = {
            key: tool.begins._replace(size=max(1, round(tool.begins.size * size))) for key, tool in TOOLS.items()
        }
        self.colour = "white"
        self.changes = 0
        """Of all that a model may see."""
        self._picked: tuple[float, ...] = (1.0,) * shape[2]
        self._random = np.random.default_rng(seed)
        self._past: list[Sheet] = []
        self._future: list[Sheet] = []
        self._stroke: _Stroke | None = None
        self._last: tuple[float, float] | None = None

    # What there is.

    @property
    def brush(self) -> Brush:
        """That of the tool in hand."""
        return self.brushes[self.tool]

    @property
    def seen(self) -> Floats:
        """What a model gets to see, (height, width, channels)."""
        return self.sheet.seen

    @property
    def covered(self) -> int:
        """Pixels that something lies over."""
        return int((~np.isnan(self.sheet.damage)).any(axis=2).sum())

    @property
    def paint(self) -> Floats:
        """What the brush paints with, (channels,)."""
        if self.colour == PICKED:
            return np.asarray(self._picked, np.float32)
        hue = PALETTE[self.colour] if self.shape[2] == 3 else (1.0,) * self.shape[2]
        return np.asarray(hue, np.float32) * np.float32(self.brush.value)

    def noise(self) -> Floats:
        """The drawing with normal noise, whose deviation is the brush's value, cut to [0, 1]."""
        drawn = self.sheet.drawn
        noisy = drawn + self.brush.value * self._random.standard_normal(drawn.shape, np.float32)
        return np.clip(noisy, 0, 1).astype(np.float32)

    # The brush.

    def move(self, down: int, right: int) -> None:
        """The cursor so many pixels on; it stops at the edges."""
        height, width = self.shape[:2]
        self.cursor = max(0, min(self.cursor[0] + down, height - 1)), max(0, min(self.cursor[1] + right, width - 1))

    def next_tool(self) -> None:
        """The next one in the table; after the last one the first."""
        keys = list(TOOLS)
        self.tool = keys[(keys.index(self.tool) + 1) % len(keys)]
        self.lift()

    def resize(self, by: int) -> None:
        """The brush so many pixels wider, narrower if negative, up to half the pad."""
        largest = max(1, round(WIDEST * min(self.shape[:2])))
        self._set(self.brush._replace(size=max(1, min(self.brush.size + by, largest))))

    def revalue(self, steps: int) -> None:
        """The brush's value so many tenths higher, between 0 and 1; a colour that was picked gives way to white."""
        if self.colour == PICKED:
            self.colour = "white"
        self._set(self.brush._replace(value=round(max(0.0, min(self.brush.value + STEP * steps, 1.0)), 2)))

    def next_colour(self) -> None:
        """The next of the palette."""
        keys = list(PALETTE)
        self.colour = keys[(keys.index(self.colour) + 1) % len(keys)] if self.colour in keys else keys[0]
        self.lift()

    def pick(self) -> None:
        """Paint with what is drawn under the cursor."""
        found = self.sheet.drawn[self.cursor]
        if self.shape[2] == 1:
            self.brushes["paint"] = self.brushes["paint"]._replace(value=round(float(found[0]), 2))
        else:
            self.colour, self._picked = PICKED, tuple(found.tolist())
        self.tool = "paint"
        self.lift()

    def _set(self, brush: Brush) -> None:
        self.brushes[self.tool] = brush
        self.lift()

    # Strokes.

    def touch(self, place: tuple[float, float], *, erases: bool = False, joined: bool = True) -> None:
        """The brush goes to `place`: straight from where it is on the pad, else it is put down there.

        A stroke lasts until `lift`; pixels that it passes several times get its values once. All of it is undone
        together, unless a part is not `joined` to what was before. A tool that covers erases what lies over the
        drawing; one that paints takes that away in either case.
        """
        stroke = self._stroke
        if stroke is None or stroke.erases != erases:
            height, width, _ = self.shape
            values = np.zeros(self.shape, np.float32) if erases else TOOLS[self.tool].paint(self)
            stroke = _Stroke(self.sheet, np.zeros((height, width), np.float32), values, erases)
            self._last = None
        cover = np.maximum(stroke.cover, self._covered(self._last or place, place))
        joined = joined and self._stroke is stroke and self.sheet is not stroke.before
        self._stroke, self._last = stroke._replace(cover=cover), place
        self._put(self._mixed(self._stroke), joined=joined)

    def dab(self, *, erases: bool = False) -> None:
        """The brush put down at the cursor; goes on with a stroke that was not lifted."""
        self.touch((float(self.cursor[0]), float(self.cursor[1])), erases=erases, joined=False)

    def lift(self) -> None:
        """The stroke ends."""
        self._stroke, self._last = None, None

    def _mixed(self, stroke: _Stroke) -> Sheet:
        drawn, damage = stroke.before
        share = stroke.cover[..., None]
        if TOOLS[self.tool].covers:
            over = np.float32(np.nan) if stroke.erases else stroke.values
            return Sheet(drawn, np.where(share > 0, over, damage))
        mixed = (1 - share) * drawn + share * stroke.values
        return Sheet(mixed.astype(np.float32), np.where(share > 0, np.float32(np.nan), damage))

    def _covered(self, start: tuple[float, float], end: tuple[float, float]) -> Floats:
        """How much of each pixel the brush covers on a straight way, from 0 to 1, (height, width)."""
        height, width, _ = self.shape
        between = any(at % 1 for at in (*start, *end))
        size = max(self.brush.size, 2) if between else self.brush.size
        y, x = np.ogrid[:height, :width]
        if TOOLS[self.tool].square:
            steps = max(1, round(max(abs(end[0] - start[0]), abs(end[1] - start[1]))))
            found = np.zeros((height, width), bool)
            for at in range(steps + 1):
                top = start[0] + (end[0] - start[0]) * at / steps - (size - 1) / 2
                left = start[1] + (end[1] - start[1]) * at / steps - (size - 1) / 2
                top, left = np.ceil(top - 0.5), np.ceil(left - 0.5)
                found |= (y >= top) & (y < top + size) & (x >= left) & (x < left + size)
            return found.astype(np.float32)
        along = np.array([end[0] - start[0], end[1] - start[1]])
        length = float(along @ along)
        share = ((y - start[0]) * along[0] + (x - start[1]) * along[1]) / length if length else np.zeros((1, 1))
        share = np.clip(share, 0, 1)
        distance = np.hypot(y - start[0] - share * along[0], x - start[1] - share * along[1])
        cover = np.clip(size / 2 + 0.5 - distance, 0, 1)
        return (cover > 0.5 if TOOLS[self.tool].covers else cover).astype(np.float32)

    # All of it.

    def clear(self) -> None:
        """Black, and nothing over it."""
        self.lift()
        self._put(_blank(self.shape))

    def invert(self) -> None:
        """Black for white and white for black, in every channel."""
        self.lift()
        self._put(Sheet(1 - self.sheet.drawn, self.sheet.damage))

    def put(self, image: Floats) -> None:
        """Another drawing, with nothing over it. Raises ValueError for another shape than the pad's."""
        if image.shape != self.shape:
            raise ValueError(f"expected a picture of {self.shape}, got {image.shape}")
        self.lift()
        drawn = np.clip(np.nan_to_num(image), 0, 1).astype(np.float32)
        self._put(Sheet(drawn, _blank(self.shape).damage))

    def cover(self, seen: Floats) -> None:
        """Have a model see `seen` instead, which may lie outside [0, 1]; the drawing stays what it is."""
        self.lift()
        changed = seen != self.sheet.drawn
        self._put(self.sheet._replace(damage=np.where(changed, seen, np.float32(np.nan)).astype(np.float32)))

    # Back and forth.

    def undo(self) -> bool:
        """Back to what was before the last change; False where there is nothing."""
        return self._go(self._past, self._future)

    def redo(self) -> bool:
        """What was undone last; False where there is nothing."""
        return self._go(self._future, self._past)

    def _go(self, source: list[Sheet], other: list[Sheet]) -> bool:
        self.lift()
        if not source:
            return False
        other.append(self.sheet)
        self.sheet = source.pop()
        self.changes += 1
        return True

    def _put(self, sheet: Sheet, *, joined: bool = False) -> None:
        if _same(sheet, self.sheet):
            return
        if not joined:
            self._past.append(self.sheet)
        del self._past[: -max(1, REMEMBERED // (2 * sheet.drawn.nbytes))]
        self._future.clear()
        self.sheet = sheet
        self.changes += 1


def _blank(shape: tuple[int, ...]) -> Sheet:
    return Sheet(np.zeros(shape, np.float32), np.full(shape, np.nan, np.float32))


def _same(one: Sheet, other: Sheet) -> bool:
    return np.array_equal(one.drawn, other.drawn) and np.array_equal(one.damage, other.damage, equal_nan=True)


def _flat(pad: Pad) -> Floats:
    return np.broadcast_to(pad.paint, pad.shape).astype(np.float32)


TOOLS = {
    tool.key: tool
    for tool in (
        Tool("paint", "brightness", Brush(2, 1.0), covers=False, square=False, paint=_flat),
        Tool("noise", "deviation", Brush(5, 0.5), covers=True, square=False, paint=Pad.noise),
        Tool("patch", "brightness", Brush(7, 0.5), covers=True, square=True, paint=_flat),
    )
}
"""Brushes: one that draws, two that hide what is drawn from the model."""
