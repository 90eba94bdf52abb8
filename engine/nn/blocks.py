"""The layers and formulas that variants are made of. Variants get these handed in, so they import no TensorFlow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from engine.nn.networks import Networks, Tensor

__all__ = ["Blocks", "Optimizer", "Tensor"]

Optimizer = Any
"""A `keras.optimizers.Optimizer`; Keras ships no types that a checker could use."""


class Blocks:
    """Makes layers whose initial weights depend on `seed` and the order of making only, never on a global state."""

    def __init__(self, seed: int, precision: str) -> None:
        self._seed = seed
        self._made = 0
        self._dtype = keras.DTypePolicy(precision)

    def dense(self, units: int, activation: str, *, name: str) -> keras.Layer:
        """(batch, n) → (batch, units), Glorot uniform weights, zero bias."""
        return keras.layers.Dense(
            units, activation=activation, name=name, kernel_initializer=self._glorot(), dtype=self._dtype
        )

    def flatten(self) -> keras.Layer:
        """(batch, …) → (batch, n)."""
        return keras.layers.Flatten(name="flatten", dtype=self._dtype)

    def reshape(self, shape: tuple[int, ...]) -> keras.Layer:
        """(batch, n) → (batch, *shape)."""
        return keras.layers.Reshape(shape, name="image", dtype=self._dtype)

    def adam(self, learning_rate: float) -> Optimizer:
        """Adam with Keras's defaults beside the rate."""
        return keras.optimizers.Adam(learning_rate, name="adam")

    def size(self, shape: tuple[int, ...]) -> int:
        """Numbers in one item."""
        return math.prod(shape)

    def encoder(self, shape: tuple[int, ...], layers: Sequence[keras.Layer]) -> keras.Model:
        """Items of `shape` through `layers` to the code."""
        return _chain("encoder", shape, layers)

    def decoder(self, encoder: keras.Model, layers: Sequence[keras.Layer]) -> keras.Model:
        """Codes as `encoder` makes them through `layers` to items."""
        return _chain("decoder", tuple(encoder.output.shape[1:]), layers)

    def networks(self, encoder: keras.Model, decoder: keras.Model) -> Networks:
        return Networks(encoder, decoder)

    def squared_error(self, target: Tensor, output: Tensor) -> Tensor:
        """Mean of (x - x̂)² over batch and pixels."""
        return ops.mean(ops.square(target - output))

    def binary_cross_entropy(self, target: Tensor, output: Tensor) -> Tensor:
        """Mean of -x ln x̂ - (1 - x) ln(1 - x̂) over batch and pixels; x̂ is kept 1e-7 away from 0 and 1."""
        return ops.mean(ops.binary_crossentropy(target, output))

    def _glorot(self) -> keras.Initializer:
        self._made += 1
        words = np.random.SeedSequence([self._seed, self._made]).generate_state(1, np.uint32)
        return keras.initializers.GlorotUniform(seed=int(words[0] >> 1))


def _chain(name: str, shape: tuple[int, ...], layers: Sequence[keras.Layer]) -> keras.Model:
    tensor = inputs = keras.Input(shape, name=f"{name}_input")
    for layer in layers:
        tensor = layer(tensor)
    return keras.Model(inputs, tensor, name=name)
