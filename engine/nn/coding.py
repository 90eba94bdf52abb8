"""Layers that choose: the largest units of a code, the nearest entry of a codebook."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from engine.nn.networks import Tensor


class TopK(keras.layers.Layer):
    """(batch, units) → (batch, units): the `k` largest of each row as they are, 0 elsewhere.

    Gradients reach those that are kept (Makhzani & Frey, k-sparse autoencoders, arXiv:1312.5663).
    """

    def __init__(self, k: int, **settings: Any) -> None:
        super().__init__(**settings)
        self._k = k

    def compute_output_shape(self, shape: Any) -> Any:
        return shape

    def call(self, inputs: Tensor) -> Tensor:
        return ops.where(inputs >= self.threshold(inputs), inputs, 0)

    def threshold(self, inputs: Tensor) -> Tensor:
        """The least that is kept of each row, (batch, 1)."""
        return ops.top_k(inputs, min(self._k, inputs.shape[-1]))[0][:, -1:]


class Codebook(keras.layers.Layer):
    """(batch, …, n) → (batch, …, n): each vector becomes the nearest of `entries` learned ones, in float32.

    Gradients pass as if nothing had been done to the vectors; none reaches the entries from here (van den Oord, Vinyals
    & Kavukcuoglu, Neural discrete representation learning, arXiv:1711.00937).
    """

    def __init__(self, entries: int, seed: int, **settings: Any) -> None:
        super().__init__(**settings)
        self._count = entries
        self._initializer = keras.initializers.RandomUniform(-1 / entries, 1 / entries, seed=seed)

    def build(self, shape: Any) -> None:
        self.entries = self.add_weight(shape=(self._count, shape[-1]), initializer=self._initializer, name="entries")

    def compute_output_shape(self, shape: Any) -> Any:
        return shape

    def call(self, inputs: Tensor) -> Tensor:
        return inputs + ops.stop_gradient(self.entry(self.nearest(inputs)) - inputs)

    def nearest(self, vectors: Tensor) -> Tensor:
        """Which entry is nearest to each vector: (…, n) float32 → (…) int32."""
        return ops.argmin(self.distances(vectors), axis=-1)

    def distances(self, vectors: Tensor) -> Tensor:
        """Squared distance of each vector to each entry, less its own square: (…, n) → (…, entries)."""
        return ops.sum(ops.square(self.entries), axis=1) - 2 * ops.matmul(vectors, ops.transpose(self.entries))

    def entry(self, chosen: Tensor) -> Tensor:
        """Entries by number: (…) int → (…, n)."""
        return ops.matmul(ops.one_hot(chosen, self._count), self.entries)  # the gradient of `take` is a sparse one
