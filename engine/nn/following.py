"""A process that trains a run together with others and does what the chief says, until that says that it is over.

It keeps nothing and shows nothing: data are all that it has to have.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec

from engine import registry
from engine.datasets.data import Data
from engine.errors import UsageError
from engine.kinds.reading import Reading
from engine.nn.feed import USUAL, Feed
from engine.nn.graph_cache import Graphs
from engine.nn.memory import enough_memory
from engine.nn.order import Epoch
from engine.nn.orders import Begin, Change, EnterStage, Judge, Leave, Report, Steps, TakeWeights
from engine.nn.parts import changed, entered, judging_feed, training_feed
from engine.nn.stage import CompiledStage
from engine.nn.team import Team
from engine.params import TrainingConfig
from engine.variants.variant import Variant

Load = Callable[[str, Reading], Data]
"""Reads the data set of that name, to be seen so."""


class _Part:
    """The run that is being trained, as far as this process takes part in it."""

    def __init__(self, team: Team, order: Begin, load: Load) -> None:
        """Raises EngineError: the data are not here, or others than the chief's."""
        self._variant: Variant[Any] = registry.variant(order.variant)
        preset = registry.preset(order.variant, self._variant.default_preset)
        self.config: TrainingConfig = msgspec.convert(order.config, type(preset))
        data = load(order.dataset, self._variant.reading(self.config))
        if data.fingerprint != order.fingerprint:
            told = f"expected the data of {order.run}, {order.dataset} with fingerprint {order.fingerprint[:16]}…"
            raise UsageError(
                "Other data here", f"{told}, found {data.fingerprint[:16]}… here; copy the data of the chief's host"
            )
        self._data = data
        self._graphs = Graphs(self._variant, self.config, data, distribution=team.distribution)
        self._stages = self._variant.stages(self.config)
        self._feeds: dict[str, Feed] = {
            "train": training_feed(self._graphs, self.config, data, USUAL),
            "validation": judging_feed(self._graphs, self._variant, data.validation, USUAL),
        }
        self._stage: CompiledStage | None = None

    def change(self, config: dict[str, Any]) -> None:
        """Go on with other settings; the stage is entered anew."""
        self.config = msgspec.convert(config, type(self.config))
        self._stages = self._variant.stages(self.config)
        self._graphs = changed(self._graphs, self._variant, self.config, self._data)

    def enter(self, number: int) -> None:
        """Begin that stage."""
        self._stage = entered(
            self._graphs,
            self._variant,
            self.config,
            self._stages[number],
            self._feeds["train"],
            self._feeds["validation"],
        )

    def judge(self) -> None:
        """Bring the test part."""
        self._feeds["judged"] = judging_feed(self._graphs, self._variant, self._data.judged, USUAL)
        self._present.compile(self._feeds["judged"], self._variant.block, learn=False)

    def step(self, order: Steps) -> int:
        """Take those steps; returns the number of items in them."""
        feed, steps = self._feeds[order.part], order.range()
        key = Epoch(*order.key)
        while (held := feed.held(key, steps.start)) is None:
            pass  # it waits itself, a tenth of a second each time
        self._present.chunks.run(held, steps, order.seeds, learn=order.learn)
        if order.learn and steps.start + steps.steps * steps.rows == feed.items:
            feed.prepare(key._replace(number=key.number + 1), 0)
        return steps.steps * steps.rows

    def variables(self, *, all: bool) -> dict[str, Any]:
        """The networks' weights, with `all` also what the optimiser remembers."""
        own = self._graphs.autoencoder.networks.variables
        return {**own, **self._present.optimizer_variables} if all else own

    @property
    def _present(self) -> CompiledStage:
        assert self._stage is not None
        return self._stage


def follow(team: Team, load: Load) -> int:
    """Do what the chief says; returns the exit status that it ends with.

    Raises:
        PeerLost: it, or another process, is gone.
        EngineError: this process cannot take part.
    """
    part: _Part | None = None
    while True:
        order = team.hear()
        if isinstance(order, Leave):
            team.acknowledge()
            return order.status
        with team.watching():
            if isinstance(order, Begin):
                part = None  # before the next one takes memory
                part = _Part(team, order, load)
            elif isinstance(order, Report):
                team.rates()
            elif part is not None:
                with enough_memory(part.config):
                    _do(part, order, team)


def _do(part: _Part, order: object, team: Team) -> None:
    match order:
        case Change():
            part.change(order.config)
        case EnterStage():
            part.enter(order.number)
        case TakeWeights():
            team.take(part.variables(all=order.all))
        case Judge():
            part.judge()
        case Steps():
            began = time.perf_counter()
            items = part.step(order)
            if order.learn:
                team.measured(items, time.perf_counter() - began)
