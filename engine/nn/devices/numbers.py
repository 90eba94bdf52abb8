"""Whether compiled and library code gives the numbers of plain operations."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from engine.nn.recurrent import Lstm, loop

CLOSE = 1e-5
"""Of the largest number: what another order of sums makes of float32."""
CLOSE_ON_GPU = 5e-3
"""There products take their factors with ten bits (TensorFloat-32)."""


class Agreement(NamedTuple):
    """How far two ways of the same computation are apart, relative to the largest number."""

    difference: float
    seconds: float
    """That the new way took: compiled by XLA, with what compiling takes."""
    how: str = ""

    def holds(self, device: str) -> bool:
        """Whether they are as near as number formats let them be."""
        return self.difference <= (CLOSE_ON_GPU if "GPU" in device else CLOSE)


def compiled(device: str) -> Agreement:
    """Loss and gradients of a small dense autoencoder, compiled by XLA and operation by operation."""
    with tf.device(device):
        items = tf.random.stateless_uniform([64, 256], [1, 1])
        weights = [tf.Variable(tf.random.stateless_normal(shape, [1, 2], 0, 0.1)) for shape in ([256, 32], [32, 256])]

        def gradients() -> list[Any]:
            with tf.GradientTape() as tape:
                made = tf.sigmoid(tf.nn.relu(items @ weights[0]) @ weights[1])
                loss = tf.reduce_mean(tf.square(made - items))
            return [loss, *tape.gradient(loss, weights)]

        plain = [part.numpy() for part in gradients()]
        began = time.perf_counter()
        fused = [part.numpy() for part in tf.function(gradients, jit_compile=True)()]
    return Agreement(_difference(plain, fused), time.perf_counter() - began)


def recurrent(device: str) -> Agreement:
    """Our LSTM, which is cuDNN's where there is a GPU, and Keras's own step by step, with the same weights."""
    with tf.device(device):
        sentences = tf.random.stateless_normal([32, 20, 16], [1, 1])
        ours = Lstm(64, return_sequences=True)
        theirs = keras.layers.LSTM(64, return_sequences=True, use_cudnn=False, unroll=True)
        ours.build(sentences.shape)
        theirs.build(sentences.shape)
        theirs.set_weights(ours.get_weights())
        quick = tf.function(ours)
        quick(sentences)
        began = time.perf_counter()
        found = quick(sentences).numpy()
        seconds = time.perf_counter() - began
        return Agreement(_difference([theirs(sentences).numpy()], [found]), seconds, loop())


def _difference(before: list[Any], after: list[Any]) -> float:
    return max(
        float(np.max(np.abs(one - other)) / np.max(np.abs(one))) for one, other in zip(before, after, strict=True)
    )
