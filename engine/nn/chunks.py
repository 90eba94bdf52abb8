"""Compiled stretches of training and evaluation: many steps per call, data and randomness on the device.

A call costs Python well under a millisecond, whatever the number of steps in it; that, and the data lying on the
device as uint8, is where the speed over a loop of single steps comes from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.nn.blocks import Blocks
from engine.nn.networks import Batch, Draw, Networks, Tensor
from engine.variants.variant import Variant

Chunk = Callable[..., Tensor]
Seeds = tuple[int, int]
"""One for the epoch, one for the run; the number of the step joins the first."""


class Stretch(NamedTuple):
    """Which batches: `steps` of them with `rows` items each; the first is number `first` and starts at item `start`."""

    first: int
    steps: int
    start: int
    rows: int


class Chunks:
    """The step of one variant, compiled once for each batch size that occurs: full batches, and the last one."""

    def __init__(
        self,
        variant: Variant,
        config: Any,
        shape: tuple[int, ...],
        networks: Networks,
        blocks: Blocks,
        optimizer: keras.optimizers.Optimizer,
    ) -> None:
        self._variant = variant
        self._config = config
        self._shape = shape
        self._networks = networks
        self._blocks = blocks
        self._optimizer = optimizer
        self._compiled: dict[tuple[bool, int, int], Chunk] = {}
        blank, seed = tf.zeros([1, *shape], tf.uint8), tf.zeros([2], tf.int32)
        self.terms: tuple[str, ...] = ("loss", *self._loss_terms(blank, Draw(seed, seed, tf.zeros([1], tf.int32))))
        """Names of the loss terms, the total first."""

    def run(self, images: Tensor, order: Tensor, stretch: Stretch, seeds: Seeds, *, learn: bool) -> NDArray[np.float32]:
        """Do the steps of `stretch`; with `learn`, each ends with an optimiser step.

        `images`: (n, height · width · channels) uint8 on the device, flat because XLA gathers flat rows 7 % faster;
        `order`: (n,) int32, the sequence of the items.
        Returns the loss terms of each step, (steps, terms). A stretch of no steps only has them compiled.
        """
        capacity = max(1, int(order.shape[0]) // stretch.rows)
        key = (learn, stretch.rows, capacity)
        if key not in self._compiled:
            self._compiled[key] = self._compile(*key)
        window = np.asarray([stretch.first, stretch.start, stretch.steps], np.int32)
        losses = self._compiled[key](images, order, window, np.asarray(seeds, np.int32))
        return losses.numpy()[: stretch.steps]

    def _compile(self, learn: bool, rows: int, capacity: int) -> Chunk:
        variables = self._networks.trainable_variables

        def step(images: Tensor, draw: Draw) -> Tensor:
            items = tf.reshape(tf.gather(images, draw.items), [rows, *self._shape])
            with tf.GradientTape() as tape:
                terms = list(self._loss_terms(items, draw).values())
                loss = tf.add_n(terms)
            if learn:
                gradients = tape.gradient(loss, variables)
                self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
            return tf.stack([loss, *terms])

        @tf.function(jit_compile=self._variant.xla, autograph=False)
        def chunk(images: Tensor, order: Tensor, window: Tensor, seeds: Tensor) -> Tensor:
            def body(done: Tensor, losses: Tensor) -> tuple[Tensor, Tensor]:
                # A gather, because XLA would compile a slice anew for every place that it starts at.
                chosen = tf.gather(order, start + done * rows + tf.range(rows))
                draw = Draw(tf.stack([seeds[0], first + done]), tf.stack([seeds[1], 0]), chosen)
                terms = step(images, draw)
                return done + 1, tf.tensor_scatter_nd_update(losses, [[done]], [terms])

            first, start, steps = tf.unstack(window)
            losses = tf.zeros([capacity, len(self.terms)])
            return tf.while_loop(lambda done, _: done < steps, body, (tf.constant(0), losses))[1]

        return chunk

    def _loss_terms(self, items: Tensor, draw: Draw) -> dict[str, Tensor]:
        target = tf.cast(items, tf.float32) * (1 / 255)
        seen = self._variant.corrupt(target, draw, self._config, self._blocks)
        other = tf.constant([1, 0])
        inside = draw._replace(fresh=draw.fresh + other, fixed=draw.fixed + other)
        return self._variant.loss_terms(self._networks, Batch(seen, target, inside), self._config, self._blocks)


class Pace:
    """How many steps make a chunk of about `target` seconds, learnt from the chunks before."""

    def __init__(self, target: float = 0.15) -> None:
        self._target = target
        self._seconds_per_step: float | None = None

    def steps(self) -> int:
        """One step at first, to be sure; then as many as fit."""
        if self._seconds_per_step is None:
            return 1
        return max(1, int(self._target / self._seconds_per_step))

    def measured(self, steps: int, seconds: float) -> None:
        """A faster figure counts at once, a slower one by half: other programs come and go."""
        now = max(seconds / steps, 1e-7)
        before = self._seconds_per_step
        self._seconds_per_step = now if before is None or now < before else 0.5 * (now + before)
