"""Layers of images and series: (items, *sides, channels), one side or two."""

from __future__ import annotations

import itertools
from math import prod

import numpy as np
from numpy.typing import NDArray

from engine.plain.activations import ACTIVATIONS, Floats
from engine.plain.layers import Layer

Sides = tuple[int, ...]
Margins = tuple[tuple[int, int], ...]
"""Before and behind each side."""


class Convolution(Layer, frozen=True, eq=False):
    """(items, *sides, n) → (items, *sides, filters)."""

    kernel: NDArray[np.float32]
    """(*sizes, n, filters)"""
    bias: NDArray[np.float32] | None = None
    activation: str = "linear"
    strides: Sides = (1, 1)
    dilation: Sides = (1, 1)
    same: bool = True
    """Whether zeros around the sides have them stay as they are, but for the strides."""

    @property
    def scratch(self) -> int:
        """Of the windows, for a place of its output."""
        return prod(self.kernel.shape[:-1])

    def of(self, *inputs: Floats) -> Floats:
        """All windows as rows of one product."""
        *sizes, channels, filters = self.kernel.shape
        seen = [dilated(size, step) for size, step in zip(sizes, self.dilation, strict=True)]
        x = _surrounded(inputs[0], _same(inputs[0], seen, self.strides), 0) if self.same else inputs[0]
        found = _windows(x, seen, self.strides, self.dilation)
        columns = found.reshape(-1, prod(sizes) * channels)
        result = (columns @ self.kernel.reshape(-1, filters)).reshape(*found.shape[: len(sizes) + 1], filters)
        if self.bias is not None:
            result += self.bias
        activated: Floats = ACTIVATIONS[self.activation](result)
        return activated


class Transposed(Layer, frozen=True, eq=False):
    """(items, *sides, n) → (items, *sides · strides, filters): the gradient of a convolution."""

    kernel: NDArray[np.float32]
    """(*sizes, filters, n)"""
    bias: NDArray[np.float32] | None = None
    activation: str = "linear"
    strides: Sides = (1, 1)
    same: bool = True

    @property
    def scratch(self) -> int:
        """Of what each place adds to its neighbours."""
        return prod(self.kernel.shape[:-1])

    def of(self, *inputs: Floats) -> Floats:
        """What each place adds to those around it, added up."""
        (x,) = inputs
        *sizes, filters, channels = self.kernel.shape
        sides = x.shape[1:-1]
        out = [
            side * step if self.same else side * step + max(wide - step, 0)
            for side, step, wide in zip(sides, self.strides, sizes, strict=True)
        ]
        reach = [(side - 1) * step + wide for side, step, wide in zip(sides, self.strides, sizes, strict=True)]
        before = [max(all_ - wanted, 0) // 2 if self.same else 0 for all_, wanted in zip(reach, out, strict=True)]
        kernel = np.moveaxis(self.kernel, -1, 0).reshape(channels, -1)
        parts = (x.reshape(-1, channels) @ kernel).reshape(len(x), *sides, prod(sizes), filters)
        whole = [max(all_, first + wanted) for all_, first, wanted in zip(reach, before, out, strict=True)]
        summed = np.zeros((len(x), *whole, filters), np.float32)
        for number, place in enumerate(itertools.product(*map(range, sizes))):
            where = tuple(
                slice(at, at + (side - 1) * step + 1, step)
                for at, side, step in zip(place, sides, self.strides, strict=True)
            )
            summed[(slice(None), *where)] += parts[..., number, :]
        result = summed[(slice(None), *(slice(at, at + wanted) for at, wanted in zip(before, out, strict=True)))]
        if self.bias is not None:
            result = result + self.bias
        activated: Floats = ACTIVATIONS[self.activation](result)
        return activated


class Pooling(Layer, frozen=True, eq=False):
    """(items, *sides, n) → (items, *fewer, n), the largest or the mean of each window."""

    sizes: Sides
    strides: Sides
    same: bool = False
    mean: bool = False

    def of(self, *inputs: Floats) -> Floats:
        """What lies outside counts nowhere."""
        (x,) = inputs
        outside = np.nan if self.mean else -np.inf
        if self.same:
            x = _surrounded(x, _same(x, self.sizes, self.strides), outside)
        found = _windows(x, self.sizes, self.strides, (1,) * len(self.sizes))
        axes = tuple(range(len(self.sizes) + 1, found.ndim - 1))
        result: Floats = np.nanmean(found, axis=axes) if self.mean else found.max(axis=axes)
        return result


class Overall(Layer, frozen=True, eq=False):
    """(items, *sides, n) → (items, n), the largest or the mean of all places."""

    mean: bool = True

    def of(self, *inputs: Floats) -> Floats:
        """Over all sides."""
        axes = tuple(range(1, inputs[0].ndim - 1))
        result: Floats = inputs[0].mean(axis=axes) if self.mean else inputs[0].max(axis=axes)
        return result


class Enlarged(Layer, frozen=True, eq=False):
    """(items, *sides, n) → (items, *sides · by, n), each place several times."""

    by: Sides

    def of(self, *inputs: Floats) -> Floats:
        """Nearest neighbours."""
        (x,) = inputs
        for axis, times in enumerate(self.by, start=1):
            x = np.repeat(x, times, axis=axis)
        return x


class Cropped(Layer, frozen=True, eq=False):
    """Without the outermost places."""

    off: Margins

    def of(self, *inputs: Floats) -> Floats:
        """(items, *sides, n) → (items, *smaller, n)."""
        (x,) = inputs
        kept = (slice(first, side - last) for (first, last), side in zip(self.off, x.shape[1:], strict=False))
        return x[(slice(None), *kept)]


class Surrounded(Layer, frozen=True, eq=False):
    """With zeros around."""

    by: Margins

    def of(self, *inputs: Floats) -> Floats:
        """(items, *sides, n) → (items, *larger, n)."""
        return _surrounded(inputs[0], self.by, 0)


def dilated(size: int, step: int) -> int:
    """How many places a kernel of `size` spans whose weights lie `step` apart."""
    return (size - 1) * step + 1


def _same(x: Floats, sizes: list[int] | Sides, strides: Sides) -> Margins:
    """What has to lie around `x` so that a window of `sizes` finds ⌈side / stride⌉ places; one more behind."""
    found = []
    for side, size, step in zip(x.shape[1:-1], sizes, strides, strict=True):
        lacking = max((-(-side // step) - 1) * step + size - side, 0)
        found.append((lacking // 2, lacking - lacking // 2))
    return tuple(found)


def _surrounded(x: Floats, by: Margins, value: float) -> Floats:
    return np.pad(x, ((0, 0), *by, (0, 0)), constant_values=value)


def _windows(x: Floats, seen: list[int] | Sides, strides: Sides, dilation: Sides) -> Floats:
    """(items, *places, *sizes, n), a view of (items, *sides, n)."""
    rank = len(seen)
    found = np.lib.stride_tricks.sliding_window_view(x, tuple(seen), axis=tuple(range(1, rank + 1)))
    places, inside = (tuple(slice(None, None, step) for step in steps) for steps in (strides, dilation))
    view = found[(slice(None), *places, slice(None), *inside)]
    return np.moveaxis(view, rank + 1, -1)
