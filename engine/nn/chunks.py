"""Compiled ranges of steps of training and evaluation: many steps per call, data and randomness on the device.

A call costs Python well under a millisecond, whatever the number of steps in it; that, and the data lying on the
device as uint8, is where the speed over a loop of single steps comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.nn.autoencoder import Autoencoder
from engine.nn.feed import Held
from engine.nn.inputs import Items
from engine.nn.menu import drawing
from engine.nn.networks import Batch, NoiseKeys, Tensor, Weighted
from engine.nn.pieces import on_gpu
from engine.variants.variant import Variant

Chunk = Callable[..., Tensor]
Seeds = tuple[int, int]
"""One for the epoch, one for the run; the number of the step joins the first."""


class StepRange(NamedTuple):
    """Which batches: `steps` of them with `rows` items each; the first is number `first` and starts with the item that
    comes `start`-th in the sequence of the epoch.

    `epochs` are complete before this one, `per_step` of it is done with each step: counted from its beginning, so that
    the sum is the same to the last bit wherever a step range begins.
    """

    first: int
    steps: int
    start: int
    rows: int
    epochs: float
    per_step: float


class Losses(NamedTuple):
    """What came of a step range, step by step: `terms` (steps, terms) and the `norms` of the gradients (steps,)."""

    terms: NDArray[np.float32]
    norms: NDArray[np.float32]


class Chunks:
    """The step of one variant in one stage, compiled once for each batch size: full batches, and the last."""

    def __init__(
        self,
        variant: Variant[Any],
        stage: str,
        trained: Autoencoder[Any],
        before: keras.Model | None,
        optimizer: keras.optimizers.Optimizer,
        items: Items,
    ) -> None:
        """`before`: what items go through first (see `StageNetworks`)."""
        self._variant = variant
        self._stage = stage
        self._trained = trained
        self._before = before
        self._items = items
        self._optimizer = optimizer
        self._compiled: dict[tuple[bool, int, int], Chunk] = {}
        self.terms: tuple[str, ...] = ("loss", *self._term_names())
        """Names of the loss terms, the total first."""

    def run(self, held: Held, step_range: StepRange, seeds: Seeds, *, learn: bool) -> Losses:
        """Do those steps with what is on the device; with `learn`, each ends with an optimiser step.

        A range of no steps only has them compiled.
        """
        capacity = max(1, int(held.places.shape[0]) // step_range.rows)
        key = (learn, step_range.rows, capacity)
        if key not in self._compiled:
            self._compiled[key] = self._compile(*key)
        window = np.asarray([step_range.first, step_range.start - held.start, step_range.steps], np.int32)
        elapsed = np.asarray([step_range.epochs, step_range.per_step], np.float32)
        found = self._compiled[key](*held[:3], window, elapsed, np.asarray(seeds, np.int32)).numpy()
        return Losses(found[: step_range.steps, :-1], found[: step_range.steps, -1])

    def _compile(self, learn: bool, rows: int, capacity: int) -> Chunk:
        variables = self._trained.networks.trainable_variables

        def step(data: Tensor, places: Tensor, keys: NoiseKeys, epochs: Tensor) -> Tensor:
            chosen = tf.gather(data, places)
            with tf.GradientTape() as tape:
                terms = self._loss_terms(chosen, keys, epochs, learn=learn)
                loss = tf.add_n([_counted(term) for term in terms.values()])
            norm = tf.zeros([])
            if learn:
                gradients = tape.gradient(loss, variables)
                norm = tf.linalg.global_norm(gradients)
                self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
            return tf.stack([loss, *map(_reported, terms.values()), norm])

        @tf.function(jit_compile=_by_xla(self._variant.xla), autograph=False)
        def chunk(
            data: Tensor, places: Tensor, numbers: Tensor, window: Tensor, elapsed: Tensor, seeds: Tensor
        ) -> Tensor:
            def body(done: Tensor, losses: Tensor) -> tuple[Tensor, Tensor]:
                # Gathers, because XLA would compile a slice anew for every place that it starts at.
                batch = start + done * rows + tf.range(rows)
                keys = NoiseKeys(tf.stack([seeds[0], first + done]), tf.stack([seeds[1], 0]), tf.gather(numbers, batch))
                epochs = elapsed[0] + elapsed[1] * tf.cast(first + done, tf.float32)
                found = step(data, tf.gather(places, batch), keys, epochs)
                return done + 1, tf.tensor_scatter_nd_update(losses, [[done]], [found])

            first, start, steps = tf.unstack(window)
            losses = tf.zeros([capacity, len(self.terms) + 1])
            return tf.while_loop(lambda done, _: done < steps, body, (tf.constant(0), losses))[1]

        return chunk

    def _loss_terms(
        self, chosen: Tensor, keys: NoiseKeys, epochs: Tensor, *, learn: bool
    ) -> Mapping[str, Tensor | Weighted]:
        clean, target, weights = self._items.seen(chosen)
        seen = self._variant.corrupt(self._trained, clean, keys)
        if self._before is not None:
            seen, target, weights = self._before(seen), self._before(target), None  # activations are all known
        other = tf.constant([1, 0])
        inside = keys._replace(fresh=keys.fresh + other, fixed=keys.fixed + other)
        batch = Batch(seen, target, inside, epochs, self._stage, chosen, weights)
        with drawing(inside):
            return self._variant.loss_terms(replace(self._trained, learning=learn), batch)

    def _term_names(self) -> tuple[str, ...]:
        blank, seed = self._items.blank(), tf.zeros([2], tf.int32)
        keys = NoiseKeys(seed, seed, tf.zeros([1], tf.int32))
        return tuple(self._loss_terms(blank, keys, tf.zeros([]), learn=False))


def _by_xla(wanted: bool | Literal["cpu"]) -> bool:
    return wanted is True or (wanted == "cpu" and not on_gpu())


def _counted(term: Tensor | Weighted) -> Tensor:
    return term.weight * term.value if isinstance(term, Weighted) else term


def _reported(term: Tensor | Weighted) -> Tensor:
    return term.value if isinstance(term, Weighted) else term


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
