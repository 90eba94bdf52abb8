"""Items as they lie on the device, compact, and as a network sees them: pixels from bytes, word vectors from ids."""

from __future__ import annotations

import math
from pkgutil import resolve_name
from typing import Any, Protocol

import tensorflow as tf
from numpy.typing import NDArray

from engine.datasets.data import Data
from engine.kinds import KINDS
from engine.nn.networks import Tensor
from engine.text.text_data import TextData


class Items(Protocol):
    """One kind of data."""

    constants: tuple[int, ...]
    """Tells apart what a compiled function holds of the data."""

    def on_device(self, items: NDArray[Any]) -> Tensor:
        """Compact items as a tensor whose rows are items."""

    def blank(self) -> Tensor:
        """One row of it."""

    def seen(self, rows: Tensor) -> tuple[Tensor, Tensor | None]:
        """Gathered rows as the network sees them, (batch, *shape) float32, and the weights of their places (see
        `Batch.weights`)."""


class Pixels:
    """Images: bytes on the device, flat because XLA gathers flat rows 7 % faster."""

    constants: tuple[int, ...] = ()

    def __init__(self, data: Data) -> None:
        self._shape = data.shape

    def on_device(self, items: NDArray[Any]) -> Tensor:
        return tf.constant(items.reshape(len(items), -1))

    def blank(self) -> Tensor:
        return tf.zeros([1, math.prod(self._shape)], tf.uint8)

    def seen(self, rows: Tensor) -> tuple[Tensor, None]:
        return tf.cast(tf.reshape(rows, [-1, *self._shape]), tf.float32) * (1 / 255), None


class WordIds:
    """Sentences: word ids on the device, beside one table of vectors and one of weights."""

    def __init__(self, data: TextData) -> None:
        self._length = data.shape[0]
        self.constants: tuple[int, ...] = hash(data.lexicon.vectors.tobytes()), hash(data.word_weights.tobytes())
        self._vectors = tf.constant(data.lexicon.vectors)
        self._weights = tf.constant(data.word_weights)

    def on_device(self, items: NDArray[Any]) -> Tensor:
        return tf.constant(items)

    def blank(self) -> Tensor:
        return tf.zeros([1, self._length], tf.int32)

    def seen(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        return tf.gather(self._vectors, rows), tf.gather(self._weights, rows)


def of(data: Data) -> Items:
    """What turns `data` into tensors."""
    items: Items = resolve_name(KINDS[data.kind].inputs)(data)
    return items
