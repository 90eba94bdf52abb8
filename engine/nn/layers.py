"""The layers and formulas that variants are made of. Variants get these handed in, so they import no TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from engine.nn import noise, recurrent
from engine.nn.greedy import pair
from engine.nn.networks import Networks, NoiseKeys, StageNetworks, Tensor, Weighted, chain

__all__ = ["Blocks", "Optimizer", "Tensor"]

Optimizer = Any
"""A `keras.optimizers.Optimizer`; Keras ships no types that a checker could use."""


class Blocks:
    """Makes layers whose initial weights depend on `seed` and the order of making only, never on a global state."""

    def __init__(self, seed: int, precision: str) -> None:
        self._seed = seed
        self._made = 0
        self._dtype = keras.DTypePolicy(precision)

    # Layers.

    def dense(self, units: int, activation: str, *, name: str) -> keras.Layer:
        """(batch, n) → (batch, units), Glorot uniform weights, zero bias."""
        return keras.layers.Dense(
            units, activation=activation, name=name, kernel_initializer=self._glorot(), dtype=self._dtype
        )

    def convolution(self, filters: int, activation: str, *, name: str, padding: str = "same") -> keras.Layer:
        """(batch, height, width, n) → (batch, height, width, filters) by 3×3 kernels; "valid" padding takes 2 off."""
        return keras.layers.Conv2D(
            filters,
            3,
            padding=padding,
            activation=activation,
            name=name,
            kernel_initializer=self._glorot(),
            dtype=self._dtype,
        )

    def pool(self, *, name: str) -> keras.Layer:
        """Maximum over 2×2 places; half of an odd size is rounded up."""
        return keras.layers.MaxPooling2D(2, padding="same", name=name, dtype=self._dtype)

    def enlarge(self, *, name: str) -> keras.Layer:
        """Every place becomes 2×2."""
        return keras.layers.UpSampling2D(2, name=name, dtype=self._dtype)

    def crop(self, rows: int, columns: int, *, name: str) -> keras.Layer:
        """Without the last `rows` and `columns`."""
        return keras.layers.Cropping2D(((0, rows), (0, columns)), name=name, dtype=self._dtype)

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
        """(batch, steps, n) → (batch, n), over the steps that are not masked."""
        return keras.layers.GlobalAveragePooling1D(name=name)

    def attention_over_steps(self, *, name: str) -> keras.Layer:
        """(batch, steps, n) → (batch, n), the mean with weights that the layer learns to give to each step."""
        return recurrent.AttentionPooling(name=name, kernel_initializer=self._glorot())

    def repeat(self, steps: int) -> keras.Layer:
        """(batch, n) → (batch, steps, n)."""
        return keras.layers.RepeatVector(steps, name="repeat")

    def flatten(self) -> keras.Layer:
        """(batch, …) → (batch, n)."""
        return keras.layers.Flatten(name="flatten", dtype=self._dtype)

    def reshape(self, shape: tuple[int, ...], name: str = "image") -> keras.Layer:
        """(batch, n) → (batch, *shape)."""
        return keras.layers.Reshape(shape, name=name, dtype=self._dtype)

    def size(self, shape: tuple[int, ...]) -> int:
        """Numbers in one item."""
        return math.prod(shape)

    # Networks.

    def encoder(
        self, shape: tuple[int, ...], layers: Sequence[keras.Layer], outputs: Sequence[keras.Layer] = ()
    ) -> keras.Model:
        """Items of `shape` through `layers` to the code, or to the `outputs` mean and log-variance."""
        return chain("encoder", keras.Input(shape, name="encoder_input"), layers, outputs)

    def decoder(self, encoder: keras.Model, layers: Sequence[keras.Layer], output: str) -> keras.Model:
        """Codes as `encoder` makes them through `layers` and the activation `output` to items."""
        codes = keras.Input(tuple(encoder.outputs[0].shape[1:]), name="decoder_input")
        # In float32 whatever the layers compute in: half precision has three digits, too few for a pixel's loss.
        return chain("decoder", codes, [*layers, keras.layers.Activation(output, name="output", dtype="float32")])

    def networks(self, encoder: keras.Model, decoder: keras.Model, head: keras.Model | None = None) -> Networks:
        return Networks(encoder, decoder, head)

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
        rate = keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps) if decay_steps else learning_rate
        return keras.optimizers.Adam(rate, global_clipnorm=clip_norm or None, name="adam")

    # Formulas.

    def squared_error(self, target: Tensor, output: Tensor) -> Tensor:
        """Mean of (x - x̂)² over batch and pixels."""
        return ops.mean(ops.square(target - output))

    def weighted_mean(self, values: Tensor, weights: Tensor) -> Tensor:
        """Σ w v / Σ w, a scalar."""
        return ops.sum(weights * values) / ops.maximum(ops.sum(weights), 1e-6)

    def binary_cross_entropy(self, target: Tensor, logits: Tensor) -> Tensor:
        """-x ln σ(l) - (1 - x) ln(1 - σ(l)) of each number, the shape of `target`; exact for logits of any size."""
        return ops.maximum(logits, 0) - logits * target + ops.log1p(ops.exp(-ops.abs(logits)))

    def kl_to_standard_normal(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """KL(N(µ, σ²) ‖ N(0, 1)) of each number, nats (Kingma & Welling 2014, appendix B)."""
        return -0.5 * (1 + log_variance - ops.square(mean) - ops.exp(log_variance))

    def normal(self, like: Tensor, keys: NoiseKeys, *, fresh: bool = True) -> Tensor:
        """Standard normal noise of the shape of `like`; not `fresh`: the same for an item whenever it comes."""
        return self._noise(noise.normal, like, keys, fresh)

    def uniform(self, like: Tensor, keys: NoiseKeys, *, fresh: bool = True) -> Tensor:
        """Noise in (0, 1), otherwise as `normal`."""
        return self._noise(noise.uniform, like, keys, fresh)

    def _noise(self, kind: Any, like: Tensor, keys: NoiseKeys, fresh: bool) -> Tensor:
        rows = ops.arange(ops.shape(like)[0], dtype="int32") if fresh else keys.items
        numbers = kind(keys.fresh if fresh else keys.fixed, rows, math.prod(like.shape[1:]))
        return ops.reshape(numbers, ops.shape(like))

    def weighted(self, value: Tensor, weight: Tensor) -> Weighted:
        """A loss term reported as it is that counts `weight` times."""
        return Weighted(value, weight)

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
