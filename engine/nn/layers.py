"""The layers and formulas that variants are made of. Variants get these handed in, so they import no TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from engine.nn import coding, menu, noise, recurrent
from engine.nn.distribution import mean_over_batch, several_devices, share_of_batch, total_over_batch
from engine.nn.formulas import Formulas
from engine.nn.greedy import pair
from engine.nn.importing import halves
from engine.nn.knobs import Falling
from engine.nn.networks import Networks, NoiseKeys, StageNetworks, Tensor, Transform, chain, through
from engine.nn.pieces import compiled

__all__ = ["Blocks", "Optimizer", "Tensor"]

Optimizer = Any
"""A `keras.optimizers.Optimizer`; Keras ships no types that a checker could use."""


class Blocks(Formulas):
    """Makes layers whose initial weights depend on `seed` and the order of making only, never on a global state."""

    def __init__(self, seed: int, precision: str) -> None:
        self._seed = seed
        self._made = 0
        self._dtype = keras.DTypePolicy(precision)

    # Layers.

    def layer(self, kind: str, /, **settings: Any) -> keras.Layer:
        """Any layer by its name in `keras.layers`, with its arguments there, seeded and in the run's precision.

        `blocks.layer("Conv2D", filters=8, kernel_size=4, strides=2, padding="same", name="down")`: shapes in and out
        are those that Keras documents. Dropout and GaussianNoise draw by the keys of the step.

        Raises:
            ValueError: there is none of that name, or none whose noise a resumed run could repeat.
        """
        if kind == "BatchNormalization" and several_devices():
            return coding.BatchNormalization(dtype=self._dtype, **settings)
        return menu.layer(kind, self._next_seed, {"dtype": self._dtype, **settings})

    def dense(self, units: int, activation: str, *, name: str) -> keras.Layer:
        """(batch, n) → (batch, units), Glorot uniform weights, zero bias."""
        return self.layer("Dense", units=units, activation=activation, name=name)

    def recurrent(self, cell: str, units: int, *, both: bool, sequences: bool, name: str) -> keras.Layer:
        """(batch, steps, n) → (batch, steps, units), or without `sequences` (batch, units) after the last step.

        `cell`: "lstm" or "gru"; with `both`, the outputs of a layer from either end are summed.
        """
        forward = self._recurrent(cell, units, sequences, f"{name}_forward" if both else name)
        if not both:
            return forward
        backward = self._recurrent(cell, units, sequences, f"{name}_backward", go_backwards=True)
        return keras.layers.Bidirectional(forward, merge_mode="sum", backward_layer=backward, name=name)

    def until_last_word(self) -> keras.Layer:
        """Has the layers after it pass over the zeros that (batch, words, n) ends with."""
        return recurrent.UntilLastWord(name="words")

    def mean_over_steps(self, *, name: str) -> keras.Layer:
        """(batch, steps, n) → (batch, n), over the steps that are not masked; float32."""
        return self.layer("GlobalAveragePooling1D", name=name, dtype="float32")

    def attention_over_steps(self, *, name: str) -> keras.Layer:
        """(batch, steps, n) → (batch, n), the mean with weights that the layer learns to give to each step."""
        return recurrent.AttentionPooling(name=name, kernel_initializer=self._glorot())

    def reversed_steps(self, *, name: str) -> keras.Layer:
        """(batch, steps, n) → the same, the last step first."""
        return recurrent.ReversedSteps(name=name)

    def repeat(self, steps: int) -> keras.Layer:
        """(batch, n) → (batch, steps, n), float32."""
        return self.layer("RepeatVector", n=steps, name="repeat", dtype="float32")

    def flatten(self, name: str = "flatten") -> keras.Layer:
        """(batch, …) → (batch, n)."""
        return self.layer("Flatten", name=name)

    def reshape(self, shape: tuple[int, ...], name: str = "image") -> keras.Layer:
        """(batch, n) → (batch, *shape)."""
        return self.layer("Reshape", target_shape=shape, name=name)

    def residual(self, layers: Sequence[Transform], *, name: str) -> Transform:
        """x + what `layers` make of x, which has the shape of x."""
        add = keras.layers.Add(name=name, dtype=self._dtype)
        return lambda tensor: add([tensor, through(layers, tensor)])

    def sequence(self, layers: Sequence[Transform]) -> Transform:
        """`layers`, one after the other, in the place of one."""
        return lambda tensor: through(layers, tensor)

    def top_k(self, k: int, *, name: str) -> coding.TopK:
        """(batch, units) → (batch, units): the `k` largest of each row, 0 elsewhere."""
        return coding.TopK(k, name=name, dtype=self._dtype)

    def codebook(self, entries: int, *, name: str, decay: float = 0.0) -> coding.Codebook:
        """(batch, …, n) → (batch, …, n), float32: each vector becomes the nearest of `entries` learned ones.

        They are running means with a `decay`; without, a loss term has to move them.
        """
        return coding.Codebook(entries, self._next_seed(), decay, name=name, dtype="float32")

    def size(self, shape: tuple[int, ...]) -> int:
        """Numbers in one item."""
        return math.prod(shape)

    # Networks.

    def encoder(
        self, shape: tuple[int, ...], layers: Sequence[Transform], outputs: Sequence[Transform] = ()
    ) -> keras.Model:
        """Items of `shape` through `layers`, and from there through each of `outputs`, known by their layers' names.

        The first output is the code; outputs called mean and log_variance are those of a normal distribution.
        """
        return chain("encoder", keras.Input(shape, name="encoder_input"), layers, outputs)

    def decoder(self, encoder: keras.Model, layers: Sequence[Transform], output: str) -> keras.Model:
        """Codes as `encoder` makes them through `layers` and the activation `output` to items."""
        codes = keras.Input(tuple(encoder.outputs[0].shape[1:]), name="decoder_input")
        # In float32 whatever the layers compute in: half precision has three digits, too few for a pixel's loss.
        return chain("decoder", codes, [*layers, keras.layers.Activation(output, name="output", dtype="float32")])

    def networks(self, encoder: keras.Model, decoder: keras.Model, head: keras.Model | None = None) -> Networks:
        """Both halves, items → codes and codes → items, with `head`: from codes to what else is predicted by them."""
        return Networks(encoder, decoder, head, quick=True)

    def stored(self, description: bytes, shape: tuple[int, ...]) -> Networks:
        """Both halves for items of `shape`, of the layers that a text describes. Raises as `halves.rebuilt`."""
        return halves.rebuilt(description, shape)

    def bag_of_words_head(self, encoder: keras.Model, words: int) -> keras.Model:
        """From codes to the logarithms of the probabilities of `words` words, (batch, words)."""
        codes = keras.Input(tuple(encoder.outputs[0].shape[1:]), name="bag_of_words_input")
        logits = self.dense(words, "linear", name="logits")
        return chain("bag_of_words", codes, [logits, keras.layers.Activation("log_softmax", dtype="float32")])

    def whole(self, networks: Networks) -> StageNetworks:
        """The stage that trains all of `networks`."""
        return StageNetworks(networks, None, networks)

    def pair(self, networks: Networks, depth: int) -> StageNetworks:
        """The stage that trains the `depth`-th of a stack's dense layers (from 1) and its mirror in the decoder.

        The pair learns to reconstruct what the layers before it make of the items, flat.
        """
        return pair(networks, depth)

    # Training.

    def adam(self, learning_rate: float, *, decay_steps: int | None = None, clip_norm: float = 0) -> Optimizer:
        """Adam with Keras's defaults beside the rate, which falls to 0 along a cosine over `decay_steps` if given.

        `clip_norm` > 0 scales gradients down whose norm over all weights is larger.
        """
        rate = Falling(learning_rate, decay_steps) if decay_steps else learning_rate
        return keras.optimizers.Adam(rate, global_clipnorm=clip_norm or None, name="adam")

    # Formulas are those of `Formulas`, of a batch that several devices may share.

    def weighted_mean(self, values: Tensor, weights: Tensor) -> Tensor:
        """Σ w v / Σ w, a scalar; of a share of a batch such that its mean over all devices is that of the batch."""
        all_weights, share = ops.maximum(total_over_batch(ops.sum(weights)), 1e-6), share_of_batch()
        mean = ops.sum(weights * values) / all_weights
        return mean / (share.weight * share.copies) if share else mean

    def mean_over_batch(self, means: Tensor) -> Tensor:
        """As `Formulas`."""
        return mean_over_batch(means)

    def total_over_batch(self, sums: Tensor) -> Tensor:
        """As `Formulas`."""
        return total_over_batch(sums)

    def binary_cross_entropy(self, target: Tensor, logits: Tensor) -> Tensor:
        """As `Formulas`."""
        return compiled(super().binary_cross_entropy)(target, logits)

    # Noise.

    def normal(self, like: Tensor, keys: NoiseKeys, *, fresh: bool = True) -> Tensor:
        """Standard normal noise of the shape of `like`; not `fresh`: the same for an item whenever it comes."""
        return self._noise(noise.normal, like, keys, fresh)

    def uniform(self, like: Tensor, keys: NoiseKeys, *, fresh: bool = True) -> Tensor:
        """Noise in (0, 1), otherwise as `normal`."""
        return self._noise(noise.uniform, like, keys, fresh)

    def _noise(self, kind: Any, like: Tensor, keys: NoiseKeys, fresh: bool) -> Tensor:
        rows = noise.rows_of(keys, like) if fresh else keys.items
        numbers = kind(keys.fresh if fresh else keys.fixed, rows, math.prod(like.shape[1:]))
        return ops.reshape(numbers, ops.shape(like))

    ops = ops
    """Everything else: `keras.ops`."""

    def _recurrent(self, cell: str, units: int, sequences: bool, name: str, **settings: Any) -> keras.Layer:
        kind = {"lstm": recurrent.Lstm, "gru": recurrent.Gru}[cell]
        return kind(
            units,
            return_sequences=sequences,
            name=name,
            products=self._dtype.compute_dtype,
            kernel_initializer=self._glorot(),
            recurrent_initializer=keras.initializers.Orthogonal(seed=self._next_seed()),
            **settings,
        )

    def _glorot(self) -> keras.Initializer:
        return keras.initializers.GlorotUniform(seed=self._next_seed())

    def _next_seed(self) -> int:
        self._made += 1
        words = np.random.SeedSequence([self._seed, self._made]).generate_state(1, np.uint32)
        return int(words[0] >> 1)
