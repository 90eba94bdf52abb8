"""Runs for the experiments of the pages: the program's own training, without what a screen and a store want of it.

The same networks, losses, order and noise as in a run of the program, and the weights of the best epoch by validation
data at the end. What is left out is the look at every epoch, so that all of them take a few minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine import params, registry
from engine.backend import Arrays, EpochReport, Position
from engine.datasets.cache import DatasetCache
from engine.events import Progress, Terms
from engine.nn import runtime
from engine.variants.variant import Variant

runtime.load("cpu")

from engine.nn.graph_cache import Graphs  # noqa: E402 (TensorFlow is to be loaded as the program loads it)
from engine.nn.model import KerasModel, built, copied, restore  # noqa: E402
from engine.nn.trainer import Trainer  # noqa: E402

for each in registry.VARIANTS.values():
    type(each).xla = False  # of so few steps compiling would take the longer part


class Setting(NamedTuple):
    """One side of a comparison: what is trained."""

    label: str
    variant: str
    preset: str
    config: dict[str, Any]
    dataset: str = "digits"

    @property
    def key(self) -> str:
        """The same wherever the same is to be trained."""
        return f"{self.variant} {self.preset} {self.dataset} {sorted(self.config.items())}"


class _Lean(Trainer):
    """Looks at the model at the end of the last epoch only."""

    def _end_epoch(self, validation: Terms) -> Iterator[Progress | EpochReport]:
        at = self._position
        if at.epoch == self.config.epochs:
            yield from super()._end_epoch(validation)
            return
        ended = at.epoch == sum(one.epochs for one in self.stages[: at.stage + 1])
        self._note_best(at, validation)
        self._position = Position(stage=at.stage + ended, epoch=at.epoch + 1)


class Trained:
    """What came of a run; good until the next one of the same setting is trained."""

    def __init__(self, variant: Variant[Any], data: Any, model: KerasModel, last: Any, losses: list[float]) -> None:
        self.variant, self.data, self.model = variant, data, model
        self.last = last
        """The event of the last epoch."""
        self.losses = losses
        """The validation loss of every epoch."""

    def answers_to(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """What it makes of these, as they are."""
        return self.model.decode(self.model.encode(items))

    def drawn(self, count: int) -> NDArray[np.float32]:
        """New ones from the prior."""
        codes = np.random.default_rng(0).standard_normal((count, self.model.code_size), np.float32)
        return self.model.decode(codes)


class _Kept(NamedTuple):
    weights: Arrays
    last: Any
    losses: list[float]


class Training:
    """Trains each setting with each seed once."""

    def __init__(self) -> None:
        self._data = DatasetCache(None)
        self._graphs: dict[str, Graphs] = {}
        self._models: dict[str, KerasModel] = {}
        self._kept: dict[tuple[str, int], _Kept] = {}

    def run(self, setting: Setting, seed: int) -> Trained:
        """The run of `setting` with `seed`."""
        variant = registry.variant(setting.variant)
        config = params.configure(registry.preset(setting.variant, setting.preset), {**setting.config, "seed": seed})
        data = self._data.load(setting.dataset, variant.reading(config))
        if setting.key not in self._graphs:
            self._graphs[setting.key] = Graphs(variant, config, data)
            self._models[setting.key] = KerasModel(variant, self._graphs[setting.key].autoencoder)
        graphs, model = self._graphs[setting.key], self._models[setting.key]
        variables = graphs.autoencoder.networks.variables
        if (setting.key, seed) not in self._kept:
            graphs.begin()
            # The functions are those of the first seed; all that a seed decides is put in.
            restore(variables, copied(built(variant, config, data.shape).networks.variables))
            trainer = _Lean(variant, config, data, None, (), graphs)
            last, losses = _run(trainer)
            if (best := trainer.new_best()) is not None and trainer.held_out:
                trainer.use(best)
            self._kept[setting.key, seed] = _Kept(copied(variables), last, losses)
        kept = self._kept[setting.key, seed]
        restore(variables, kept.weights)
        return Trained(variant, data, model, kept.last, kept.losses)


def _run(trainer: _Lean) -> tuple[Any, list[float]]:
    losses: list[float] = []
    note = trainer._note_best

    def noted(at: Position, validation: Terms) -> None:
        losses.append(validation["loss"])
        note(at, validation)

    trainer._note_best = noted  # type: ignore[method-assign]
    reports = [report for report in trainer.run() if isinstance(report, EpochReport)]
    return msgspec.structs.replace(reports[-1].event), losses
