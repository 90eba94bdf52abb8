"""How the items of a part come to the device: all of them at once, or block by block from wherever they lie."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import Any, NamedTuple, Protocol

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.nn.dealing import Dealing
from engine.nn.inputs import Items, aligned
from engine.nn.networks import Tensor
from engine.nn.order import Block, BlockOrder, Epoch, Numbers, shuffled
from engine.storage.rows import Array, fill, grain, row_bytes

ALL = Dealing()
"""Every item comes to this process."""
NEAR = 2**15
"""Bytes: rows that lie no farther apart are read with all that lies between them, which is quicker than to seek."""
PATIENCE = 0.1
"""Seconds that are waited for a block before control is given back: a stop must not wait for a slow disk."""


class Sizes(NamedTuple):
    """What is read how, in bytes of compact items. Only tests need others."""

    whole: int = 2**28
    """Parts of at most so many lie on the device whole, and are shuffled all at once: 342,000 items of MNIST's size,
    1.8 times CIFAR-10. Twice that in memory harms nobody, and neither does reading it before the first step."""
    block: int = 2**26
    """In a block, about; two of them are in memory. The smallest networks train on it for a third of a second, ten
    times as long as reading it takes, and it has items from 64 places of the part."""
    in_blocks: bool = False
    """Take the items of a part that lies on the device in the order of one that does not."""


USUAL = Sizes()


class Held(NamedTuple):
    """Items on the device, a stretch of the sequence of an epoch."""

    data: Tensor
    """Rows are items (`Items.on_device`); behind those that count there may be others."""
    places: Tensor
    """(n,) int32, rows of `data` in the order in which they come."""
    numbers: Tensor
    """(n,) int32, the items' numbers in their part: what noise is keyed by."""
    start: int
    """Where in the sequence the first is."""
    stop: int


class Feed(Protocol):
    """One part of the data."""

    items: int
    """How many it has."""

    def held(self, epoch: Epoch, place: int) -> Held | None:
        """What holds the item that comes `place`-th (from 0) in `epoch`; None if after `PATIENCE` it is not there yet.

        The same until another one is asked for.

        Raises:
            BadData: the items cannot be read any more.
        """

    def prepare(self, epoch: Epoch, place: int) -> None:
        """Begin to bring what `held` will be asked for next, and wait for nothing."""

    def blank(self) -> Held:
        """Of the same shape, for compiling; what is in it means nothing."""

    def release(self) -> None:
        """Keep nothing on the device that can be read again."""


class Whole:
    """A part that lies on the device."""

    def __init__(self, data: Tensor, order: Callable[[Epoch], Numbers] | None = None) -> None:
        """`order`: of all its items, for an epoch; None: as they lie there."""
        self.items = int(data.shape[0])
        self._data = data
        self._order = order
        self._held: tuple[Epoch, Held] | None = None

    def held(self, epoch: Epoch, place: int) -> Held:
        """As `Feed`; all of it, at once."""
        del place
        if self._held is None or self._held[0] != epoch:
            order = tf.constant(self._order(epoch)) if self._order else tf.range(self.items)
            self._held = epoch, Held(self._data, order, order, 0, self.items)
        return self._held[1]

    def prepare(self, epoch: Epoch, place: int) -> None:
        """As `Feed`; there is nothing to bring."""

    def blank(self) -> Held:
        """As `Feed`: the part as it lies there."""
        order = tf.range(self.items)
        return Held(self._data, order, order, 0, self.items)

    def release(self) -> None:
        """As `Feed`: the part stays."""


class Blocks:
    """A part of which one block lies on the device, while a thread reads the next one."""

    def __init__(self, part: Array, items: Items, order: BlockOrder, batch: int, dealing: Dealing) -> None:
        """`batch`: what the sequence is cut into; of each, what `dealing` says is brought and nothing else."""
        self.items = len(part)
        self._batch = batch
        self._dealing = dealing
        own = dealing.mine(0, min(order.rows, len(part)), batch, len(part))
        self._room = order.rows if dealing.own == dealing.replicas else int(own.sum()) + dealing.replicas
        self._part = part
        self._items = items
        self._order = order
        self._at: tuple[Epoch, int] | None = None
        self._held: Held | None = None
        self._ahead: tuple[tuple[Epoch, int], Future[Held]] | None = None

    def held(self, epoch: Epoch, place: int) -> Held | None:
        """As `Feed`. Once it is there, the next block of the epoch is being read."""
        wanted = epoch, place // self._order.rows
        if self._at != wanted:
            ahead = self._bring(*wanted)
            self._at = self._held = None  # before the one after it comes to the device
            try:
                held = ahead.result(PATIENCE)
            except TimeoutError:
                if ahead.done():  # it is the reading that raised it
                    raise
                return None
            self._at, self._held, self._ahead = wanted, held, None
            if wanted[1] + 1 < len(self._order):
                self._bring(epoch, wanted[1] + 1)
        return self._held

    def prepare(self, epoch: Epoch, place: int) -> None:
        """As `Feed`."""
        self._bring(epoch, place // self._order.rows)

    def blank(self) -> Held:
        """As `Feed`; nothing is read for it."""
        row = self._items.blank()
        order = tf.zeros([self._order.rows], tf.int32)
        return Held(tf.zeros([self._room, *row.shape[1:]], row.dtype), order, order, 0, self.items)

    def release(self) -> None:
        """As `Feed`."""
        self._at = self._held = self._ahead = None

    def _bring(self, epoch: Epoch, number: int) -> Future[Held]:
        """The block that is read ahead; one that was and is not wanted any more comes to nothing."""
        if self._ahead is not None and self._ahead[0] == (epoch, number):
            return self._ahead[1]
        future: Future[Held] = Future()
        self._ahead = (epoch, number), future

        def read() -> None:
            try:
                future.set_result(self._read(epoch, number))
            except BaseException as error:  # whoever waits for it gets it
                future.set_exception(error)

        # Not one that the interpreter would wait for at its end.
        Thread(target=read, name="reading a block", daemon=True).start()
        return future

    def _read(self, epoch: Epoch, number: int) -> Held:
        rows, block = self._order.rows, self._order.block(epoch, number)
        # Always as many rows as in a full block: for another shape all would be compiled anew.
        items = aligned((self._room, *self._part.shape[1:]), self._part.dtype)
        start, places = number * rows, block.places
        stop = start + len(places)
        if self._dealing.own < self._dealing.replicas:
            places, done = self._bring_own(block, start, items)
        else:
            done = 0
            for run in block.runs:
                fill(self._part, run.start, items[done : done + len(run)])
                done += len(run)
        items[done:] = 0
        more = (0, rows - len(places))
        return Held(
            self._items.on_device(items),
            tf.constant(np.pad(places, more)),
            tf.constant(np.pad(block.numbers, more)),
            start,
            stop,
        )

    def _bring_own(self, block: Block, start: int, items: NDArray[Any]) -> tuple[Numbers, int]:
        """Read what this process has of `block`, which comes `start`-th, into `items`: where there its rows lie in the
        order in which they come (0 for what is not here), and how many there are."""
        mine = self._dealing.mine(start, start + len(block.places), self._batch, self.items)
        wanted = np.sort(block.places[mine])
        near = row_bytes(self._part) * self._dealing.replicas < NEAR * self._dealing.own
        done = 0
        for run in block.runs:
            first, last = np.searchsorted(wanted, (done, done + len(run)))
            inside, here = wanted[first:last] - done, items[first:last]
            if near and len(inside):
                stretch = np.empty((inside[-1] + 1 - inside[0], *items.shape[1:]), items.dtype)
                fill(self._part, run.start + int(inside[0]), stretch)
                here[:] = stretch[inside - inside[0]]
            elif len(inside):
                here[:] = self._part[run.start + inside]
            done += len(run)
        places = np.zeros(len(block.places), np.int32)
        places[mine] = np.searchsorted(wanted, block.places[mine])
        return places, len(wanted)


def feed(part: Array, items: Items, batch: int, sizes: Sizes, *, shuffle: bool, dealing: Dealing = ALL) -> Feed:
    """What brings `part` to the device for steps of `batch` items; of a part that cannot lie there whole only what
    `dealing` says."""
    each = row_bytes(part)
    rows = max(1, sizes.block // max(1, each * batch)) * batch
    blocks = BlockOrder(len(part), rows, min(grain(each), rows), shuffle=shuffle)
    if part.nbytes > sizes.whole:
        return Blocks(part, items, blocks, min(batch, len(part)), dealing)
    data = items.on_device(part if isinstance(part, np.ndarray) else part[:])
    if sizes.in_blocks:
        return Whole(data, blocks.whole)
    return Whole(data, partial(shuffled, len(part)) if shuffle else None)
