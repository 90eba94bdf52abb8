"""What a run needs of its parts in every process that trains it: how their items come to the device, compiled steps."""

from __future__ import annotations

from typing import Any

from engine.datasets.data import Data, Part
from engine.events import Stage
from engine.nn.dealing import Dealing
from engine.nn.feed import ALL, Feed, Sizes, feed
from engine.nn.graph_cache import Graphs
from engine.nn.stage import CompiledStage
from engine.params import TrainingConfig
from engine.variants.variant import Variant


def training_feed(graphs: Graphs, config: TrainingConfig, data: Data, sizes: Sizes) -> Feed:
    """What brings the part that is learned from to the device."""
    items = data.train.items
    return feed(items, graphs.items, config.batch_size, sizes, shuffle=config.shuffle, dealing=_dealing(graphs))


def judging_feed(graphs: Graphs, variant: Variant[Any], part: Part, sizes: Sizes) -> Feed:
    """What brings a part that is not learned from to the device, in its own order."""
    return feed(part.items, graphs.items, variant.block, sizes, shuffle=False, dealing=_dealing(graphs))


def _dealing(graphs: Graphs) -> Dealing:
    return ALL if graphs.distribution is None else graphs.distribution.dealing


def changed(graphs: Graphs, variant: Variant[Any], config: TrainingConfig, data: Data) -> Graphs:
    """`graphs` for other settings: themselves, or new ones with weights as in the beginning where something has to be
    made anew."""
    return graphs if graphs.put(config) else Graphs(variant, config, data, graphs.items, graphs.distribution)


def entered(
    graphs: Graphs, variant: Variant[Any], config: TrainingConfig, stage: Stage, train: Feed, validation: Feed
) -> CompiledStage:
    """`stage` as it begins, compiled for all that it is called with."""
    made = graphs.stage(stage, -(-train.items // config.batch_size))
    made.compile(train, config.batch_size, learn=True)
    made.compile(validation, variant.block, learn=False)
    return made
