"""Any layer of Keras, with nothing about it that could not be repeated: seeded weights, noise keyed by the step."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from engine.nn import noise
from engine.nn.networks import NoiseKeys, Tensor

_keys: ContextVar[NoiseKeys | None] = ContextVar("keys of the step", default=None)


@contextmanager
def drawing(keys: NoiseKeys) -> Iterator[None]:
    """Layers that draw noise in training do so by `keys` in here."""
    token = _keys.set(keys)
    try:
        yield
    finally:
        _keys.reset(token)


def step_keys() -> NoiseKeys | None:
    """The keys that layers draw by now; None where nothing is to be drawn."""
    return _keys.get()


class _Drawing(keras.layers.Layer):
    """Draws noise in training, by the keys of the step and its own `number` among a network's layers.

    Input and output shape: any, the same; outside training the input as it is.
    """

    def __init__(self, number: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.supports_masking = True
        self._number = number

    def compute_output_shape(self, shape: Any) -> Any:
        return shape

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Any shape → the same: `noisy` in training, and `inputs` as they are where the step has no keys."""
        keys = step_keys()
        return self.noisy(inputs, keys) if training and keys is not None else inputs

    def drawn(self, kind: Callable[..., Tensor], like: Tensor, keys: NoiseKeys) -> Tensor:
        """Noise of the shape of `like`, of which only the first dimension may be unknown."""
        own = keys.fresh + tf.constant([self._number, 0])
        numbers = kind(own, noise.rows_of(keys, like), math.prod(like.shape[1:]))
        return ops.cast(ops.reshape(numbers, ops.shape(like)), like.dtype)

    def noisy(self, inputs: Tensor, keys: NoiseKeys) -> Tensor:
        raise NotImplementedError


class Dropout(_Drawing):
    """Each number is 0 with probability `rate`, the others grow by 1 / (1 − rate) (Srivastava et al., JMLR 2014)."""

    def __init__(self, rate: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.rate = rate

    def noisy(self, inputs: Tensor, keys: NoiseKeys) -> Tensor:
        """Any shape → the same shape; `keys` decide which numbers become 0."""
        kept = self.drawn(noise.uniform, inputs, keys) >= self.rate
        return ops.where(kept, inputs / (1 - self.rate), 0)


class GaussianNoise(_Drawing):
    """x + `stddev` · N(0, 1)."""

    def __init__(self, stddev: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.stddev = stddev

    def noisy(self, inputs: Tensor, keys: NoiseKeys) -> Tensor:
        """Any shape → the same shape; `keys` decide what is added to each number."""
        return inputs + self.stddev * self.drawn(noise.normal, inputs, keys)


OWN: dict[str, type[_Drawing]] = {"Dropout": Dropout, "GaussianNoise": GaussianNoise}
"""In the place of Keras's, which draw from a state that no run could be resumed with."""
COPYING = ("Bidirectional", "GroupQueryAttention", "MultiHeadAttention", "SpectralNormalization")
"""Layers whose weights the seed of an initialiser does not tell apart, or does not reach."""
DROPOUTS = ("dropout", "recurrent_dropout")


def layer(kind: str, next_seed: Callable[[], int], settings: dict[str, Any]) -> keras.layers.Layer:
    """The layer that Keras calls `kind`, with its initialisers seeded by `next_seed` in the order of its arguments.

    Raises:
        ValueError: Keras has no such layer, or it draws noise in a way that a resumed run could not repeat.
    """
    if kind in OWN:
        return OWN[kind](number=next_seed() >> 1, **settings)
    maker = getattr(keras.layers, kind, None)
    if not (inspect.isclass(maker) and issubclass(maker, keras.layers.Layer)):
        raise ValueError(f"expected the name of a layer in keras.layers, got {kind!r}")
    takes = inspect.signature(maker.__init__).parameters
    drops = [name for name in DROPOUTS if settings.get(name)]
    if kind in COPYING:
        raise ValueError(
            f"{kind} makes several weights from one initialiser, which begin alike or by chance; expected its parts as "
            "layers of their own (`blocks.recurrent` reads from both ends)"
        )
    if drops or ("seed" in takes and not any(name in takes for name in DROPOUTS)):
        raise ValueError(
            f"{kind}{f' with {drops[0]}' if drops else ''} draws noise that a resumed run cannot repeat; expected one "
            f"of {', '.join(OWN)}, or noise of `blocks.normal` and `blocks.uniform` in the loss"
        )
    return maker(**settings, **_initialisers(takes, settings, next_seed))


def _initialisers(takes: Any, settings: dict[str, Any], next_seed: Callable[[], int]) -> dict[str, Any]:
    """Those that draw, seeded, unless the settings say otherwise."""
    seeded = {}
    for name in takes:
        default = takes[name].default
        if name.endswith("_initializer") and name not in settings and isinstance(default, str):
            initialiser = keras.initializers.get(default)
            if "seed" in (config := initialiser.get_config()):
                seeded[name] = type(initialiser).from_config({**config, "seed": next_seed()})
    return seeded
