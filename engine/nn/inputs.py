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

from engine.datasets.data import Data, in_blocks
from engine.kinds import KINDS
from engine.nn.networks import Tensor
from engine.text.lexicon import Lexicon
from engine.text.text_data import TextData

BLOCK = 4_096
"""Items that are looked through at a time."""
LOOKED_THROUGH = 2**28
"""Bytes of a part up to which it is looked for numbers that are not known; in a larger one, some are expected."""


ALIGNMENT = 64
"""Bytes; of the memory of tensors on a CPU."""


def tensor(array: NDArray[Any]) -> Tensor:
    """`array` on the device. On a CPU it is shared where that can be (see `aligned`): TensorFlow itself copies, which
    takes several times as long as reading the rows did."""
    shareable = array.flags.c_contiguous and array.flags.writeable and array.ctypes.data % ALIGNMENT == 0
    if not shareable or not array.size or tf.config.list_logical_devices("GPU"):
        return tf.constant(array)
    return tf.experimental.dlpack.from_dlpack(array.__dlpack__())


def aligned(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """An array in memory that `tensor` can share; what is in it is left as it was."""
    length = math.prod(shape) * dtype.itemsize
    room = np.empty(length + ALIGNMENT, np.uint8)
    first = -room.ctypes.data % ALIGNMENT
    return room[first : first + length].view(dtype).reshape(shape)


class Seen(NamedTuple):
    """A batch of items: what the network sees and what it should answer, (batch, *shape) float32, and the weights of
    places (see `Batch.weights`)."""

    input: Tensor
    target: Tensor
    weights: Tensor | None


class Items(Protocol):
    """One kind of data."""

    constants: tuple[Hashable, ...]
    """Tells apart what a compiled function holds of the data."""

    def on_device(self, items: NDArray[Any]) -> Tensor:
        """Compact items as a tensor whose rows are items. It may share their memory: nobody changes them any more."""

    def blank(self) -> Tensor:
        """One row of it."""

    def seen(self, rows: Tensor) -> Seen:
        """Gathered rows as the network sees them."""


class Pixels:
    """Images, or pairs of them: bytes or floats on the device, flat because XLA gathers flat rows 7 % faster."""

    def __init__(self, data: Data) -> None:
        self._shape, self._pairs = data.shape, data.paired
        self._dtype = tf.as_dtype(data.train.items.dtype)
        self.constants: tuple[Hashable, ...] = self._pairs, self._dtype

    def on_device(self, items: NDArray[Any]) -> Tensor:
        """(count, …) → (count, numbers of an image, or of both of a pair), of the same type."""
        return tensor(items.reshape(len(items), -1))

    def blank(self) -> Tensor:
        """One such row, black."""
        return tf.zeros([1, math.prod(self._shape) * (1 + self._pairs)], self._dtype)

    def seen(self, rows: Tensor) -> Seen:
        """Rows → images (batch, height, width, channels) in [0, 1], of a pair both; no weights."""
        scale = 1 / 255 if self._dtype == tf.uint8 else 1.0
        pixels = tf.cast(tf.reshape(rows, [-1, *([2] * self._pairs), *self._shape]), tf.float32) * scale
        return Seen(pixels[:, 0], pixels[:, 1], None) if self._pairs else Seen(pixels, pixels, None)


class Numbers:
    """Rows of a table, windows, ratings: float32 on the device, NaN where a number is not known."""

    def __init__(self, data: Data) -> None:
        self._shape = data.shape
        parts = (data.train, data.validation, data.test)
        self._gaps = any(part.items.nbytes > LOOKED_THROUGH for part in parts) or any(
            data.known(part.items[rows]) is not None for part in parts for rows in in_blocks(part.items, BLOCK)
        )
        self.constants: tuple[Hashable, ...] = ("gaps",) if self._gaps else ()

    def on_device(self, items: NDArray[Any]) -> Tensor:
        """(count, …) float32 → (count, numbers of an item)."""
        return tensor(items.reshape(len(items), -1))

    def blank(self) -> Tensor:
        """One row of zeros."""
        return tf.zeros([1, math.prod(self._shape)], tf.float32)

    def seen(self, rows: Tensor) -> Seen:
        """Rows → (batch, *shape), 0 where a number is not known; weights 1 where it is, None where all are."""
        numbers = tf.reshape(rows, [-1, *self._shape])
        if not self._gaps:
            return Seen(numbers, numbers, None)
        missing = tf.math.is_nan(numbers)
        filled = tf.where(missing, tf.zeros_like(numbers), numbers)
        return Seen(filled, filled, tf.cast(~missing, tf.float32))


class Ratings:
    """Rows of a table with gaps: what is seen and what is asked, NaN where there is nothing (`RatingsData`)."""

    def __init__(self, data: Data) -> None:
        self._shape = data.shape
        self.constants: tuple[Hashable, ...] = ()

    def on_device(self, items: NDArray[Any]) -> Tensor:
        """(count, 2, columns) float32 → (count, 2 · columns)."""
        return tf.constant(items[:].reshape(len(items), -1))

    def blank(self) -> Tensor:
        """One row of zeros."""
        return tf.zeros([1, 2 * math.prod(self._shape)], tf.float32)

    def seen(self, rows: Tensor) -> Seen:
        """Rows → what is seen and what is asked, 0 in the gaps, and weights 1 where something is asked."""
        pairs = tf.reshape(rows, [-1, 2, *self._shape])
        known = ~tf.math.is_nan(pairs)
        filled = tf.where(known, pairs, tf.zeros_like(pairs))
        return Seen(filled[:, 0], filled[:, 1], tf.cast(known[:, 1], tf.float32))


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
        return tensor(items)

    def blank(self) -> Tensor:
        """(1, words) int32: nothing but padding."""
        return tf.zeros([1, self._length], tf.int32)

    def seen(self, rows: Tensor) -> Seen:
        """(batch, words) int32 → (batch, words, numbers in a vector) and the weights (batch, words), 0 for padding."""
        vectors = tf.gather(self._vectors, rows)
        return Seen(vectors, vectors, tf.gather(self._weights, rows))


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
