"""What the explorer says in words: the code, its nearest items, marked ones, numbers that are no picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from aetui.panels.curves import lines_of
from aetui.panels.exploring.place import Near, Place
from aetui.panels.items import Shown
from aetui.render.text import plain

QUIET = "$text-muted"
SLIDER = 24
"""Cells of the widest slider."""


def number(place: Place, width: int) -> Content:
    """The chosen number of the code: its value, where it lies among those of all items, and what these are like."""
    at = place.dimension
    value, low, high = float(place.code[at]), float(place.low[at]), float(place.high[at])
    said = f"z{at + 1} = {value:+.4f}"
    spread = f" · mean {place.mean[at]:+.3g}, σ {place.spread[at]:.3g}"
    ends = f"{low:.3g} ", f" {high:.3g}"
    room = min(SLIDER, width - len(said) - 2 - sum(map(len, ends)))
    if room < 5:
        return Content(said).truncate(width, ellipsis=True)
    share = (value - low) / (high - low) if high > low else 0.5
    cell = round(min(1.0, max(0.0, share)) * (room - 1))
    mark = "●" if 0 <= share <= 1 else "◀" if share < 0 else "▶"
    slider = "─" * cell + mark + "─" * (room - 1 - cell)
    fits = len(said) + 2 + sum(map(len, ends)) + room + len(spread) <= width
    return Content.assemble((said, "bold"), "  ", ends[0], slider, ends[1], (spread if fits else "", QUIET))


def nearest(place: Place, near: Near, width: int) -> Content:
    """The nearest item: its class, its name, how far away it is, its error."""
    if not near.items:
        return Content("")
    item = near.items[0]
    parts = [plain(place.label(item)), plain(place.name(item)), f"{near.distances[0]:.4g} away"]
    parts.append(f"error {place.found.errors[item]:.3g}")
    return Content("nearest: " + " · ".join(part for part in parts if part)).truncate(max(1, width), ellipsis=True)


def items(place: Place, chosen: list[int], distances: list[float] | None, width: int) -> list[Content]:
    """A line for each: its class, its name, and how far away it is, or its error."""
    found = []
    for at, item in enumerate(chosen):
        figure = f"{distances[at]:.3g}" if distances is not None else f"{place.found.errors[item]:.3g}"
        label = plain(place.label(item), 12)
        line = Content.assemble((figure.rjust(8), QUIET), "  ", (label, "bold"), "  " * bool(label))
        found.append((line + Content(plain(place.name(item)))).truncate(max(1, width), ellipsis=True))
    return found


def numbers(
    shown: Shown, output: NDArray[np.float32], beside: NDArray[np.float32] | None, size: tuple[int, int]
) -> list[Content]:
    """Items that are no pictures, in the user's units: what is decoded here, and the nearest item: rows of a table
    line by line, those that differ most first; windows over time."""
    width, height = size
    answer = shown.values(output)
    other = None if beside is None else shown.values(beside.astype(np.float32))
    if answer.ndim == 2:
        return _windows(shown, answer, other, size)
    order = np.argsort(-np.abs(output - beside), kind="stable") if beside is not None else np.arange(len(output))
    names = [plain(shown.names[at], max(4, width - 24)) for at in order.tolist()]
    wide = max(map(len, names), default=0)
    found = [Content.styled(f"{'':{wide}}  {'here':>9}  {'nearest':>9}"[:width], QUIET)]
    for name, at in zip(names, order.tolist(), strict=True):
        said = f"{name:{wide}}  {answer[at]:>9.4g}" + (f"  {other[at]:>9.4g}" if other is not None else "")
        found.append(Content(said).truncate(max(1, width), ellipsis=True))
    return found[: max(1, height)]


def _windows(
    shown: Shown, answer: NDArray[np.float64], other: NDArray[np.float64] | None, size: tuple[int, int]
) -> list[Content]:
    width, height = size
    channels = min(len(shown.names), max(1, height // 4))
    rows = max(2, height // channels - 1)
    found = []
    for channel in range(channels):
        told = Content.assemble((plain(shown.names[channel]), "bold"), ("  decoded here", "$primary"))
        found.append((told + Content.styled(", nearest item", QUIET)).truncate(max(1, width), ellipsis=True))
        target = answer[:, channel] if other is None else other[:, channel]
        known = np.zeros(len(target)) if other is None else np.ones(len(target))
        found += lines_of(target, answer[:, channel], known, (max(2, width), rows))
    return found[:height]
