"""Sums over several devices, as every step of a run on several has to form them."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

NUMBERS = 4 * 2**20
"""That are summed: 16 MiB, the gradients of a model with four million weights."""
TURNS = 5


class Reduction(NamedTuple):
    """An all-reduce over `devices`."""

    devices: int
    right: bool
    """Whether each device has the sum."""
    seconds: float
    """Best of several."""

    @property
    def gigabytes(self) -> float:
        """A second through each device: n devices send and get 2 (n - 1) / n of the bytes."""
        return 2 * (self.devices - 1) / self.devices * NUMBERS * 4 / self.seconds / 1e9


def all_reduce(devices: list[str]) -> Reduction:
    """Device i puts in numbers i + 1, and all have to get their sum. With GPUs NCCL does it."""
    gpus = all("GPU" in device for device in devices)
    across = tf.distribute.NcclAllReduce() if gpus else None
    strategy = tf.distribute.MirroredStrategy(devices, cross_device_ops=across)

    @tf.function
    def summed() -> Any:
        def one() -> Any:
            replica = tf.distribute.get_replica_context()
            own = tf.cast(replica.replica_id_in_sync_group, tf.float32) + 1.0
            return replica.all_reduce(tf.distribute.ReduceOp.SUM, tf.fill([NUMBERS], own))[:2]

        return strategy.run(one)

    times = []
    for _ in range(TURNS + 1):  # the first one is traced
        began = time.perf_counter()
        parts = [part.numpy() for part in strategy.experimental_local_results(summed())]
        times.append(time.perf_counter() - began)
    expected = sum(range(1, len(devices) + 1))
    return Reduction(len(devices), all(np.all(part == expected) for part in parts), min(times[1:]))
