"""Layers that know no neighbours: dense ones, activations, choices, shapes, sums. Shapes begin with the items."""

from __future__ import annotations

from abc import abstractmethod

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.plain.activations import ACTIVATIONS, Floats


class Layer(msgspec.Struct, frozen=True, eq=False):
    """What it takes to compute one, float32 to float32."""

    @abstractmethod
    def of(self, *inputs: Floats) -> Floats:
        """Its output for what the layers before it give, (items, …) → (items, …)."""

    @property
    def scratch(self) -> int:
        """Numbers that it needs beside its output, for an item."""
        return 0


class Nothing(Layer, frozen=True, eq=False):
    """Acts in training alone."""

    def of(self, *inputs: Floats) -> Floats:
        """(…) → the same."""
        return inputs[0]


class Dense(Layer, frozen=True, eq=False):
    """(items, …, n) → (items, …, units)."""

    kernel: NDArray[np.float32]
    """(n, units)"""
    bias: NDArray[np.float32] | None = None
    activation: str = "linear"

    def of(self, *inputs: Floats) -> Floats:
        """activation(x · kernel + bias)."""
        found = inputs[0] @ self.kernel
        if self.bias is not None:
            found += self.bias
        result: Floats = ACTIVATIONS[self.activation](found)
        return result


class Activation(Layer, frozen=True, eq=False):
    """One of `engine.plain.activations.ACTIVATIONS`."""

    name: str

    def of(self, *inputs: Floats) -> Floats:
        """(…) → the same shape."""
        found: Floats = ACTIVATIONS[self.name](inputs[0])
        return found


class Rectified(Layer, frozen=True, eq=False):
    """max(x, 0), with a slope below 0 and a ceiling."""

    slope: float = 0.0
    ceiling: float | None = None

    def of(self, *inputs: Floats) -> Floats:
        """(…) → the same shape."""
        (x,) = inputs
        found = np.where(x > 0, x, np.float32(self.slope) * x)
        return found if self.ceiling is None else np.minimum(found, np.float32(self.ceiling))


class Affine(Layer, frozen=True, eq=False):
    """scale · x + shift along the last axis: normalisation with what was learned of mean and variance."""

    scale: NDArray[np.float32]
    shift: NDArray[np.float32]

    def of(self, *inputs: Floats) -> Floats:
        """(…, n) → the same shape."""
        return inputs[0] * self.scale + self.shift


class TopK(Layer, frozen=True, eq=False):
    """The `k` largest numbers of each row as they are, 0 elsewhere; those as large as the k-th are all kept."""

    k: int

    def of(self, *inputs: Floats) -> Floats:
        """(…, units) → the same shape."""
        (x,) = inputs
        least = np.partition(x, -self.k, axis=-1)[..., -self.k, None]
        return np.where(x >= least, x, np.float32(0))


class Codebook(Layer, frozen=True, eq=False):
    """Each vector becomes the nearest of `entries`."""

    entries: NDArray[np.float32]
    """(entries, n)"""

    def nearest(self, vectors: Floats) -> NDArray[np.int64]:
        """Which entry is nearest to each vector: (…, n) → (…)."""
        distances = np.square(self.entries).sum(axis=1) - 2 * (vectors @ self.entries.T)
        found: NDArray[np.int64] = distances.argmin(axis=-1)
        return found

    def of(self, *inputs: Floats) -> Floats:
        """(…, n) → the same shape."""
        return self.entries[self.nearest(inputs[0])]


class Reshape(Layer, frozen=True, eq=False):
    """(items, …) → (items, *shape)."""

    shape: tuple[int, ...]

    def of(self, *inputs: Floats) -> Floats:
        """The same numbers in the same order."""
        return inputs[0].reshape(len(inputs[0]), *self.shape)


class Permute(Layer, frozen=True, eq=False):
    """Other axes first; `axes` of an item, from 1."""

    axes: tuple[int, ...]

    def of(self, *inputs: Floats) -> Floats:
        """(items, *sides) → (items, *sides in another order)."""
        return inputs[0].transpose(0, *self.axes)


class Repeat(Layer, frozen=True, eq=False):
    """(items, n) → (items, times, n)."""

    times: int

    def of(self, *inputs: Floats) -> Floats:
        """The same vector at each of them."""
        return np.repeat(inputs[0][:, None], self.times, axis=1)


class Sum(Layer, frozen=True, eq=False):
    """All inputs, of one shape, added up."""

    def of(self, *inputs: Floats) -> Floats:
        """(…) of each → (…)."""
        first, *others = inputs
        for other in others:
            first = first + other
        return first


class Joined(Layer, frozen=True, eq=False):
    """All inputs behind each other along an axis."""

    axis: int = -1

    def of(self, *inputs: Floats) -> Floats:
        """(…, n), (…, m), … → (…, n + m + …)."""
        return np.concatenate(inputs, axis=self.axis)
