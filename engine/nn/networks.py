"""An encoder and a decoder that belong together, and a batch for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from engine.events import Layer
from engine.nn.chains import quicker
from engine.nn.chains import through as through
from engine.nn.pieces import Tensor as Tensor

DISTRIBUTION = ("mean", "log_variance")
"""Outputs of an encoder whose codes are normal distributions."""


class NoiseKeys(NamedTuple):
    """Seeds (two int32 each) and item numbers that key all noise of a step; nothing else may be random."""

    fresh: Tensor
    """New for every step."""
    fixed: Tensor
    """The same for the whole run: with `items`, noise that is drawn once for the data set."""
    items: Tensor | None = None
    """(batch,) int32, the places of the items in their part."""
    first: Tensor | int | None = None
    """Which item of the batch the first one here is, where it is dealt out to several devices, or some of its items
    are looked at."""


class Batch(NamedTuple):
    """`input`: what the encoder sees, `target`: the clean items; (batch, *shape) float32, images in [0, 1].

    In a stage that trains a part in the middle both have been through what lies before it.
    `noise_keys`: for noise inside the network; not those that the corruption had.
    `epochs`: scalar, epochs of training done, with fractions; without end in validation.
    `stage`: the name of the stage.
    `items`: the clean items in their compact form (`engine.datasets.data.Part`).
    `weights`: how much each place counts. Of sentences (batch, words), 0 where there is no word; of other items of the
    shape of `target`, 0 where a number is not known, and None where all are.
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

    The last layer of the decoder is its output activation. An encoder's outputs have the names of their layers; the
    first is the code. Two called mean and log_variance are those of a normal distribution. `head`: what is trained
    beside both to predict something else from the code, and is of no use afterwards.
    """

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, head: keras.Model | None = None, *, quick: bool = False
    ) -> None:
        """`quick`: compute neighbouring layers together where that takes less time (`engine.nn.chains`)."""
        self.encoder = encoder
        self.decoder = decoder
        self.head = head
        before_activation = keras.Model(decoder.input, decoder.layers[-1].input)
        models = encoder, decoder, before_activation
        self._encoder, self._decoder, self._before_activation = (quicker(one) if quick else one for one in models)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one item."""
        return tuple(self.encoder.input_shape[1:])

    @property
    def code_size(self) -> int:
        """Numbers in one code, flat."""
        return math.prod(self.decoder.input_shape[1:])

    @property
    def gives_distribution(self) -> bool:
        """Whether the encoder has the outputs mean and log_variance and no other."""
        return tuple(self.encoder.output_names) == DISTRIBUTION

    def outputs(self, items: Tensor, *, training: bool = False) -> dict[str, Tensor]:
        """All that the encoder gives, by name, float32; the code first."""
        found = self._encoder(items, training=training)
        outputs = found if isinstance(found, list) else [found]
        return {name: _float32(one) for name, one in zip(self.encoder.output_names, outputs, strict=True)}

    def encode(self, items: Tensor, *, training: bool = False) -> Tensor:
        """Codes, (batch, code size), float32."""
        return next(iter(self.outputs(items, training=training).values()))

    def distribution(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the codes, (batch, code size) each, float32."""
        outputs = self.outputs(items)
        return outputs["mean"], outputs["log_variance"]

    def decode(self, codes: Tensor, *, training: bool = False) -> Tensor:
        """Items for codes of shape (batch, code size), float32."""
        return _float32(self._decoder(codes, training=training))

    def logits(self, codes: Tensor, *, training: bool = False) -> Tensor:
        """As `decode`, before the output activation."""
        return _float32(self._before_activation(codes, training=training))

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        """Of encoder, decoder and head in this order; what gradients are taken of."""
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


Transform = Callable[[Tensor], Tensor]
"""A Keras layer, or several of them."""


def chain(name: str, inputs: Tensor, layers: Sequence[Transform], outputs: Sequence[Transform] = ()) -> keras.Model:
    """From `inputs`, a `keras.Input`, through `layers`, and from there through each of `outputs`."""
    tensor = through(layers, inputs)
    return keras.Model(inputs, [layer(tensor) for layer in outputs] or tensor, name=name)


def _float32(tensor: Tensor) -> Tensor:
    """Layers may compute in less."""
    return ops.cast(tensor, "float32")
