"""Layers that choose: the largest units of a code, the nearest entry of a codebook."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from engine.nn import noise
from engine.nn.distribution import rows_of_batch, total_over_batch
from engine.nn.menu import step_keys
from engine.nn.networks import NoiseKeys, Tensor

HALVINGS = 30
"""Of the range of a row: numbers that lie closer together than float32 tells apart are kept together."""


class TopK(keras.layers.Layer):
    """(batch, units) → (batch, units): the `k` largest of each row as they are, 0 elsewhere.

    Gradients reach those that are kept (Makhzani & Frey, k-sparse autoencoders, arXiv:1312.5663).
    """

    def __init__(self, k: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.k = k

    def compute_output_shape(self, shape: Any) -> Any:
        """The shape in is the shape out."""
        return shape

    def call(self, inputs: Tensor) -> Tensor:
        """(batch, units) → (batch, units), float as it came; numbers as large as the k-th are all kept."""
        return ops.where(inputs >= self.threshold(inputs), inputs, 0)

    def threshold(self, inputs: Tensor) -> Tensor:
        """The least that is kept of each row, (batch, 1)."""
        # By halving the range: under XLA on a CPU it takes a quarter of the time that sorting a row does.
        low, high = (extreme(inputs, axis=-1, keepdims=True) for extreme in (ops.min, ops.max))
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            enough = ops.sum(ops.cast(inputs >= middle, "float32"), axis=-1, keepdims=True) >= self.k
            low, high = ops.where(enough, middle, low), ops.where(enough, high, middle)
        return ops.stop_gradient(low)


class BatchNormalization(keras.layers.BatchNormalization):
    """Keras's, which goes by the whole batch where several devices share it: in the place of the other there."""

    def _moments(self, inputs: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Mean and variance of (batch, …, n), (n,) each; `mask`: (batch, …), what of it counts."""
        axes = self._reduction_axes
        weights = ops.ones_like(inputs) if mask is None else ops.cast(mask, inputs.dtype)[..., None] + 0 * inputs
        count = ops.maximum(total_over_batch(ops.sum(weights, axis=axes)), 1e-7)
        mean = total_over_batch(ops.sum(weights * inputs, axis=axes)) / count
        apart = ops.square(inputs - ops.stop_gradient(mean))
        return mean, total_over_batch(ops.sum(weights * apart, axis=axes)) / count


RARE = 0.05
"""Of an even share: entries that are chosen more rarely begin anew."""


class Codebook(keras.layers.Layer):
    """(batch, …, n) → (batch, …, n): each vector becomes the nearest of `entries` learned ones, in float32.

    Gradients pass as if nothing had been done to the vectors (van den Oord, Vinyals & Kavukcuoglu, Neural discrete
    representation learning, arXiv:1711.00937). With a `decay` in (0, 1) entries are running means of the vectors that
    choose them (ibid., appendix A.1), and one that hardly any chooses takes the place of a vector drawn by chance
    (Dhariwal et al., arXiv:2005.00341); without, a loss has to move them.
    """

    def __init__(self, entries: int, seed: int, decay: float = 0.0, **settings: Any) -> None:
        super().__init__(**settings)
        self._count = entries
        self._decay = decay
        self._number = seed >> 1
        self._initializer = keras.initializers.RandomUniform(-1 / entries, 1 / entries, seed=seed)

    def build(self, shape: Any) -> None:
        """Make `entries`, (entries, n) for vectors of n numbers, and with a decay their running counts and sums."""
        each = (self._count, shape[-1])
        learned = not self._decay
        self.entries = self.add_weight(shape=each, initializer=self._initializer, trainable=learned, name="entries")
        if self._decay:
            # Nobody has chosen any yet: the first batch in training has them all begin anew.
            self._counts = self.add_weight(shape=each[:1], initializer="zeros", trainable=False, name="counts")
            self._sums = self.add_weight(shape=each, initializer="zeros", trainable=False, name="sums")

    def compute_output_shape(self, shape: Any) -> Any:
        """The shape in is the shape out."""
        return shape

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """(batch, …, n) → (batch, …, n): the nearest entries; in training with a decay they move towards `inputs`."""
        chosen = self.nearest(inputs)
        entries = ops.stop_gradient(self.entry(chosen))
        if training and self._decay and (keys := step_keys()) is not None:
            self._move(ops.stop_gradient(inputs), chosen, keys)
        return entries + (inputs - ops.stop_gradient(inputs))  # 0 to the last bit: codes are entries

    def nearest(self, vectors: Tensor) -> Tensor:
        """Which entry is nearest to each vector: (…, n) float32 → (…) int32."""
        return ops.argmin(self.distances(vectors), axis=-1)

    def distances(self, vectors: Tensor) -> Tensor:
        """Squared distance of each vector to each entry, less its own square: (…, n) → (…, entries)."""
        return ops.sum(ops.square(self.entries), axis=1) - 2 * ops.matmul(vectors, ops.transpose(self.entries))

    def entry(self, chosen: Tensor) -> Tensor:
        """Entries by number: (…) int → (…, n)."""
        return ops.matmul(ops.one_hot(chosen, self._count), self.entries)  # the gradient of `take` is a sparse one

    def _move(self, vectors: Tensor, chosen: Tensor, keys: NoiseKeys) -> None:
        """The entries to the running means of those of `vectors` (batch, …, n) that have `chosen` them."""
        flat = ops.reshape(vectors, [-1, vectors.shape[-1]])
        by_entry = ops.one_hot(ops.reshape(chosen, [-1]), self._count)
        even = total_over_batch(ops.cast(ops.shape(flat)[0], "float32")) / self._count
        chosen_by = total_over_batch(ops.sum(by_entry, axis=0))
        counts = self._decay * self._counts + (1 - self._decay) * chosen_by
        summed = total_over_batch(ops.matmul(ops.transpose(by_entry), flat))
        sums = self._decay * self._sums + (1 - self._decay) * summed
        rare = counts < RARE * even
        counts = ops.where(rare, even, counts)
        sums = ops.where(rare[:, None], even * self._drawn(flat, keys), sums)
        self._counts.assign(counts)
        self._sums.assign(sums)
        self.entries.assign(sums / counts[:, None])

    def _drawn(self, flat: Tensor, keys: NoiseKeys) -> Tensor:
        """A row of `flat` (count, n) of the whole batch for each entry, by chance, (entries, n)."""
        own = keys.fresh + ops.convert_to_tensor([self._number, 0], "int32")
        chance = noise.uniform(own, ops.arange(self._count, dtype="int32"), 1)[:, 0]
        count = total_over_batch(ops.cast(ops.shape(flat)[0], "float32"))
        last = ops.cast(count, "int32") - 1
        places = ops.cast(chance * count, "int32")
        return rows_of_batch(flat, ops.minimum(places, last))  # of millions the product may round up
