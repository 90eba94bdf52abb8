"""Recurrent layers: Keras's own, with a quicker loop where there is no cuDNN.

Weights, masks and results are those of `keras.layers.LSTM` and `GRU`, so that what is trained here can be used there.
Keras multiplies inputs and states with the weights anew in each step, and so do its gradients. Here inputs are
multiplied once for all steps, and the gradient of a weight is one product over all steps: on two cores a step of 64
sentences with 512 units takes 0.53 s instead of 0.65 s, with half-precision products 0.22 s.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from engine.nn.pieces import Piece, Tensor, compiled
from engine.nn.pieces import on_gpu as on_gpu


class _Quicker(keras.layers.RNN):
    """`products`: the number format of a layer's matrix products.

    States and outputs stay float32 whatever the products are in: sums of many steps need the digits.
    """

    def __init__(self, units: int, *, products: str = "float32", **settings: Any) -> None:
        super().__init__(units, **settings)
        self.products = products

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "products": self.products}

    def _by(self, loop: Piece) -> Piece:
        """XLA does the many small operations of a step in one, but half-precision products in full precision."""
        return compiled(loop) if self.products == "float32" else loop

    def _projected(self, sequences: Tensor, mask: Tensor | None, bias: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What all steps begin with: the inputs of the gates, the weights of the states, and the mask."""
        inputs, mask = _by_step(sequences, mask, self.go_backwards)
        outer, inner = (tf.cast(weight, self.products) for weight in (self.cell.kernel, self.cell.recurrent_kernel))
        return _projected(inputs, outer, bias), inner, mask


@keras.saving.register_keras_serializable("aetui")
class Lstm(_Quicker, keras.layers.LSTM):
    """`keras.layers.LSTM` with its default activations."""

    def inner_loop(self, sequences: Tensor, initial_state: Any, mask: Tensor | None, training: bool = False) -> Any:
        """(batch, steps, n) → last output (batch, units), all outputs (batch, steps, units) if asked for, last state.

        Keras calls it in `call`. Without a GPU states begin at zero, whatever `initial_state` is.
        """
        if on_gpu():
            return super().inner_loop(sequences, initial_state, mask, training)
        states = self._by(_lstm)(*self._projected(sequences, mask, self.cell.bias))
        return _outcome(states, self.return_sequences)


@keras.saving.register_keras_serializable("aetui")
class Gru(_Quicker, keras.layers.GRU):
    """`keras.layers.GRU` with its default settings."""

    def inner_loop(self, sequences: Tensor, initial_state: Any, mask: Tensor | None, training: bool = False) -> Any:
        """As `Lstm.inner_loop`, with the same shapes in and out."""
        if on_gpu():
            return super().inner_loop(sequences, initial_state, mask, training)
        bias = tf.convert_to_tensor(self.cell.bias)
        inputs, kernel, mask = self._projected(sequences, mask, bias[0])
        return _outcome(self._by(_gru)(inputs, kernel, bias[1], mask), self.return_sequences)


@keras.saving.register_keras_serializable("aetui")
class UntilLastWord(keras.layers.Layer):
    """Passes vectors (batch, words, n) on with a mask: true up to the last vector that is not all zeros, and for the
    first in any case, because cuDNN refuses rows without a step. Padding stands at the right, as cuDNN wants it."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.supports_masking = True

    def call(self, vectors: Tensor) -> Tensor:
        """(batch, words, n) → the same; all that is new is the mask."""
        return vectors

    def compute_mask(self, vectors: Tensor, previous: Any = None) -> Tensor:
        """(batch, words, n) → (batch, words) bool; a mask of layers before is not looked at."""
        del previous
        words = ops.cast(ops.any(ops.not_equal(vectors, 0), axis=-1), "int32")
        to_come = ops.flip(ops.cumsum(ops.flip(words, axis=1), axis=1), axis=1)
        first = ops.cumsum(ops.ones_like(words), axis=1) == 1  # no constant, which would be an input of an ONNX file
        return ops.logical_or(to_come > 0, first)


@keras.saving.register_keras_serializable("aetui")
class AttentionPooling(keras.layers.Layer):
    """(batch, steps, n) → (batch, n): Σ a_t h_t with a = softmax(w · h_t) over the steps that are not masked.

    After Yang et al., Hierarchical attention networks for document classification, 2016, without the hidden layer.
    """

    def __init__(self, *, kernel_initializer: Any = "glorot_uniform", **settings: Any) -> None:
        super().__init__(**settings)
        self.supports_masking = True
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Make `kernel`, w above as (n, 1), for states of n numbers."""
        self.kernel = self.add_weight(shape=(shape[-1], 1), initializer=self.kernel_initializer, name="kernel")

    def call(self, states: Tensor, mask: Tensor | None = None) -> Tensor:
        """(batch, steps, n), with `mask` of (batch, steps) bool → (batch, n)."""
        scores = ops.matmul(states, self.kernel)
        if mask is not None:
            scores = ops.where(mask[..., None], scores, -1e9)
        return ops.sum(ops.softmax(scores, axis=1) * states, axis=1)

    def compute_mask(self, states: Tensor, previous: Any = None) -> None:
        """None: no steps are left that a mask could be about."""
        del states, previous

    def get_config(self) -> dict[str, Any]:
        """The arguments that Keras makes the layer of again when a saved network is loaded."""
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), "kernel_initializer": initializer}


@keras.saving.register_keras_serializable("aetui")
class ReversedSteps(keras.layers.Layer):
    """(batch, steps, n) → the same, the last step first."""

    def call(self, states: Tensor) -> Tensor:
        """(batch, steps, n) → the same shape."""
        return ops.flip(states, axis=1)


def loop() -> str:
    """What steps a recurrent layer through a sentence here, in words; tried, not assumed."""
    if not on_gpu():
        return "our own loop (no GPU)"
    layer, vectors = Lstm(2), tf.zeros([1, 3, 2])
    try:
        traced = tf.function(layer).get_concrete_function(vectors)
        traced(vectors)
    except tf.errors.OpError as error:
        return f"cuDNN fails: {error.message}"
    kinds = {operation.type for operation in traced.graph.get_operations()}
    return "cuDNN" if any(kind.startswith("CudnnRNN") for kind in kinds) else "Keras's own loop, without cuDNN"


def _by_step(sequences: Tensor, mask: Tensor | None, backwards: bool) -> tuple[Tensor, Tensor]:
    """(batch, steps, n) as (steps, batch, n), and the mask (batch, steps) as (steps, batch, 1) of 1 and 0."""
    inputs = tf.transpose(sequences, [1, 0, 2])
    shape = tf.shape(inputs)
    mask = tf.ones([shape[0], shape[1]]) if mask is None else tf.cast(tf.transpose(mask), tf.float32)
    if backwards:
        inputs, mask = inputs[::-1], mask[::-1]
    return inputs, mask[..., None]


def _projected(inputs: Tensor, kernel: Tensor, bias: Tensor) -> Tensor:
    """(steps, batch, n) → (steps, batch, m) float32 by one product for all steps."""
    steps, batch, width = inputs.shape[0], tf.shape(inputs)[1], inputs.shape[2]
    product = _product(tf.reshape(inputs, [-1, width]), kernel)
    return tf.reshape(product, [steps, batch, kernel.shape[1]]) + bias


def _outcome(states: Tensor, sequences: bool) -> tuple[Tensor, Tensor, list[Tensor]]:
    """What Keras expects of a loop: last output, all outputs (batch, steps, units) if asked for, last state."""
    last = states[-1]
    return last, tf.transpose(states, [1, 0, 2]) if sequences else last[:, None], [last]


def _product(left: Tensor, right: Tensor, **transposed: bool) -> Tensor:
    """In the precision of `right`, given back as float32: only products gain from less."""
    return tf.cast(tf.matmul(tf.cast(left, right.dtype), right, **transposed), tf.float32)


def _written(steps: Tensor) -> tf.TensorArray:
    return tf.TensorArray(tf.float32, size=steps)


def _before(states: Tensor) -> Tensor:
    """States as they were before each step; the first is zeros."""
    return tf.concat([tf.zeros_like(states[:1]), states[:-1]], axis=0)


def _over_steps(states: Tensor, gradients: Tensor, kernel: Tensor) -> Tensor:
    """Σ over steps of stateᵀ gradient, of the shape and type of `kernel`."""
    rows = [tf.cast(tf.reshape(one, [-1, one.shape[-1]]), kernel.dtype) for one in (states, gradients)]
    return tf.matmul(*rows, transpose_a=True)


@tf.custom_gradient
def _lstm(inputs: Tensor, kernel: Tensor, mask: Tensor) -> Any:
    """States (steps, batch, units) of an LSTM (Hochreiter & Schmidhuber 1997, with forget gate) that begins at zero.

    `inputs`: (steps, batch, 4 · units) projected, gates in Keras's order input, forget, candidate, output; `kernel`:
    (units, 4 · units); `mask`: (steps, batch, 1) of 1 and 0, 0 where the state stays as it is.
    """
    steps, zeros = tf.shape(inputs)[0], tf.zeros([tf.shape(inputs)[1], kernel.shape[0]])

    def forward(t: Tensor, h: Tensor, c: Tensor, hs: Any, cs: Any, gates: Any) -> Any:
        i, f, g, o = tf.split(inputs[t] + _product(h, kernel), 4, axis=1)
        i, f, g, o = tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)
        now = mask[t]
        c_new = f * c + i * g
        h = now * (o * tf.tanh(c_new)) + (1 - now) * h
        c = now * c_new + (1 - now) * c
        return t + 1, h, c, hs.write(t, h), cs.write(t, c), gates.write(t, tf.concat([i, f, g, o], axis=1))

    first = (tf.constant(0), zeros, zeros, _written(steps), _written(steps), _written(steps))
    end = tf.while_loop(lambda t, *_: t < steps, forward, first, parallel_iterations=1)
    hs, cs, gates = (array.stack() for array in end[3:])
    hs.set_shape([inputs.shape[0], None, kernel.shape[0]])

    def gradient(upstream: Tensor) -> tuple[Tensor, Tensor, None]:
        earlier, transposed = _before(cs), tf.transpose(kernel)

        def backward(t: Tensor, dh: Tensor, dc: Tensor, written: Any) -> Any:
            i, f, g, o = tf.split(gates[t], 4, axis=1)
            now, dh = mask[t], dh + upstream[t]
            kept_h, kept_c, dh, dc = (1 - now) * dh, (1 - now) * dc, now * dh, now * dc
            c = tf.tanh(f * earlier[t] + i * g)
            dc += dh * o * (1 - c * c)
            along = tf.concat(
                [dc * g * i * (1 - i), dc * earlier[t] * f * (1 - f), dc * i * (1 - g * g), dh * c * o * (1 - o)],
                axis=1,
            )
            return t - 1, kept_h + _product(along, transposed), kept_c + dc * f, written.write(t, along)

        start = (steps - 1, zeros, zeros, _written(steps))
        along = tf.while_loop(lambda t, *_: t >= 0, backward, start, parallel_iterations=1)[3].stack()
        along.set_shape(inputs.shape)
        return along, _over_steps(_before(hs), along, kernel), None

    return hs, gradient


@tf.custom_gradient
def _gru(inputs: Tensor, kernel: Tensor, bias: Tensor, mask: Tensor) -> Any:
    """States (steps, batch, units) of a GRU (Cho et al. 2014, the reset gate after the product) that begins at zero.

    `inputs`: (steps, batch, 3 · units) projected, in Keras's order update, reset, candidate; `kernel`:
    (units, 3 · units); `bias`: (3 · units,) of the states' product; `mask` as for the LSTM.
    """
    steps, zeros = tf.shape(inputs)[0], tf.zeros([tf.shape(inputs)[1], kernel.shape[0]])

    def forward(t: Tensor, h: Tensor, hs: Any, gates: Any) -> Any:
        inner = tf.split(_product(h, kernel) + bias, 3, axis=1)
        outer = tf.split(inputs[t], 3, axis=1)
        z, r = tf.sigmoid(outer[0] + inner[0]), tf.sigmoid(outer[1] + inner[1])
        g = tf.tanh(outer[2] + r * inner[2])
        now = mask[t]
        h = now * (z * h + (1 - z) * g) + (1 - now) * h
        return t + 1, h, hs.write(t, h), gates.write(t, tf.concat([z, r, g, inner[2]], axis=1))

    first = (tf.constant(0), zeros, _written(steps), _written(steps))
    end = tf.while_loop(lambda t, *_: t < steps, forward, first, parallel_iterations=1)
    hs, gates = (array.stack() for array in end[2:])
    hs.set_shape([inputs.shape[0], None, kernel.shape[0]])

    def gradient(upstream: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        earlier, transposed = _before(hs), tf.transpose(kernel)

        def backward(t: Tensor, dh: Tensor, outside: Any, inside: Any) -> Any:
            z, r, g, inner = tf.split(gates[t], 4, axis=1)
            now, dh = mask[t], dh + upstream[t]
            kept, dh = (1 - now) * dh, now * dh
            dz = dh * (earlier[t] - g) * z * (1 - z)
            dg = dh * (1 - z) * (1 - g * g)
            dr = dg * inner * r * (1 - r)
            along = tf.concat([dz, dr, dg * r], axis=1)
            back = kept + dh * z + _product(along, transposed)
            return t - 1, back, outside.write(t, tf.concat([dz, dr, dg], axis=1)), inside.write(t, along)

        start = (steps - 1, zeros, _written(steps), _written(steps))
        end = tf.while_loop(lambda t, *_: t >= 0, backward, start, parallel_iterations=1)
        outside, inside = end[2].stack(), end[3].stack()
        outside.set_shape(inputs.shape)
        inside.set_shape(inputs.shape)
        return outside, _over_steps(earlier, inside, kernel), tf.reduce_sum(inside, [0, 1]), None

    return hs, gradient
