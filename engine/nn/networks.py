"""An encoder and a decoder that belong together, and a batch for them."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import numpy as np

from engine.events import Layer

Tensor = Any
"""A TensorFlow tensor; TensorFlow ships no types that a checker could use."""


class Draw(NamedTuple):
    """Seeds (two int32 each) and item numbers that key all noise of a step; nothing else may be random."""

    fresh: Tensor
    """New for every step."""
    fixed: Tensor
    """The same for the whole run: with `items`, noise that is drawn once for the data set."""
    items: Tensor
    """(batch,) int32, the places of the items in their part."""


class Batch(NamedTuple):
    """`input`: what the encoder sees, `target`: the clean items; (batch, height, width, channels) float32 in [0, 1].

    `draw`: for noise inside the network; not the one that the corruption had.
    """

    input: Tensor
    target: Tensor
    draw: Draw


class Networks:
    """Both halves of an autoencoder as Keras functional models, so that they can be saved and used on their own."""

    def __init__(self, encoder: keras.Model, decoder: keras.Model) -> None:
        self.encoder = encoder
        self.decoder = decoder

    def encode(self, items: Tensor) -> Tensor:
        """Codes, (batch, code size), float32."""
        return keras.ops.cast(self.encoder(items, training=False), "float32")

    def decode(self, codes: Tensor) -> Tensor:
        """Items for codes of shape (batch, code size), float32."""
        return keras.ops.cast(self.decoder(codes, training=False), "float32")

    def reconstruct(self, items: Tensor) -> Tensor:
        """x̂ = decoder(encoder(x)), the shape of `items`, float32 also where the layers compute in less."""
        return keras.ops.cast(self.decoder(self.encoder(items, training=True), training=True), "float32")

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        return [*self.encoder.trainable_variables, *self.decoder.trainable_variables]

    @property
    def variables(self) -> dict[str, keras.Variable]:
        """All weights by name ("encoder/code/kernel")."""
        return {
            f"{model.name}/{variable.path}": variable
            for model in (self.encoder, self.decoder)
            for variable in model.variables
        }

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The parameter table."""
        return tuple(
            Layer(
                network=model.name,
                name=layer.name,
                kind=type(layer).__name__,
                output_shape=tuple(layer.output.shape),
                parameters=int(sum(np.prod(weight.shape) for weight in layer.weights)),
            )
            for model in (self.encoder, self.decoder)
            for layer in model.layers
            if not isinstance(layer, keras.layers.InputLayer)
        )
