"""What runs compute with, kept for the next run like them.

TensorFlow never lets go of the graph of a function that XLA compiled (some 10 MB a run), so a run with the
configuration and the data of an earlier one takes over its networks, optimisers and functions, with all numbers as they
were in the beginning. Settings that the functions have as inputs may be others (`engine.nn.knobs`).
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import keras

from engine.backend import Arrays
from engine.datasets.data import Data
from engine.events import Stage
from engine.nn.distribution import Distribution
from engine.nn.inputs import Items, of
from engine.nn.knobs import Knobs, compiled_for
from engine.nn.model import built, copied, restore
from engine.nn.stage import CompiledStage
from engine.params import TrainingConfig
from engine.variants.variant import Variant

CAPACITY = 8
"""Configurations that are kept: one of each variant, and one more."""


class Graphs:
    """Networks of one configuration for one data set, and the stages that were compiled for them."""

    def __init__(
        self,
        variant: Variant[Any],
        config: TrainingConfig,
        data: Data,
        items: Items | None = None,
        distribution: Distribution | None = None,
    ) -> None:
        self.items = items or of(data)
        self.distribution = distribution
        with distribution.scope() if distribution else nullcontext():
            self.autoencoder = built(variant, config, data.shape)
            self._knobs = Knobs(config)
        self._variant = variant
        self._initial = copied(self._variables)
        self._stages: dict[str, tuple[CompiledStage, Arrays]] = {}

    def begin(self, config: TrainingConfig | None = None) -> None:
        """Put the networks' weights back to where they began; `config`: for a run with these settings, see `put`."""
        restore(self._variables, self._initial)
        if config is not None:
            self.put(config)

    def put(self, config: TrainingConfig) -> bool:
        """Go on with other settings, weights as they are; stages are to be asked for anew. False where networks and
        steps have to be made anew for them."""
        if compiled_for(config) != compiled_for(self.autoencoder.config):
            return False
        self._knobs.put(config)
        self.autoencoder = replace(self.autoencoder, config=config)
        return True

    @property
    def _variables(self) -> dict[str, keras.Variable]:
        return self.autoencoder.networks.variables

    def stage(self, stage: Stage, steps_per_epoch: int) -> CompiledStage:
        """A stage whose optimiser has done nothing yet."""
        whole = self.autoencoder
        made, initial = self._stages.get(stage.name, (None, {}))
        if made is None or not made.put(whole.config, stage.epochs * steps_per_epoch):
            made = CompiledStage(
                self._variant, stage, whole, self.items, steps_per_epoch, self._knobs, self.distribution
            )
            self._stages[stage.name] = made, copied(made.optimizer_variables)
        else:
            restore(made.remembered, initial)
        return made


class GraphCache:
    """The newest few; one that is in use is not given away twice."""

    def __init__(self, distribution: Distribution | None = None) -> None:
        """`distribution`: the devices of all runs, where there are several."""
        self._distribution = distribution
        self._kept: OrderedDict[tuple[Any, ...], tuple[Graphs, weakref.ref[Any] | None]] = OrderedDict()

    def take(self, variant: Variant[Any], config: TrainingConfig, data: Data) -> Graphs:
        """One for a run with `config` on `data`, as it is in the beginning; say with `used` what works in it."""
        items = of(data)
        # What the functions depend on: items are arguments of theirs, the vectors of words are part of them.
        key = variant.key, compiled_for(config), data.fingerprint, data.shape, items.constants
        graphs, user = self._kept.pop(key, (None, None))
        if graphs is None or (user is not None and user() is not None):
            graphs = Graphs(variant, config, data, items, self._distribution)
        self._kept[key] = graphs, None
        while len(self._kept) > CAPACITY:
            self._kept.popitem(last=False)
        graphs.begin(config)
        return graphs

    def used(self, graphs: Graphs, user: object) -> None:
        """Until `user` is no more, nobody else gets this one."""
        for key, (kept, _) in self._kept.items():
            if kept is graphs:
                self._kept[key] = kept, weakref.ref(user)
