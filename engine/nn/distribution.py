"""The one seam round the compiled steps: several devices of this process, or of several, that learn one model.

Every batch is dealt out by the places of its items in it, noise is keyed by them, and what the devices find is summed
by their shares. So the losses of a run do not depend on how many devices there are, but for the order in which
floating-point numbers are added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import keras
import tensorflow as tf

from engine.nn.dealing import Dealing, Share, dealt
from engine.nn.networks import Tensor


class Distribution:
    """The devices that `strategy` puts a copy of each weight on."""

    def __init__(self, strategy: Any, *, workers: int = 1, index: int = 0) -> None:
        """`workers`: processes, of which this is the one with that `index`."""
        self._strategy = strategy
        self.workers = workers
        self.index = index
        replicas: int = strategy.num_replicas_in_sync
        own = replicas // workers
        self.dealing = Dealing(replicas, index * own, own)
        with tf.device(strategy.extended.worker_devices[0]):
            self.home: str = tf.zeros([]).device
        """Where data lie: on the first device of this process."""

    @property
    def replicas(self) -> int:
        """Devices of all processes together."""
        return self.dealing.replicas

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Weights that are made in here have a copy on every device."""
        with self._strategy.scope():
            yield

    def shares(self, rows: int) -> list[Share]:
        """Of a batch, for all devices."""
        return dealt(rows, self.replicas)

    def on_each(self, compute: Callable[[int], Tensor]) -> Tensor:
        """Have each device of this process `compute`, which is told the device's number among all; returns what the
        first one here found. To be called in a graph."""
        found = self._strategy.run(lambda: compute(_replica()))
        return self._strategy.experimental_local_results(found)[0]


def here() -> Distribution | None:
    """The devices of this process that TensorFlow sees; None where it is one."""
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return Distribution(tf.distribute.MirroredStrategy([one.name for one in devices])) if len(devices) > 1 else None


def _replica() -> int:
    """The number of the device that is traced for."""
    context = tf.distribute.get_replica_context()
    return int(tf.get_static_value(context.replica_id_in_sync_group))


def summed(found: Tensor, seconds: int | None = None) -> Tensor:
    """Over all devices; has a gradient. Only in what `Distribution.on_each` calls. `seconds`: how long the others are
    waited for, if not as long as usual."""
    options = tf.distribute.experimental.CommunicationOptions(timeout_seconds=seconds) if seconds else None
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.identity(found), options=options)


class Sharing:
    """How what one device finds of its share becomes what the whole batch says; notes whether that was asked for."""

    def __init__(self, share: Share, add: Callable[[Tensor], Tensor] = summed) -> None:
        """`add`: sums over all devices."""
        self.share = share
        self.asked = False
        self._add = add

    def total(self, sums: Tensor) -> Tensor:
        """Sums over this share → over the whole batch."""
        self.asked = True
        return self._add(sums) / self.share.copies

    def mean(self, means: Tensor) -> Tensor:
        """Means over this share → over the whole batch."""
        self.asked = True
        return self._add(means * self.share.weight)


_present: ContextVar[Sharing | None] = ContextVar("what this device has of the batch", default=None)


@contextmanager
def sharing(present: Sharing) -> Iterator[None]:
    """`total_over_batch` and `mean_over_batch` go by `present` in here."""
    token = _present.set(present)
    try:
        yield
    finally:
        _present.reset(token)


def total_over_batch(sums: Tensor) -> Tensor:
    """`sums` over the items at hand, over the whole batch, wherever its other items are; has a gradient."""
    present = _present.get()
    return sums if present is None else present.total(sums)


def mean_over_batch(means: Tensor) -> Tensor:
    """`means` over the items at hand, over the whole batch, likewise."""
    present = _present.get()
    return means if present is None else present.mean(means)


def share_of_batch() -> Share | None:
    """What of the batch is at hand; None: all of it."""
    present = _present.get()
    return None if present is None else present.share


def rows_of_batch(rows: Tensor, places: Tensor) -> Tensor:
    """Those at `places` (n,) among the rows that all items of the batch have; `rows`: of the items at hand, each with
    as many."""
    present = _present.get()
    if present is None:
        return tf.gather(rows, places)
    count = tf.shape(rows)[0]
    inside = places - present.share.first * (count // present.share.rows)
    here = (inside >= 0) & (inside < count)
    found = tf.gather(rows, tf.clip_by_value(inside, 0, count - 1))
    return present.total(tf.where(here[:, None], found, 0))


def several_devices() -> bool:
    """Whether weights that are made now are made for several devices."""
    return bool(tf.distribute.has_strategy())


def sum_no_more(optimizer: keras.optimizers.Optimizer) -> None:
    """Have `optimizer` take gradients for sums over all devices, which they are by then. Keras sums them after it has
    shortened them, so that what is learned would depend on the number of devices; it has no setting for that."""
    name = "_all_reduce_sum_gradients"
    if not hasattr(optimizer, name):
        raise RuntimeError(f"expected Keras's optimisers to have {name}, which this version has not")
    setattr(optimizer, name, list)
