"""One stage of training, compiled: its networks, its optimiser, its steps."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf

from engine.events import Stage
from engine.nn.autoencoder import Autoencoder
from engine.nn.chunks import Chunks, StepRange
from engine.nn.distribution import Distribution
from engine.nn.feed import Feed
from engine.nn.inputs import Items
from engine.nn.knobs import Knobs, kept_pace
from engine.nn.model import KerasModel
from engine.params import TrainingConfig
from engine.runs.every import Every
from engine.variants.variant import Variant

RATE_SECONDS = 0.5


class CompiledStage:
    """Works on the weights of the `whole` autoencoder, which outlives it; the optimiser is its own."""

    def __init__(
        self,
        variant: Variant[Any],
        stage: Stage,
        whole: Autoencoder[Any],
        items: Items,
        steps_per_epoch: int,
        knobs: Knobs,
        distribution: Distribution | None = None,
    ) -> None:
        """`knobs`: the inputs of its steps. `distribution`: the devices that `whole` was built on, where there are
        several."""
        parts = variant.stage_networks(whole, stage)
        self._variant, self._distribution = variant, distribution
        self._trained = trained = replace(whole, networks=parts.trained)
        self.name = stage.name
        self.shown = replace(whole, networks=parts.shown)
        self.model = KerasModel(variant, self.shown)
        self.optimizer = self._optimizer(whole.config, stage.epochs * steps_per_epoch)
        with distribution.scope() if distribution else nullcontext():
            self.optimizer.build(parts.trained.trainable_variables)
        self._rate, self._look_at_rate = 0.0, Every(RATE_SECONDS)
        stepped = replace(trained, config=knobs.within(whole.config))
        self.chunks = Chunks(variant, stage.name, stepped, parts.before, self.optimizer, items, distribution)

    def put(self, config: TrainingConfig, steps: int) -> bool:
        """Go on with settings for which nothing needs to be compiled anew, in a stage of so many steps; False where the
        rate then follows something else than was compiled."""
        if not kept_pace(self.optimizer, self._optimizer(config, steps)):
            return False
        self._look_at_rate = Every(RATE_SECONDS)
        if config != self.shown.config:  # what the model shows is noisy by its settings
            self.shown = replace(self.shown, config=config)
            self.model = KerasModel(self._variant, self.shown)
        return True

    def _optimizer(self, config: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
        with self._distribution.scope() if self._distribution else nullcontext():
            return self._variant.optimizer(replace(self._trained, config=config), steps)

    def learning_rate(self) -> float:
        """That of a step just done or to come: following a schedule takes 2 ms, so that is done now and then."""
        if self._look_at_rate():
            rate = float(tf.convert_to_tensor(self.optimizer.learning_rate).numpy())
            self._rate = float(f"{rate:.6g}")
        return self._rate

    @property
    def optimizer_variables(self) -> dict[str, keras.Variable]:
        """What the optimiser remembers, by the names it has in checkpoints ("optimizer/…")."""
        return {f"optimizer/{variable.path}": variable for variable in self.optimizer.variables}

    @property
    def remembered(self) -> dict[str, keras.Variable]:
        """All of that but the rate, which the settings say: they may have changed since a checkpoint was written."""
        rate = self.optimizer.learning_rate
        return {name: variable for name, variable in self.optimizer_variables.items() if variable is not rate}

    def compile(self, feed: Feed, batch: int, *, learn: bool) -> None:
        """All that will be called on what `feed` holds, so that no step is held up by it and no rate is spoilt."""
        full, blank = min(batch, feed.items), feed.blank()
        for rows in {full, feed.items % full or full}:
            nothing = StepRange(first=0, steps=0, start=0, rows=rows, epochs=0, per_step=0)
            self.chunks.run(blank, nothing, (0, 0), learn=learn)
