"""Items as they lie on the device, compact, and as a network sees them: pixels from bytes, word vectors from ids."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable
from pkgutil import resolve_name
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.datasets.data import Data
from engine.kinds import KINDS
from engine.nn.networks import Tensor
from engine.text.lexicon import Lexicon
from engine.text.text_data import TextData


class Items(Protocol):
    """One kind of data."""

    constants: tuple[Hashable, ...]
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

    constants: tuple[Hashable, ...] = ()

    def __init__(self, data: Data) -> None:
        self._shape = data.shape

    def on_device(self, items: NDArray[Any]) -> Tensor:
        """(count, height, width, channels) uint8 → (count, height · width · channels) uint8."""
        return tf.constant(items.reshape(len(items), -1))

    def blank(self) -> Tensor:
        """(1, height · width · channels) uint8, black."""
        return tf.zeros([1, math.prod(self._shape)], tf.uint8)

    def seen(self, rows: Tensor) -> tuple[Tensor, None]:
        """(batch, height · width · channels) uint8 → (batch, height, width, channels) in [0, 1]; no weights."""
        return tf.cast(tf.reshape(rows, [-1, *self._shape]), tf.float32) * (1 / 255), None


class WordIds:
    """Sentences: word ids on the device, beside one table of vectors and one of weights."""

    def __init__(self, data: TextData) -> None:
        self._length = data.shape[0]
        table = _table(data.lexicon)
        self.constants: tuple[Hashable, ...] = table.digest, _digest(data.word_weights)
        self._vectors = table.vectors
        self._weights = tf.constant(data.word_weights)  # one number a word, not worth keeping

    def on_device(self, items: NDArray[Any]) -> Tensor:
        """(count, words) int32, as they are."""
        return tf.constant(items)

    def blank(self) -> Tensor:
        """(1, words) int32: nothing but padding."""
        return tf.zeros([1, self._length], tf.int32)

    def seen(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, words) int32 → (batch, words, numbers in a vector) and the weights (batch, words), 0 for padding."""
        return tf.gather(self._vectors, rows), tf.gather(self._weights, rows)


class _Table(NamedTuple):
    """Vectors of words on the device, and what tells them from others."""

    vectors: Tensor
    digest: str


_TABLES: WeakKeyDictionary[Lexicon, _Table] = WeakKeyDictionary()
"""As long as the lexicon is there: its vectors are up to gigabytes, and most runs read the words of the one before."""


def _table(lexicon: Lexicon) -> _Table:
    if lexicon not in _TABLES:
        _TABLES[lexicon] = _Table(tf.constant(lexicon.vectors), _digest(lexicon.vectors))
    return _TABLES[lexicon]


def _digest(array: NDArray[np.float32]) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()


def of(data: Data) -> Items:
    """What turns `data` into tensors."""
    items: Items = resolve_name(KINDS[data.kind].inputs)(data)
    return items
