"""The loss, which grows with the epochs, on axes that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aetui.filming import look
from aetui.filming.look import GRID, HEAD, LEVEL, MUTED, TEXT, TRAIN, VALIDATION, Box, Colour, Ink, mixed
from aetui.filming.parts.part import HEADING, SMALL
from aetui.render import numbers
from aetui.render.curves.scale import chosen
from aetui.render.series import decimate, nice_ticks, tick_labels
from aetui.render.text import plain
from aetui.state.run_state import TOTALS

if TYPE_CHECKING:
    from PIL.Image import Image

    from aetui.filming.reel import Reel

LEFT, ABOVE, BELOW = 62, 34, 26
"""Pixels round the plot for its axes and names, at a scale of 1."""
TICK = 30
"""Pixels between two ticks of the loss at least."""


class Curve:
    """Training and validation loss up to an epoch, the best so far, and what the baseline reaches."""

    def __init__(self, reel: Reel, box: Box, scale: float) -> None:
        self._reel, self._scale, self._box = reel, scale, box
        run = reel.run
        self._epochs = np.asarray(run.numbers, np.float64)
        self._lines: list[tuple[str, Colour, NDArray[np.float64]]] = [
            (curve.name, colour, np.asarray(run.column(curve), np.float64))
            for curve, colour in zip(TOTALS, (TRAIN, VALIDATION), strict=True)
        ]
        self._plot: Box = (
            box[0] + round(LEFT * scale),
            box[1] + round(ABOVE * scale),
            box[2],
            box[3] - round(BELOW * scale),
        )
        self._size = self._plot[2] - self._plot[0], self._plot[3] - self._plot[1]
        rows = max(3, round(self._size[1] / (TICK * scale)) + 1)
        self._scale_of = chosen(reel.reach, rows)

    # What stays.

    def still(self, image: Image) -> None:
        """Axes with their ticks, what they count, stages, and the baseline's level."""
        ink = Ink(round(SMALL * self._scale))
        left, top, right, _ = self._plot
        drawn_at: list[float] = []
        for place, label in self._scale_of.ticks:
            y = top + self._row(np.array([place]))[0]
            if any(abs(y - other) < ink.size + 3 for other in drawn_at):
                continue
            drawn_at.append(y)
            image.paste(GRID, (left, round(y), right, round(y) + max(1, round(self._scale))))
            ink.write(image, (left - round(9 * self._scale), y), label, MUTED, "rm")
        self._epoch_ticks(image, ink)
        self._stages(image, ink)
        self._level(image, ink)

    def _epoch_ticks(self, image: Image, ink: Ink) -> None:
        left, _, right, bottom = self._plot
        first, last = self._reel.first, self._reel.last
        foot = bottom + round(19 * self._scale)
        name = "epoch"
        edge = right - ink.width(name) - 12 * self._scale
        ink.write(image, (right, foot), name, MUTED, "rs")
        found = nice_ticks(first, last, max(2, round(self._size[0] / (70 * self._scale))), whole=True)
        for at, label in zip(found, tick_labels(found), strict=True):
            x = left + float(self._column(np.array([at]))[0])
            half = ink.width(label) / 2
            if x + half < edge:
                ink.write(image, (max(x, left + half), foot), label, MUTED, "ms")

    def _stages(self, image: Image, ink: Ink) -> None:
        stages = [stage for stage in self._reel.run.stages if stage.epochs]
        begin = 0
        for number, stage in enumerate(stages if len(stages) > 1 else ()):
            x = self._plot[0] + float(self._column(np.array([begin + 0.5]))[0])
            if number and self._plot[0] < x < self._plot[2]:
                image.paste(look.EDGE, (round(x), self._plot[1], round(x) + 1, self._plot[3]))
            if self._reel.first <= begin + stage.epochs and begin < self._reel.last:
                at = max(x, self._plot[0]) + 6 * self._scale
                room = self._column(np.array([begin + stage.epochs + 0.5]))[0] + self._plot[0] - at
                if (text := ink.cut(plain(stage.name), round(room))) != "…":
                    ink.write(image, (at, self._plot[1] + round(12 * self._scale)), text, look.EDGE)
            begin += stage.epochs

    def _level(self, image: Image, ink: Ink) -> None:
        level = self._reel.level
        if level is None or not self._on_axis(level.value):
            return
        y = float(self._row(self._scale_of.of([level.value]))[0])
        start = max(0.0, float(self._column(np.array([level.start]))[0]))
        line = np.array([[start, y], [self._size[0], y]])
        image.paste(LEVEL, self._plot, look.stroke(self._size, line, 1.4 * self._scale, dash=5 * self._scale))
        at = self._plot[2] - 4 * self._scale, self._plot[1] + y - 6 * self._scale
        ink.write(image, at, f"{plain(level.name)} {numbers.loss(level.value)}", LEVEL, "rs")

    # What grows.

    def frame(self, image: Image, place: int) -> None:
        """Up to that epoch: the curves, their heads, the best, and the figures above."""
        epoch = self._reel.moments[place].shot.epoch
        ended = (self._epochs <= epoch) & (self._epochs >= self._reel.first)
        for name, colour, values in self._lines:
            points = self._points(self._epochs[ended], values[ended])
            if name == TOTALS[1].name and len(points) > 1:
                image.paste(mixed(colour, 0.10), self._plot, look.below(self._size, points))
        self._redraw_grid(image)
        for _, colour, values in self._lines:
            points = self._points(self._epochs[ended], values[ended])
            image.paste(colour, self._plot, look.stroke(self._size, points, 2.2 * self._scale))
            if len(points):
                head = self._plot[0] + points[-1][0], self._plot[1] + points[-1][1]
                look.disc(image, head, 3.6 * self._scale, colour)
        best = self._best(epoch)
        if best is not None and self._on_axis(best[1]):
            points = self._points(np.array([best[0]], np.float64), np.array([best[1]]))
            at = self._plot[0] + points[0][0], self._plot[1] + points[0][1]
            look.star(image, at, 7.5 * self._scale, TEXT)
        self._told(image, epoch, best)

    def _redraw_grid(self, image: Image) -> None:
        """What the ground below the curve has covered."""
        self._level(image, Ink(round(SMALL * self._scale)))

    def _best(self, epoch: int) -> tuple[int, float] | None:
        better = self._reel.run.bests.before(epoch + 1)
        return (better[-1].epoch, better[-1].validation["loss"]) if better else None

    def _told(self, image: Image, epoch: int, best: tuple[int, float] | None) -> None:
        """The names of the curves with what they come to, and the best so far."""
        ended = self._reel.run.epoch(epoch)
        head, ink = Ink(round(HEADING * self._scale)), Ink(round(SMALL * self._scale))
        foot = self._box[1] + round(14 * self._scale)
        head.write(image, (self._box[0], foot), "loss", HEAD)
        at = self._box[0] + head.width("loss") + round(10 * self._scale)
        if self._scale_of.log:
            ink.write(image, (at, foot), "log scale", MUTED)
            at += ink.width("log scale")
        right = float(self._box[2])
        told: list[tuple[str, Colour]] = []
        if best is not None:
            told.append((f"best {numbers.loss(best[1])} in epoch {best[0]:,}", TEXT))
        for name, colour, _ in reversed(self._lines):
            part = (ended.train if name == TOTALS[0].name else ended.validation) if ended else {}
            told.append((f"{name} {numbers.loss(part['loss'])}" if "loss" in part else name, colour))
        for text, colour in told:
            right -= ink.width(text)
            if right < at + 12 * self._scale:
                break
            ink.write(image, (right, foot), text, colour)
            right -= 18 * self._scale

    # From numbers to pixels.

    def _on_axis(self, value: float) -> bool:
        at = self._scale_of.place(value)
        return bool(self._scale_of.low <= at <= self._scale_of.high)

    def _column(self, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        first, last = self._reel.first, self._reel.last
        return (epochs - first) / max(1, last - first) * (self._size[0] - 10 * self._scale)

    def _row(self, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = self._scale_of.low, self._scale_of.high
        return (high - drawn) / (high - low) * (self._size[1] - 1)

    def _points(self, epochs: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) in the plot; what is not finite is left out."""
        drawn = self._scale_of.of(values)
        there = np.isfinite(drawn)
        x, y = decimate(epochs[there], drawn[there], self._size[0])
        return np.stack([self._column(x), self._row(y)], axis=1)
