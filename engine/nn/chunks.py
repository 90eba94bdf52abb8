"""Compiled ranges of steps of training and evaluation: many steps per call, data and randomness on the device.

A call costs Python well under a millisecond, whatever the number of steps in it; that, and the data lying on the
device as uint8, is where the speed over a loop of single steps comes from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.nn.autoencoder import Autoencoder
from engine.nn.dealing import Share
from engine.nn.distribution import Distribution, Sharing, sharing, sum_no_more, summed
from engine.nn.feed import Held
from engine.nn.inputs import Items
from engine.nn.menu import drawing
from engine.nn.networks import Batch, NoiseKeys, Tensor, Weighted
from engine.nn.pieces import as_a_whole, on_gpu
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
        distribution: Distribution | None = None,
    ) -> None:
        """`before`: what items go through first (see `StageNetworks`). `distribution`: the devices, where there are
        several; they share the weights of `trained` and of the optimiser."""
        self._variant = variant
        self._stage = stage
        self._trained = trained
        self._before = before
        self._items = items
        self._optimizer = optimizer
        self._distribution = distribution
        if distribution:
            sum_no_more(optimizer)
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
            compiled = self._compile if self._distribution is None else self._compile_distributed
            self._compiled[key] = compiled(*key)
        window = np.asarray([step_range.first, step_range.start - held.start, step_range.steps], np.int32)
        elapsed = np.asarray([step_range.epochs, step_range.per_step], np.float32)
        found = self._compiled[key](*held[:3], window, elapsed, np.asarray(seeds, np.int32)).numpy()
        return Losses(found[: step_range.steps, :-1], found[: step_range.steps, -1])

    def _compile(self, learn: bool, rows: int, capacity: int) -> Chunk:
        variables, by_xla = self._trained.networks.trainable_variables, _by_xla(self._variant.xla)

        def step(data: Tensor, places: Tensor, keys: NoiseKeys, epochs: Tensor) -> Tensor:
            chosen = tf.gather(data, places)
            with as_a_whole(by_xla), tf.GradientTape() as tape:
                terms = self._loss_terms(chosen, keys, epochs, learn=learn)
                loss = tf.add_n([_counted(term) for term in terms.values()])
            norm = tf.zeros([])
            if learn:
                gradients = tape.gradient(loss, variables)
                norm = tf.linalg.global_norm(gradients)
                self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
            return tf.stack([loss, *map(_reported, terms.values()), norm])

        @tf.function(jit_compile=by_xla, autograph=False)
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

    def _compile_distributed(self, learn: bool, rows: int, capacity: int) -> Chunk:
        """As `_compile`: each device computes with its share of every batch, and one sum goes round."""
        devices, variables = self._distribution, self._trained.networks.trainable_variables
        assert devices is not None
        shares, shapes = devices.shares(rows), [tuple(variable.shape) for variable in variables if learn]
        by_xla = _by_xla(self._variant.xla) and not self._joint()
        compute = {number: self._for_share(share, learn, by_xla) for number, share in enumerate(shares)}

        @tf.function(autograph=False)
        def chunk(
            data: Tensor, places: Tensor, numbers: Tensor, window: Tensor, elapsed: Tensor, seeds: Tensor
        ) -> Tensor:
            first, start, steps = tf.unstack(window)

            def body(done: Tensor, losses: Tensor) -> tuple[Tensor, Tensor]:
                epochs = elapsed[0] + elapsed[1] * tf.cast(first + done, tf.float32)
                fresh, fixed = tf.stack([seeds[0], first + done]), tf.stack([seeds[1], 0])

                def each(number: int) -> Tensor:
                    share = shares[number]
                    with tf.device(devices.home):  # where the data are: what goes to another device is a share
                        batch = start + done * rows + share.first + tf.range(share.rows)
                        mine, chosen = tf.gather(numbers, batch), tf.gather(data, tf.gather(places, batch))
                    found = summed(compute[number](chosen, mine, fresh, fixed, epochs))
                    terms, gradients = _apart(found, len(self.terms), shapes)
                    if not learn:
                        return tf.concat([terms, [0]], axis=0)
                    self._optimizer.apply_gradients(zip(gradients, variables, strict=True))
                    return tf.concat([terms, [tf.linalg.global_norm(gradients)]], axis=0)

                found = devices.on_each(each)
                return done + 1, tf.tensor_scatter_nd_update(losses, [[done]], [found])

            losses = tf.zeros([capacity, len(self.terms) + 1])
            return tf.while_loop(lambda done, _: done < steps, body, (tf.constant(0), losses), parallel_iterations=1)[1]

        return chunk

    def _for_share(self, share: Share, learn: bool, by_xla: bool) -> Chunk:
        """Loss terms and gradients of a share of a batch in one row, so that one sum over the devices will do."""
        variables = self._trained.networks.trainable_variables

        def compute(chosen: Tensor, numbers: Tensor, fresh: Tensor, fixed: Tensor, epochs: Tensor) -> Tensor:
            keys = NoiseKeys(fresh, fixed, numbers, share.first)
            with sharing(Sharing(share)), as_a_whole(by_xla), tf.GradientTape() as tape:
                terms = self._loss_terms(chosen, keys, epochs, learn=learn)
                loss = share.weight * tf.add_n([_counted(term) for term in terms.values()])
            found = [[loss], *([share.weight * _reported(term)] for term in terms.values())]
            if learn:
                found += [tf.reshape(one, [-1]) for one in tape.gradient(loss, variables)]
            return tf.concat(found, axis=0)

        return tf.function(compute, jit_compile=True, autograph=False) if by_xla else compute

    def _joint(self) -> bool:
        """Whether a loss term of one device needs what others find: XLA cannot compile that."""
        probe = Sharing(Share(0, 1, 1.0, 1), add=tf.identity)

        def traced(blank: Tensor) -> Tensor:
            seed = tf.zeros([2], tf.int32)
            keys = NoiseKeys(seed, seed, tf.zeros([1], tf.int32), 0)
            with sharing(probe):
                return tf.add_n(
                    [_counted(term) for term in self._loss_terms(blank, keys, tf.zeros([]), learn=True).values()]
                )

        tf.function(traced, autograph=False).get_concrete_function(self._items.blank())
        return probe.asked

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


def _apart(found: Tensor, terms: int, shapes: list[tuple[int, ...]]) -> tuple[Tensor, list[Tensor]]:
    """One row of so many terms, and of gradients of `shapes`."""
    head, *rows = tf.split(found, [terms, *map(math.prod, shapes)])
    return head, [tf.reshape(row, shape) for row, shape in zip(rows, shapes, strict=True)]


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
