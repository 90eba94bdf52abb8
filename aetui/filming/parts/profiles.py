"""Items that are no pictures, as curves of their numbers: of a table over its columns, windows over their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aetui.filming.look import EDGE, LEVEL, MUTED, RAISED, VALIDATION, Box, Colour, Ink, stroke
from aetui.filming.parts.part import SMALL, heading
from aetui.render.text import plain

if TYPE_CHECKING:
    from PIL.Image import Image

    from aetui.filming.reel import Reel

ITEMS = 3
"""Below each other."""
MOST = 64
"""Numbers of an item: more of them beside each other are a thicket."""
ROOM = 0.08
"""Above and below what there is to see."""


class Profiles:
    """A plot for each of a few items: the target, the baseline's answer and the model's."""

    def __init__(self, reel: Reel, box: Box, scale: float) -> None:
        self._reel, self._box, self._scale = reel, box, scale
        target = next((row.items for row in reel.rows if row.label == "target"), reel.rows[0].items)
        assert target is not None
        self._target = curves_of(target)
        # Only what is known can be compared; of a window the first number is drawn.
        self._known = np.isfinite(self._target) if reel.known is None else curves_of(reel.known) > 0
        beside = next((row for row in reel.rows[2:] if row.label != "target"), None)
        self._beside = curves_of(beside.items) if beside is not None and beside.items is not None else None
        self._name = beside.label if beside is not None else ""
        self._count = min(ITEMS, len(self._target))

    def still(self, image: Image) -> None:
        """Frames, targets and what the baseline answers."""
        drawn = self._reel.moments[0].outputs.ndim
        what = "windows" if drawn == 3 else "items"
        many = self._target.shape[1] == MOST and drawn == 2
        numbers = f"the first {MOST} numbers" if many else "all numbers"
        over = "the first number over the steps" if drawn == 3 else f"{numbers} beside each other"
        heading(image, self._box, what, over, self._scale)
        self._legend(image)
        for item in range(self._count):
            box = self._plot(item)
            image.paste(RAISED, box)
            self._line(image, item, self._target[item], MUTED, 1.4)
            if self._beside is not None:
                self._line(image, item, self._beside[item], EDGE, 1.2)

    def frame(self, image: Image, place: int) -> None:
        """The model's answers of that epoch."""
        outputs = curves_of(self._reel.moments[place].outputs)
        for item in range(self._count):
            self._line(image, item, outputs[item], VALIDATION, 1.8)

    def _legend(self, image: Image) -> None:
        names: list[tuple[str, Colour]] = [("target", MUTED), ("output", VALIDATION)]
        names += [(plain(self._name), LEVEL)] if self._name else []
        ink, right = Ink(round(SMALL * self._scale)), float(self._box[2])
        for name, colour in reversed(names):
            right -= ink.width(name)
            ink.write(image, (right, self._box[1] + round(14 * self._scale)), name, colour)
            right -= 14 * self._scale

    def _plot(self, item: int) -> Box:
        left, top, right, bottom = self._box
        top += round(30 * self._scale)
        gap = round(10 * self._scale)
        high = (bottom - top + gap) // self._count - gap
        return left, top + item * (high + gap), right, top + item * (high + gap) + high

    def _line(self, image: Image, item: int, values: NDArray[np.float64], colour: Colour, width: float) -> None:
        left, top, right, bottom = self._plot(item)
        size = right - left, bottom - top
        targets = self._target[item][self._known[item]]
        low, high = (float(targets.min()), float(targets.max())) if len(targets) else (0.0, 1.0)
        room = ROOM * (high - low) or 0.5
        low, high = low - room, high + room
        there = np.flatnonzero(self._known[item] & np.isfinite(values))
        x = there * (size[0] - 1) / max(1, len(values) - 1)
        y = (high - np.clip(values[there], low, high)) / (high - low) * (size[1] - 1)
        mask = stroke(size, np.stack([x, y], axis=1), width * self._scale)
        image.paste(colour, (left, top, right, bottom), mask)


def curves_of(items: NDArray[np.generic]) -> NDArray[np.float64]:
    """(items, numbers): a window's first number over its steps; of whatever else the first `MOST` numbers."""
    if items.ndim == 3:
        return items[..., 0].astype(np.float64)
    return items.reshape(len(items), -1)[:, :MOST].astype(np.float64)
