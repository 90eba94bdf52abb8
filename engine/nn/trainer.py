"""The one training loop, for all variants: compact data on the device, compiled chunks, stateless randomness."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any, Literal, TypeVar

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.backend import Best, Checkpoint, Diverged, EpochReport, Position
from engine.datasets.data import Data
from engine.events import EpochEnded, Progress, StepLoss, Terms, WorkersReported
from engine.nn.chunks import Losses, Pace, StepRange
from engine.nn.digits_kept import kept, kept_terms
from engine.nn.feed import USUAL, Feed, Sizes
from engine.nn.graph_cache import Graphs
from engine.nn.inspection import Inspection
from engine.nn.memory import enough_memory
from engine.nn.model import KerasModel, copied, noise_seeds, restore, stage_shown, validation_seeds
from engine.nn.order import Epoch
from engine.nn.orders import Change, EnterStage, Judge, Order, PartName, Steps
from engine.nn.parts import changed, entered, judging_feed, training_feed
from engine.nn.stage import CompiledStage
from engine.nn.step_losses import step_losses
from engine.nn.team import Team
from engine.params import TrainingConfig
from engine.runs.changes import going_on
from engine.variants.variant import Variant

NORM = "gradient_norm"
T = TypeVar("T")


class Trainer:
    """A run in memory (see `engine.backend.Training`).

    The order of the items is keyed by (seed, stage, epoch), noise by (seed, stage, epoch, step), initial weights by the
    seed: nothing depends on how the run was cut into chunks or lives.
    """

    def __init__(
        self,
        variant: Variant[Any],
        config: TrainingConfig,
        data: Data,
        checkpoint: Checkpoint | None = None,
        notes: tuple[str, ...] = (),
        graphs: Graphs | None = None,
        sizes: Sizes = USUAL,
        team: Team | None = None,
    ) -> None:
        """`team`: the processes that train it together, of which this one decides; `graphs` are on all its devices."""
        self._graphs = graphs = graphs or Graphs(variant, config, data)
        self._variant = variant
        self.config = config
        self.notes = notes
        self._networks = graphs.autoencoder.networks
        self._following = config
        self.layers, self.code_size = self._networks.layers, self._networks.code_size
        self.stages = variant.stages(config)
        self.steps_per_epoch = -(-len(data.train.items) // config.batch_size)
        self._sizes = sizes
        self._team = team
        self._train = training_feed(graphs, config, data, sizes)
        self._validation = judging_feed(graphs, variant, data.validation, sizes)
        self._data = data
        self._inspection = self._looking()
        self._pace, self._validation_pace = Pace(), Pace()
        self._untold: tuple[StepLoss, ...] = ()
        self._best: Checkpoint | None = None
        self._best_so_far: Best | None = None
        self._position = Position()
        self._used: Position | None = None
        """Where in the run the weights come from, once others are in use than those of its end."""
        self.held_out = data.held_out
        if checkpoint is not None:
            restore(self._networks.variables, checkpoint.arrays)
            self._position, self._best_so_far = self._made_longer(checkpoint.position), checkpoint.best
        shown = stage_shown(self._position, self.stages)
        if self._position.epoch <= config.epochs and self._position.step < self.steps_per_epoch:
            self._train.prepare(self._key, self._position.step * config.batch_size)
        self._stage = self._compiled_stage()
        if checkpoint is not None and shown.name == self._stage.name:
            # Saved between two stages, a checkpoint holds the optimiser of the one before; the next has a new one.
            restore(self._stage.remembered, checkpoint.arrays)
        if team is not None:
            team.even_out(self._variables, all=True)
        self._last_good = self.checkpoint()

    @property
    def position(self) -> Position:
        """How far training has come, whichever weights are in use."""
        return self._position

    @property
    def model(self) -> KerasModel:
        """The networks of the stage that has begun last. It shares their weights: every chunk changes what it says."""
        shown = stage_shown(self._position, self.stages)
        model = self._stage.model
        if shown.name != self._stage.name:  # the stage has not begun: the one before knows more
            whole = self._graphs.autoencoder
            parts = self._variant.stage_networks(whole, shown)
            model = KerasModel(self._variant, replace(whole, networks=parts.shown))
        model.epoch = (self._used or self._position).epoch - 1
        return model

    @property
    def weights(self) -> Literal["best", "last"]:
        """Those that training ended with, until `use` has put in those of the best epoch."""
        return "last" if self._used is None else "best"

    def checkpoint(self) -> Checkpoint:
        """Weights and optimiser as copies, which later steps leave alone."""
        position = self._used or self._position
        return Checkpoint(arrays=copied(self._variables), position=position, best=self._best_so_far)

    def last_good(self) -> Checkpoint:
        """The copy made at the end of the last complete epoch, or where the stage began."""
        return self._last_good

    def new_best(self) -> Checkpoint | None:
        """None also where the best epoch has been given out before."""
        best, self._best = self._best, None
        return best

    @property
    def stopped_early(self) -> bool:
        """Whether there was no better epoch in the last `patience` ones of the last stage."""
        return self._position.given_up > 0

    @property
    def best(self) -> Best | None:
        """Of the stage that trains, once an epoch of it is over; until then that of the one before."""
        return self._best_so_far

    def use(self, weights: Checkpoint) -> None:
        """Put in the weights of all networks; the optimiser stays. Raises RunError where they do not fit."""
        restore(self._networks.variables, weights.arrays)
        self._used = weights.position
        if self._team is not None:
            self._team.even_out(self._networks.variables, all=False)

    def judged(self) -> Generator[None, None, Terms]:
        """Loss terms over what is judged of the test part, means over its items, of the stage that trained last. Raises
        Diverged."""
        with enough_memory(self.config):
            test = judging_feed(self._graphs, self._variant, self._data.judged, self._sizes)
            with self._together(Judge()):
                self._stage.compile(test, self._variant.block, learn=False)
            return (yield from self._evaluate(test, "judged"))

    def change(self, config: TrainingConfig) -> None:
        """See `engine.backend.Training`."""
        self._following = config

    def run(self) -> Iterator[Progress | WorkersReported | EpochReport | None]:
        """As `engine.backend.Training`; ends when the epochs are done, or patience is at its end."""
        with enough_memory(self.config):
            while self._goes_on():
                if self._stage.name != self.stages[self._position.stage].name:
                    self._stage = self._compiled_stage()
                    self._last_good = self.checkpoint()
                yield from self._train_epoch()
                validation = yield from self._told(self._evaluate(self._validation, "validation"))
                yield from self._end_epoch(validation)

    @property
    def _variables(self) -> dict[str, keras.Variable]:
        return {**self._networks.variables, **self._stage.optimizer_variables}

    @property
    def _key(self) -> Epoch:
        """Of the epoch that goes on or comes next."""
        return Epoch(self.config.seed, self._position.stage, self._position.epoch)

    def _together(self, order: Order) -> AbstractContextManager[None]:
        """What comes next, in this process and in others."""
        return nullcontext() if self._team is None else self._team.together(order)

    def _goes_on(self) -> bool:
        """Whether there is an epoch to train, with the settings that are to hold by then."""
        if self._following is not self.config and self._position.step == 0:
            self._change()
        return self._position.epoch <= self.config.epochs and not self.stopped_early

    def _change(self) -> None:
        """Take over what is to hold from now on, as a run does that begins with it from this state."""
        before, self.config = self.config, self._following
        goes_on = self._stage.name == self.stages[self._position.stage].name
        self.stages = self._variant.stages(self.config)
        state = going_on(self.checkpoint(), before, self.config)
        self._position, self._best_so_far = state.position, state.best
        self._inspection = self._looking()
        with self._together(Change(config=msgspec.to_builtins(self.config))):
            self._graphs = changed(self._graphs, self._variant, self.config, self._data)
        self._networks = self._graphs.autoencoder.networks
        restore(self._networks.variables, state.arrays)
        if goes_on:
            self._stage = self._compiled_stage()
            restore(self._stage.remembered, state.arrays)
        if self._team is not None:
            self._team.even_out(self._variables if goes_on else self._networks.variables, all=goes_on)
        self._last_good = state

    def _looking(self) -> Inspection:
        variant, config = self._variant, self.config
        return Inspection(self._data, config.seed, variant.target_rate(config), variant.views)

    def _compiled_stage(self) -> CompiledStage:
        number = self._position.stage
        with self._together(EnterStage(number=number)):
            return entered(self._graphs, self._variant, self.config, self.stages[number], self._train, self._validation)

    def _train_epoch(self) -> Iterator[Progress | WorkersReported | None]:
        epoch, items, rows = self._position.epoch, self._train.items, self.config.batch_size
        key, seeds = self._key, noise_seeds(*self._key)
        full, waited = items // rows, 0.0
        while self._position.step < self.steps_per_epoch:
            step = self._position.step
            began = time.perf_counter()
            held = self._train.held(key, step * rows)
            waited += time.perf_counter() - began
            if held is None:  # whoever waits with us may want to stop
                yield self._progress() if step else None
                continue
            steps = min(self._pace.steps(), (held.stop - step * rows) // rows) if step < full else 1
            step_range = StepRange(
                first=step,
                steps=steps,
                start=step * rows,
                rows=rows if step < full else items - full * rows,
                epochs=epoch - 1,
                per_step=1 / self.steps_per_epoch,
            )
            began = time.perf_counter()
            with self._together(Steps.of("train", key, step_range, seeds, learn=True)):
                losses = self._stage.chunks.run(held, step_range, seeds, learn=True)
            seconds = time.perf_counter() - began
            if step < full:
                self._pace.measured(steps, seconds)
            self._advance(losses, waited + seconds)
            if self._team is not None:
                self._team.measured(steps * step_range.rows, waited + seconds)
                if workers := self._team.report():
                    yield WorkersReported(workers=workers)
            waited = 0.0
            yield self._progress()
        self._train.release()

    def _advance(self, losses: Losses, seconds: float) -> None:
        """Move the position past a chunk; the sums grow one step at a time, so chunks of any length sum to the same."""
        at, names = self._position, (*self._stage.chunks.terms, NORM)
        finite = np.isfinite(losses.terms).all(axis=1)
        if not finite.all():
            raise Diverged(at.epoch, at.step + int(np.argmin(finite)) + 1)
        sums = np.array([at.sums.get(name, 0.0) for name in names])
        for step in np.column_stack(losses).astype(np.float64):
            sums += step
        self._untold += step_losses(losses.terms[:, 0], at, seconds, self.steps_per_epoch)
        self._position = msgspec.structs.replace(
            at,
            step=at.step + len(losses.norms),
            sums=dict(zip(names, sums.tolist(), strict=True)),
            epoch_seconds=at.epoch_seconds + seconds,
        )

    def _told(self, work: Generator[None, None, T]) -> Generator[Progress, None, T]:
        """`work` that belongs to an epoch, with how far the epoch is in the place of what it yields."""
        while True:
            try:
                next(work)
            except StopIteration as end:
                found: T = end.value
                return found
            yield self._progress()

    def _evaluate(self, part: Feed, name: PartName) -> Generator[None, None, Terms]:
        """Loss terms over a whole part, as a mean over its items; the same noise every time. Yields between chunks."""
        items, seeds = part.items, validation_seeds(self.config.seed)
        rows = min(self._variant.block, items)
        names = self._stage.chunks.terms
        sums: NDArray[np.float64] = np.zeros(len(names))
        start = 0
        while start < items:
            held = part.held(Epoch(), start)
            if held is None:
                yield
                continue
            left = held.stop - start
            count = min(self._validation_pace.steps(), left // rows)
            step_range = StepRange(start // rows, count or 1, start, rows if count else left, math.inf, 0)
            began = time.perf_counter()
            with self._together(Steps.of(name, Epoch(), step_range, seeds, learn=False)):
                losses = self._stage.chunks.run(held, step_range, seeds, learn=False)
            self._validation_pace.measured(step_range.steps, time.perf_counter() - began)
            for terms in losses.terms.astype(np.float64):  # in the order of the items, however they were cut
                sums += step_range.rows * terms
            start += step_range.steps * step_range.rows
            if start < items:
                yield
        part.release()
        if not np.isfinite(sums).all():
            raise Diverged(self._position.epoch, self._position.step)
        return dict(zip(names, (sums / items).tolist(), strict=True))

    def _end_epoch(self, validation: Terms) -> Iterator[Progress | EpochReport]:
        at, stage = self._position, self._stage
        train = kept_terms({name: total / at.step for name, total in at.sums.items()})
        norm, validation = train.pop(NORM), kept_terms(validation)
        model = stage.model
        model.epoch = at.epoch
        ended = at.epoch == sum(one.epochs for one in self.stages[: at.stage + 1])
        following = at.stage + (ended and at.stage < len(self.stages) - 1)
        if at.epoch < self.config.epochs:
            self._train.prepare(Epoch(self.config.seed, following, at.epoch + 1), 0)
        # Looking takes a while on large networks. The position moves on after it: stopped here, the epoch ends again.
        seen = yield from self._told(self._inspection.look(model, stage.shown, self._variant.prior, norm))
        self._position = Position(
            stage=following,
            epoch=at.epoch + 1,
            seconds=at.seconds + at.epoch_seconds,
            patient_since=at.patient_since,
            train=train,
            validation=validation,
        )
        self._note_best(at, validation)
        if self._out_of_patience(at.epoch):
            self._position = msgspec.structs.replace(self._position, given_up=self.config.epochs)
        self._last_good = self.checkpoint()
        event = EpochEnded(
            stage=stage.name,
            epoch=at.epoch,
            train=train,
            validation=validation,
            steps=at.step,
            seconds=kept(at.epoch_seconds),
            samples_per_second=kept(self._train.items / max(at.epoch_seconds, 1e-9)),
            health=seen.health,
        )
        yield EpochReport(event=event, samples=seen.samples, codes=seen.codes)

    def _note_best(self, at: Position, validation: Terms) -> None:
        """Keep the weights if no epoch of this stage was better; losses of different stages are different things."""
        best = self._best_so_far
        begun = sum(stage.epochs for stage in self.stages[: at.stage])
        if best is None or best.epoch <= begun or validation["loss"] < best.loss:
            self._best_so_far = Best(epoch=at.epoch, loss=validation["loss"])
            weights = copied(self._networks.variables)
            self._best = Checkpoint(arrays=weights, position=self._position, best=self._best_so_far)

    def _made_longer(self, at: Position) -> Position:
        """`at`, or if the run was to be shorter when patience ended it, the same with new patience."""
        if at.given_up in (0, self.config.epochs):
            return at
        return msgspec.structs.replace(at, given_up=0, patient_since=at.epoch - 1)

    def _out_of_patience(self, epoch: int) -> bool:
        """Whether the last stage has gone on for long enough without a better epoch."""
        patience, best = self.config.patience, self._best_so_far
        if not patience or best is None or self._position.stage < len(self.stages) - 1:
            return False
        begun = sum(stage.epochs for stage in self.stages[:-1])
        since = max(best.epoch, begun, self._position.patient_since)
        return epoch < self.config.epochs and epoch - since >= patience

    def _progress(self) -> Progress:
        at, items = self._position, self._train.items
        done = min(at.step * self.config.batch_size, items)
        rate = done / max(at.epoch_seconds, 1e-9)
        left = (self.config.epochs - at.epoch + 1) * items - done
        batches, self._untold = self._untold, ()
        return Progress(
            stage=self._stage.name,
            epoch=at.epoch,
            step=at.step,
            steps=self.steps_per_epoch,
            loss=at.sums["loss"] / at.step,
            samples_per_second=rate,
            seconds_left=left / rate,
            learning_rate=self._stage.learning_rate(),
            batches=batches,
        )
