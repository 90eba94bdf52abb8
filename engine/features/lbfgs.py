"""Minimisation of smooth convex functions by L-BFGS (Nocedal & Wright, Numerical Optimization, 2006, algorithm 7.5).

It gives control back after every look at the function, which SciPy's does not: a training that waits for an answer must
not wait for all of a fit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Function = Callable[[Vector], tuple[float, Vector]]
"""Value and gradient."""

MEMORY = 10
SUFFICIENT = 1e-4
"""Share of the decrease that the gradient promises, of which a step has to bring as much."""
HALVINGS = 20


def minimised(function: Function, start: Vector, iterations: int, tolerance: float) -> Generator[int, None, Vector]:
    """Where `function` is least, looked for from `start` until no part of the gradient is larger than `tolerance`, or
    for so many `iterations`. Yields the number of the iteration at every look at the function."""
    at = start
    value, gradient = function(at)
    pairs: deque[tuple[Vector, Vector, float]] = deque(maxlen=MEMORY)
    for iteration in range(iterations):
        if np.abs(gradient).max(initial=0) <= tolerance:
            break
        direction = _direction(gradient, pairs)
        slope = float(direction @ gradient)
        if slope >= 0:  # rounding has the better of what is remembered
            pairs.clear()
            direction, slope = -gradient, -float(gradient @ gradient)
        # Without a memory nothing says how far to go.
        length = 1.0 if pairs else min(1.0, 1 / np.sqrt(-slope))
        for _ in range(HALVINGS):
            there = at + length * direction
            new_value, new_gradient = function(there)
            yield iteration
            if new_value <= value + SUFFICIENT * length * slope:
                break
            length /= 2
        else:
            break  # as low as rounding lets it be
        moved, turned = there - at, new_gradient - gradient
        curvature = float(moved @ turned)
        if curvature > 1e-12 * float(turned @ turned):
            pairs.append((moved, turned, 1 / curvature))
        at, value, gradient = there, new_value, new_gradient
    return at


def _direction(gradient: Vector, pairs: deque[tuple[Vector, Vector, float]]) -> Vector:
    """The gradient through what the last steps say of the inverse Hessian, downhill."""
    direction: NDArray[Any] = -gradient
    weights = []
    for moved, turned, inverse in reversed(pairs):
        weight = inverse * float(moved @ direction)
        weights.append(weight)
        direction = direction - weight * turned
    if pairs:
        moved, turned, _ = pairs[-1]
        direction = direction * (float(moved @ turned) / float(turned @ turned))
    for (moved, turned, inverse), weight in zip(pairs, reversed(weights), strict=True):
        direction = direction + (weight - inverse * float(turned @ direction)) * moved
    return direction
