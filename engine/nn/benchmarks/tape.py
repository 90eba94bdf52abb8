"""A loop in Python as tutorials have it: `GradientTape`, step by step, over a `tf.data` pipeline; nothing compiled."""

from __future__ import annotations

import time

import tensorflow as tf

from engine.benchmarks.turns import Block
from engine.nn.benchmarks.fit import Fit
from engine.nn.benchmarks.task import Task
from engine.nn.networks import Tensor

SHUFFLED = 60_000
"""Items that the pipeline shuffles among."""


class Tape(Fit):
    """On the networks that `fit` has."""

    def __init__(self, task: Task, precision: str) -> None:
        super().__init__(task, precision)
        self.name, self.note = "tape", "eager GradientTape over tf.data"
        items = tf.data.Dataset.from_tensor_slices(task.tensors)
        self._shuffled = items.shuffle(SHUFFLED).repeat().batch(task.batch).prefetch(tf.data.AUTOTUNE)
        self._in_order = items.batch(task.batch)

    def reached(self, steps: int) -> float:
        """As `Side`."""
        losses = [self._step(*batch) for batch in self._in_order.take(steps)]
        return float(tf.reduce_mean(losses[-(steps // 4) :]))

    def block(self, seconds: float) -> Block:
        """As `Side`; the first steps do not count."""
        steps, began = 0, 0.0
        for batch in self._shuffled:
            self._step(*batch)
            now = time.perf_counter()
            if not began:
                began = now
                continue
            steps += 1
            if now - began >= seconds:
                break
        return Block(steps, now - began)

    def _step(self, seen: Tensor, target: Tensor) -> Tensor:
        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            loss = self.model.compute_loss(None, target, seen)
        slopes = tape.gradient(loss, weights)
        self.model.optimizer.apply_gradients(zip(slopes, weights, strict=True))
        return loss
