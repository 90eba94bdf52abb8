"""What the colours of points mean: their class, or a number that each has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from aetui.render.scatter import Group, class_colours, class_marks

Ints = NDArray[np.int64]

_RISING_ON_DARK = ("#5f5fd7", "#5f87d7", "#00afd7", "#00d7af", "#5fd75f", "#afd700", "#ffd700", "#ffffaf")
_RISING_ON_LIGHT = ("#5fafd7", "#0087d7", "#005fd7", "#5f00d7", "#8700af", "#af005f", "#870000", "#000000")
"""From little to much: towards what stands out from the background, and told apart in 256 colours."""
STEPS = len(_RISING_ON_DARK)
_TAIL = 0.01
"""Share of the numbers on a side that does not stretch the scale: it is drawn in the colour of its end."""
_NO_VALUE = "?"


def steps(*, dark: bool) -> tuple[str, ...]:
    """The colours of a scale, from little to much."""
    return _RISING_ON_DARK if dark else _RISING_ON_LIGHT


class ByClass(NamedTuple):
    """`members`: (n,), for each point the index into `names`; negative: its class is not known."""

    members: NDArray[np.integer[Any]]
    names: tuple[str, ...]


class ByNumber(NamedTuple):
    """`values`: (n,), for each point; those that are not finite have no colour of the scale. `title` names them."""

    values: NDArray[Any]
    title: str


Colouring = ByClass | ByNumber | None
"""None: all alike."""


class Coloured(NamedTuple):
    """`groups`, what each is called, and to which each point belongs (n,)."""

    groups: tuple[Group, ...]
    names: tuple[str, ...]
    members: Ints
    steps: int = 0
    """How many of the groups, the first ones, are steps of a scale: a cell then has the step of its mean and not of its
    majority."""
    title: str = ""
    """Of the scale."""


def coloured(colouring: Colouring, count: int, *, dark: bool, colours: bool = True) -> Coloured:
    """Of `count` points. Without `colours` groups have their marks alone.

    Raises:
        ValueError: the colouring is one of another number of points.
    """
    if colouring is None:
        return Coloured((Group("•"),), ("",), np.zeros(count, np.int64))
    given = colouring.members if isinstance(colouring, ByClass) else colouring.values
    if np.shape(given) != (count,):
        raise ValueError(f"expected a colour for each of {count} points, got {np.shape(given)}")
    if isinstance(colouring, ByClass):
        return _by_class(colouring, dark=dark, colours=colours)
    return _by_number(colouring, dark=dark, colours=colours)


def class_groups(names: Sequence[str], *, dark: bool, colours: bool = True) -> tuple[Group, ...]:
    """A mark and a colour for each; one alone needs no colour."""
    styles = [Style(color=each) for each in class_colours(len(names), dark=dark)]
    plain = not colours or len(names) < 2
    pairs = zip(class_marks(names), styles, strict=True)
    return tuple(Group(mark, Style.null() if plain else style) for mark, style in pairs)


def _by_class(colouring: ByClass, *, dark: bool, colours: bool) -> Coloured:
    members = np.asarray(colouring.members, np.int64)
    groups, names = class_groups(colouring.names, dark=dark, colours=colours), colouring.names
    if (members < 0).any() or not groups:
        groups, names = (*groups, Group(_NO_VALUE)), (*names, "no class")
        members = np.where(members < 0, len(groups) - 1, members)
    return Coloured(groups, names, members)


def _by_number(colouring: ByNumber, *, dark: bool, colours: bool) -> Coloured:
    values = np.asarray(colouring.values, np.float64)
    borders = scale(values)
    finite = np.isfinite(values)
    members = np.full(len(values), STEPS, np.int64)
    members[finite] = np.searchsorted(borders[1:-1], values[finite], "right")
    table = steps(dark=dark)
    groups = [Group(str(step + 1), Style(color=table[step]) if colours else Style.null()) for step in range(STEPS)]
    names = [f"{low:.3g} … {high:.3g}" for low, high in pairwise(borders.tolist())]
    if not finite.all():
        groups.append(Group(_NO_VALUE))
        names.append("no value")
    return Coloured(tuple(groups), tuple(names), members, STEPS, colouring.title)


def scale(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The borders of the steps, (STEPS + 1,): equal ones, over all finite values but the outermost."""
    finite = np.sort(values[np.isfinite(values)])
    if not len(finite):
        return np.linspace(0, 1, STEPS + 1)
    tail = int(len(finite) * _TAIL)
    low, high = float(finite[tail]), float(finite[-1 - tail])
    if low == high:
        low, high = float(finite[0]), float(finite[-1])
    return np.linspace(low, high, STEPS + 1)
