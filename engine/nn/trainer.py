"""The one training loop, for all variants: compact data on the device, compiled chunks, stateless randomness."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.datasets.image_data import ImageData
from engine.events import EpochEnded, Progress, Stage, Terms
from engine.nn.blocks import Blocks
from engine.nn.chunks import Chunks, Pace, Seeds, Stretch
from engine.nn.model import KerasModel, copied, restore
from engine.nn.networks import Networks, Tensor
from engine.params import TrainingConfig
from engine.queries import Reconstruction
from engine.samples import PROBE_ITEMS, Samples
from engine.training import Best, Checkpoint, Diverged, EpochReport, Position
from engine.variants.variant import Variant

VALIDATION_BATCH = 1000


class Trainer:
    """A run in memory (see `engine.training.Training`).

    The order of the items is keyed by (seed, stage, epoch), noise by (seed, stage, epoch, step), initial weights by the
    seed: nothing depends on how the run was cut into chunks or lives.
    """

    def __init__(
        self, variant: Variant, config: TrainingConfig, data: ImageData, checkpoint: Checkpoint | None = None
    ) -> None:
        blocks = Blocks(config.seed, config.precision)
        self._variant = variant
        self._config = config
        self._networks: Networks = variant.networks(config, data.shape, blocks)
        self.steps_per_epoch = -(-len(data.train.images) // config.batch_size)
        self.stages: tuple[Stage, ...] = variant.stages(config)
        self._optimizer = variant.optimizer(config, config.epochs * self.steps_per_epoch, blocks)
        self._optimizer.build(self._networks.trainable_variables)
        self._chunks = Chunks(variant, config, data.shape, self._networks, blocks, self._optimizer)
        self._train = _on_device(data.train.images)
        self._test = _on_device(data.test.images)
        self._probe = data.test.images[:PROBE_ITEMS], data.test.labels[:PROBE_ITEMS]
        self._model = KerasModel(variant, config, self._networks, blocks)
        self._pace, self._validation_pace = Pace(), Pace()
        self._best: Checkpoint | None = None
        self._best_so_far: Best | None = None
        self._position = Position()
        self.layers = self._networks.layers
        if checkpoint is not None:
            restore({**self._networks.variables, **self._optimizer_variables}, checkpoint.arrays)
            self._position, self._best_so_far = checkpoint.position, checkpoint.best
        self._compile()

    @property
    def position(self) -> Position:
        return self._position

    @property
    def _optimizer_variables(self) -> dict[str, keras.Variable]:
        return {f"optimizer/{variable.path}": variable for variable in self._optimizer.variables}

    def checkpoint(self) -> Checkpoint:
        arrays = copied({**self._networks.variables, **self._optimizer_variables})
        return Checkpoint(arrays=arrays, position=self._position, best=self._best_so_far)

    def new_best(self) -> Checkpoint | None:
        best, self._best = self._best, None
        return best

    def reconstruct(self, inputs: NDArray[Any]) -> Reconstruction:
        self._model.epoch = self._position.epoch - 1
        return self._model.reconstruct(inputs)

    def run(self) -> Iterator[Progress | EpochReport]:
        while self._position.epoch <= self._config.epochs:
            yield from self._train_epoch()
            validation = yield from self._validate()
            yield self._end_epoch(validation)

    def _compile(self) -> None:
        """All that will be called, so that no step is held up by it and no rate is spoilt."""
        for images, batch, learn in (
            (self._train, self._config.batch_size, True),
            (self._test, VALIDATION_BATCH, False),
        ):
            items = int(images.shape[0])
            for rows in {min(batch, items), items % min(batch, items) or batch}:
                if rows <= items:
                    self._chunks.run(images, tf.range(items), Stretch(0, 0, 0, rows), (0, 0), learn=learn)

    def _train_epoch(self) -> Iterator[Progress]:
        epoch, items, rows = self._position.epoch, int(self._train.shape[0]), self._config.batch_size
        order = tf.constant(self._order(epoch, items))
        seeds = self._seeds(epoch)
        full = items // rows
        while self._position.step < self.steps_per_epoch:
            step = self._position.step
            if step < full:
                stretch = Stretch(step, min(self._pace.steps(), full - step), step * rows, rows)
            else:
                stretch = Stretch(step, 1, full * rows, items - full * rows)
            began = time.perf_counter()
            losses = self._chunks.run(self._train, order, stretch, seeds, learn=True)
            seconds = time.perf_counter() - began
            if step < full:
                self._pace.measured(stretch.steps, seconds)
            self._advance(losses, seconds)
            yield self._progress()

    def _advance(self, losses: NDArray[np.float32], seconds: float) -> None:
        """Move the position past a chunk; the sums grow one step at a time, so chunks of any length sum to the same."""
        at = self._position
        if not np.isfinite(losses).all():
            bad = int(np.argmin(np.isfinite(losses).all(axis=1)))
            raise Diverged(at.epoch, at.step + bad + 1)
        sums = np.array([at.sums.get(name, 0.0) for name in self._chunks.terms])
        for step in losses.astype(np.float64):
            sums += step
        self._position = msgspec.structs.replace(
            at,
            step=at.step + len(losses),
            sums=dict(zip(self._chunks.terms, sums.tolist(), strict=True)),
            epoch_seconds=at.epoch_seconds + seconds,
        )

    def _validate(self) -> Generator[Progress, None, Terms]:
        """Loss terms over the whole test part, as a mean over its items; the same noise in every epoch."""
        items = int(self._test.shape[0])
        rows = min(VALIDATION_BATCH, items)
        order = tf.range(items)
        seeds = self._seeds(0)
        sums: NDArray[np.float64] = np.zeros(len(self._chunks.terms))
        start = 0
        while start < items:
            left = items - start
            count = min(self._validation_pace.steps(), left // rows)
            stretch = Stretch(start // rows, count or 1, start, rows if count else left)
            began = time.perf_counter()
            losses = self._chunks.run(self._test, order, stretch, seeds, learn=False)
            self._validation_pace.measured(stretch.steps, time.perf_counter() - began)
            sums += stretch.rows * losses.astype(np.float64).sum(axis=0)
            start += stretch.steps * stretch.rows
            if start < items:
                yield self._progress()
        if not np.isfinite(sums).all():
            raise Diverged(self._position.epoch, self._position.step)
        return dict(zip(self._chunks.terms, (sums / items).tolist(), strict=True))

    def _end_epoch(self, validation: Terms) -> EpochReport:
        at = self._position
        train = {name: total / at.step for name, total in at.sums.items()}
        self._position = Position(
            stage=at.stage,
            epoch=at.epoch + 1,
            seconds=at.seconds + at.epoch_seconds,
            train=train,
            validation=validation,
        )
        if self._best_so_far is None or validation["loss"] < self._best_so_far.loss:
            self._best_so_far = Best(epoch=at.epoch, loss=validation["loss"])
            weights = copied(self._networks.variables)
            self._best = Checkpoint(arrays=weights, position=self._position, best=self._best_so_far)
        event = EpochEnded(
            stage=self.stages[self._position.stage].name,
            epoch=at.epoch,
            train=train,
            validation=validation,
            steps=at.step,
            seconds=at.epoch_seconds,
            samples_per_second=int(self._train.shape[0]) / max(at.epoch_seconds, 1e-9),
        )
        return EpochReport(event=event, samples=self._samples())

    def _samples(self) -> Samples:
        images, labels = self._probe
        seen = self._model.corrupted(images, self._seeds(0))
        answer = self.reconstruct(seen)
        targets = images.astype(np.float32) / np.float32(255)
        return Samples(inputs=answer.inputs, targets=targets, outputs=answer.outputs, codes=answer.codes, labels=labels)

    def _progress(self) -> Progress:
        at, items = self._position, int(self._train.shape[0])
        done = min(at.step * self._config.batch_size, items)
        rate = done / max(at.epoch_seconds, 1e-9)
        left = (self._config.epochs - at.epoch + 1) * items - done
        return Progress(
            stage=self.stages[self._position.stage].name,
            epoch=at.epoch,
            step=at.step,
            steps=self.steps_per_epoch,
            loss=at.sums["loss"] / at.step,
            samples_per_second=rate,
            seconds_left=left / rate,
        )

    def _order(self, epoch: int, items: int) -> NDArray[np.int32]:
        key = [self._config.seed, self._position.stage, epoch]
        return np.random.default_rng(key).permutation(items).astype(np.int32)

    def _seeds(self, epoch: int) -> Seeds:
        """Keys of the noise of an epoch, and of the run; epoch 0 stands for validation."""
        epochs = np.random.SeedSequence([self._config.seed, self._position.stage, epoch])
        run = np.random.SeedSequence([self._config.seed])
        return int(epochs.generate_state(1)[0] >> 2), int(run.generate_state(1)[0] >> 2)


def _on_device(images: NDArray[np.uint8]) -> Tensor:
    """(n, height, width, channels) as (n, height · width · channels)."""
    return tf.constant(images.reshape(len(images), -1))
