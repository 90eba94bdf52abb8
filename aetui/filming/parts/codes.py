"""The codes in their plane, coloured by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetui.filming.look import EDGE, MUTED, RAISED, TRAIN, Box, Ink, disc, dots, shown
from aetui.filming.parts.part import SMALL, heading
from aetui.render.scatter import class_colours
from aetui.render.text import plain

if TYPE_CHECKING:
    from PIL.Image import Image

    from aetui.filming.cloud import Cloud

MOST_NAMES = 20
"""Classes that a legend has room for."""
LINE = 22
"""Pixels from one line of the legend to the next, at a scale of 1."""


class Codes:
    """A plot of points with its legend."""

    def __init__(self, cloud: Cloud, box: Box, scale: float) -> None:
        self._cloud, self._scale = cloud, scale
        self._box = box
        self._colours = shown(class_colours(max(1, len(cloud.names)), dark=True)) if cloud.names else [TRAIN]
        self._inks = np.array(self._colours, np.float32)[cloud.members]
        self._legend = self._lines()
        top = box[1] + round(26 * scale)
        self._plot: Box = box[0], top, box[2], box[3] - round(LINE * scale * len(self._legend) + 8 * scale)
        if not self._legend:
            self._plot = box[0], top, box[2], box[3]

    def still(self, image: Image) -> None:
        """The ground of the plot, and the classes below it."""
        heading(image, self._box, "codes", self._cloud.title, self._scale)
        left, top, right, bottom = self._plot
        image.paste(EDGE, self._plot)
        image.paste(RAISED, (left + 1, top + 1, right - 1, bottom - 1))
        ink = Ink(round(SMALL * self._scale))
        for number, line in enumerate(self._legend):
            foot = bottom + round((number + 1) * LINE * self._scale)
            for at, place, name in line:
                x = left + at
                disc(image, (x + 5 * self._scale, foot - 4 * self._scale), 4 * self._scale, self._colours[place])
                ink.write(image, (x + 15 * self._scale, foot), name, MUTED)

    def frame(self, image: Image, place: int) -> None:
        """The codes of that epoch."""
        from PIL import Image as images

        left, top, right, bottom = self._plot
        inner = left + 1, top + 1, right - 1, bottom - 1
        pixels = np.asarray(image.crop(inner))
        points = self._cloud.points[place].astype(np.float64)
        low, high = self._cloud.low, self._cloud.high
        there = np.isfinite(points).all(axis=1)
        shares = (points[there] - low) / (high - low)
        at = np.stack([shares[:, 0], 1 - shares[:, 1]], axis=1) * (pixels.shape[1] - 1, pixels.shape[0] - 1)
        near = (np.abs(at) < 10 * max(pixels.shape)).all(axis=1)
        radius = 1.9 * self._scale if len(points) > 400 else 3.2 * self._scale
        image.paste(images.fromarray(dots(pixels, at[near], self._inks[there][near], radius)), inner[:2])

    def _lines(self) -> list[list[tuple[int, int, str]]]:
        """The legend: for each line, where names stand, which class it is, and what it is called."""
        names = self._cloud.names
        if not names or len(names) > MOST_NAMES:
            return []
        ink, width = Ink(round(SMALL * self._scale)), self._box[2] - self._box[0]
        lines: list[list[tuple[int, int, str]]] = [[]]
        at = 0
        for place, name in enumerate(names):
            text = ink.cut(plain(name), width // 2)
            taken = ink.width(text) + round(30 * self._scale)
            if at + taken > width + 14 * self._scale and lines[-1]:
                lines.append([])
                at = 0
            lines[-1].append((at, place, text))
            at += taken
        return lines
