"""What all sides of a comparison have to do, and the arrays that those get who do not make them themselves."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.benchmarks.material import sized
from engine.datasets.data import Data
from engine.nn.benchmarks.operations import Operation, gflop, operations
from engine.nn.inputs import Items, of
from engine.nn.model import KerasModel, built
from engine.nn.networks import Tensor
from engine.nn.recurrent import on_gpu
from engine.params import TrainingConfig
from engine.variants.variant import Variant

LONG = 100_000
"""Epochs of the run: a rate that falls along it hardly falls while it is timed."""
RATE = 1e-4
"""Of the optimiser, at most: rounding stays rounding, and losses can be compared."""
STRETCH = 0.25
"""Seconds of steps between two looks at the clock, about."""
EPOCH = (4, 20)
"""Stretches in an epoch, at least and at most."""
MOST_BYTES = 2**27
"""Of the items as float32, which `fit` gets twice."""
CHECKED = (8, 100, 1.0)
"""Steps after which losses are compared: at least, at most, and how many seconds of them otherwise."""


class Task:
    """Steps of one variant on batches of one data set, all full."""

    def __init__(self, variant: Variant[Any], config: TrainingConfig, data: Data) -> None:
        """`data` is cut to the length of an epoch."""
        self.variant = variant
        rate = min(config.learning_rate, RATE)
        self.config = msgspec.structs.replace(config, epochs=LONG, patience=0, precision="float32", learning_rate=rate)
        self.data = data
        self.batch = config.batch_size
        self.stages = variant.stages(self.config)
        self.stage = self.stages[-1]
        twin = built(variant, self.config, data.shape)
        trained = variant.stage_networks(twin, self.stage).trained
        self.operations: list[Operation] = operations(trained, self.batch)
        self.gflop = gflop(self.operations)
        guess = (2e-4 + self.gflop / 5e4) if on_gpu() else (5e-4 + self.gflop / 100)
        self.stretch = max(2, round(STRETCH / guess))
        low, high, seconds = CHECKED
        self.checked = 4 * round(min(high, max(low, seconds / guess)) / 4)
        self.steps = self._steps(len(data.train.labels), 4 * math.prod(data.shape))
        sized(data, self.steps * self.batch)

    def at(self, precision: str) -> TrainingConfig:
        """The settings, in `precision`."""
        return msgspec.structs.replace(self.config, precision=precision)

    @cached_property
    def items(self) -> Items:
        """What turns compact items into tensors."""
        return of(self.data)

    @cached_property
    def weighted(self) -> bool:
        """Whether places of an item count differently: then losses need the compact items beside what is seen."""
        return self.items.seen(self.items.blank()).weights is not None

    @cached_property
    def seen(self) -> NDArray[np.float32]:
        """What the encoder gets to see, with its noise, (items, *shape)."""
        if not self.variant.noise(self.config):
            return self.data.as_floats(self.data.train.items[:])
        model = KerasModel(self.variant, built(self.variant, self.config, self.data.shape))
        return model.corrupted(self.data.as_floats(self.data.train.items[:]), training=True)

    @cached_property
    def targets(self) -> NDArray[Any]:
        """What it should answer, (items, *shape) float32; where places count differently the compact items."""
        compact = self.data.train.items[:]
        if self.weighted:
            return compact
        return self.data.targets(compact) if self.data.paired or self.variant.noise(self.config) else self.seen

    @cached_property
    def tensors(self) -> tuple[Tensor, Tensor]:
        """`seen` and `targets`, as TensorFlow has them."""
        seen = tf.constant(self.seen)
        return seen, seen if self.targets is self.seen else tf.constant(self.targets)

    def _steps(self, there: int, each: int) -> int:
        """Of an epoch: as many as the data have, in whole stretches, but as many of these as `EPOCH` says, and no more
        than memory is for. `there`: items; `each`: bytes of one."""
        room = max(1, MOST_BYTES // each // self.batch // self.stretch)
        have = there // self.batch // self.stretch
        least, most = max(EPOCH[0], -(-self.checked // self.stretch)), EPOCH[1]
        return self.stretch * max(1, min(max(have, least), most, room))
