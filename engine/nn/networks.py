"""An encoder and a decoder that belong together, and a batch for them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from engine.events import Layer

Tensor = Any
"""A TensorFlow tensor; TensorFlow ships no types that a checker could use."""


class NoiseKeys(NamedTuple):
    """Seeds (two int32 each) and item numbers that key all noise of a step; nothing else may be random."""

    fresh: Tensor
    """New for every step."""
    fixed: Tensor
    """The same for the whole run: with `items`, noise that is drawn once for the data set."""
    items: Tensor | None = None
    """(batch,) int32, the places of the items in their part."""


class Batch(NamedTuple):
    """`input`: what the encoder sees, `target`: the clean items; (batch, *shape) float32, images in [0, 1].

    In a stage that trains a part in the middle both have been through what lies before it.
    `noise_keys`: for noise inside the network; not the one that the corruption had.
    `epochs`: scalar, epochs of training done, with fractions; without end in validation.
    `stage`: the name of the stage.
    `items`: the clean items in their compact form (`engine.datasets.data.Part`).
    `weights`: for sentences, how much each place counts, (batch, words), 0 where there is no word; None for images.
    """

    input: Tensor
    target: Tensor
    noise_keys: NoiseKeys
    epochs: Tensor
    stage: str
    items: Tensor | None = None
    weights: Tensor | None = None


class Weighted(NamedTuple):
    """A loss term that is reported as it is and counts `weight` times in the total."""

    value: Tensor
    weight: Tensor


class Networks:
    """Both halves of an autoencoder as Keras functional models, so that they can be saved and used on their own.

    The last layer of the decoder is its output activation. An encoder with two outputs gives the mean and the
    log-variance of a normal distribution; its code is the mean. `head`: what is trained beside them to predict
    something else from the code, and is of no use afterwards.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, head: keras.Model | None = None) -> None:
        self.encoder = encoder
        self.decoder = decoder
        self.head = head
        self._before_activation = keras.Model(decoder.input, decoder.layers[-1].input)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one item."""
        return tuple(self.encoder.input_shape[1:])

    @property
    def code_size(self) -> int:
        return math.prod(self.decoder.input_shape[1:])

    @property
    def gives_distribution(self) -> bool:
        return len(self.encoder.outputs) == 2

    def encode(self, items: Tensor) -> Tensor:
        """Codes, (batch, code size), float32."""
        return self.distribution(items)[0] if self.gives_distribution else _float32(self.encoder(items))

    def distribution(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the codes, (batch, code size) each, float32."""
        mean, log_variance = self.encoder(items)
        return _float32(mean), _float32(log_variance)

    def decode(self, codes: Tensor) -> Tensor:
        """Items for codes of shape (batch, code size), float32."""
        return _float32(self.decoder(codes))

    def logits(self, codes: Tensor) -> Tensor:
        """As `decode`, before the output activation."""
        return _float32(self._before_activation(codes))

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        return [variable for model in self._models for variable in model.trainable_variables]

    @property
    def _models(self) -> list[keras.Model]:
        return [model for model in (self.encoder, self.decoder, self.head) if model is not None]

    @property
    def variables(self) -> dict[str, keras.Variable]:
        """All weights by name ("encoder/code/kernel")."""
        return {
            f"{model.name}/{variable.path}": variable
            for model in self._models
            for variable in model.weights  # without the states of seed generators that nothing here uses
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
            for model in self._models
            for layer in model.layers
            if not isinstance(layer, keras.layers.InputLayer)
        )


class StageNetworks(NamedTuple):
    """What one stage of training works on."""

    trained: Networks
    """Gets the loss and is changed."""
    before: keras.Model | None
    """What the items, corrupted and clean, go through first, unchanged by this stage; None: nothing."""
    shown: Networks
    """From items to items, as far as the model has come: for pictures and queries."""


def chain(name: str, tensor: Tensor, layers: Sequence[keras.Layer], outputs: Sequence[keras.Layer] = ()) -> keras.Model:
    """From `tensor`, a `keras.Input`, through `layers`, and from there through each of `outputs`."""
    inputs = tensor
    for layer in layers:
        tensor = layer(tensor)
    return keras.Model(inputs, [layer(tensor) for layer in outputs] or tensor, name=name)


def _float32(tensor: Tensor) -> Tensor:
    """Layers may compute in less."""
    return ops.cast(tensor, "float32")
