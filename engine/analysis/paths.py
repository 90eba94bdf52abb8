"""Ways between codes: straight, along a sphere, and the plane through three."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.float32]

NEARLY_ALIKE = 1e-3
"""Radians between two directions below which an arc is as good as straight."""


def straight(first: Codes, last: Codes, steps: int) -> Codes:
    """From one code (k,) to the other, both ends included, (steps, k)."""
    at = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    return (1 - at) * first + at * last


def spherical(first: Codes, last: Codes, steps: int) -> Codes:
    """The same along the arc between their directions, with lengths in between (K. Shoemake, SIGGRAPH 1985).

    Codes that follow a normal distribution of many numbers lie near a sphere: a straight way leaves it. Where there is
    no arc, between directions that are alike or opposite, the way is straight.
    """
    lengths = float(np.linalg.norm(first)), float(np.linalg.norm(last))
    if min(lengths) == 0:
        return straight(first, last, steps)
    angle = float(np.arccos(np.clip(first @ last / (lengths[0] * lengths[1]), -1, 1)))
    if angle < NEARLY_ALIKE or np.pi - angle < NEARLY_ALIKE:
        return straight(first, last, steps)
    at = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    from_first, from_last = np.sin((1 - at) * angle) / np.sin(angle), np.sin(at * angle) / np.sin(angle)
    directions = from_first * (first / lengths[0]) + from_last * (last / lengths[1])
    return np.asarray(directions * ((1 - at) * lengths[0] + at * lengths[1]), np.float32)


def grid(corner: Codes, across: Codes, down: Codes, columns: int, rows: int) -> Codes:
    """The parallelogram with `corner` (k,) at its top left and the others at the ends of its sides, (rows, columns,
    k)."""
    right = np.linspace(0, 1, columns, dtype=np.float32)[None, :, None]
    below = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    found: Codes = corner + right * (across - corner) + below * (down - corner)
    return found
