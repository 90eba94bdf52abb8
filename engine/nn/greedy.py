"""Greedy layer-wise training: one pair of a stack's layers at a time."""

from __future__ import annotations

import keras

from engine.nn.networks import Networks, StageNetworks, chain


def pair(networks: Networks, depth: int) -> StageNetworks:
    """The `depth`-th dense layer of the encoder (from 1) with its mirror in the decoder, one pair of a stack.

    Greedy layer-wise training after Hinton & Salakhutdinov, Science 313 (2006) 504-507.
    """
    encoder, decoder = networks.encoder, networks.decoder
    up, down = _dense(encoder)[depth - 1], _dense(decoder)[-depth]
    *back, output = decoder.layers[decoder.layers.index(down) :]
    inside = keras.layers.Activation("linear", dtype="float32")
    flat, codes = keras.Input(up.input.shape[1:]), keras.Input(up.output.shape[1:])
    return StageNetworks(
        trained=Networks(
            chain("encoder", flat, [up]), chain("decoder", codes, [down, _again(output) if depth == 1 else inside])
        ),
        before=keras.Model(encoder.input, up.input),
        shown=Networks(
            keras.Model(encoder.input, up.output, name="encoder"),
            chain("decoder", keras.Input(up.output.shape[1:]), [*back, _again(output)]),
        ),
    )


def _again(activation: keras.layers.Activation) -> keras.layers.Activation:
    """The same activation as a layer of its own: what a layer's input is, its first call decides for good."""
    return keras.layers.Activation(activation.activation, name=activation.name, dtype="float32")


def _dense(model: keras.Model) -> list[keras.Layer]:
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
