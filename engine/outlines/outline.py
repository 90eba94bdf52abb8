"""The layers of a configuration before there is a run of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from engine import params
from engine.errors import EngineError, SettingError
from engine.kinds import KINDS
from engine.outlines.blocks import PaperBlocks, Unknown

if TYPE_CHECKING:
    from engine.datasets.catalogue import DataSet
    from engine.events import Layer
    from engine.nn.layers import Blocks
    from engine.outlines.blocks import Networks
    from engine.params import TrainingConfig
    from engine.variants.variant import Variant


class Outline(NamedTuple):
    """What can be told of a configuration without building it."""

    shape: tuple[int, ...]
    """Of one item; empty where it is not known."""
    layers: tuple[Layer, ...]
    """As a run's first event has them; none where `missing` says why."""
    missing: str = ""


def of_form(variant: Variant[Any], preset: str, values: Mapping[str, Any], entry: DataSet) -> Outline:
    """That of the preset with `values`, which may not go together, on the data set `entry`."""
    try:
        config = params.configure(variant.presets[preset], values)
        variant.check(config)
        variant.check_data(config, entry)
    except SettingError as error:
        return Outline(entry.shape, (), f"{error.field}: {error.message}")
    except EngineError as error:
        return Outline(entry.shape, (), str(error))
    return of(variant, config, entry)


def of(variant: Variant[Any], config: TrainingConfig, entry: DataSet) -> Outline:
    """That of `config`, which is possible, on the data set `entry`, whose kind the variant accepts."""
    shape = KINDS[entry.kind].item_shape(entry.shape, variant.reading(config))
    if not shape:
        return Outline((), (), f"what an item of {entry.key} looks like is known once it has been read")
    try:
        return Outline(shape, layers(variant, config, shape))
    except Unknown as unknown:
        return Outline(shape, (), f"what a layer {unknown} makes is known once a run has begun")


def layers(variant: Variant[Any], config: TrainingConfig, shape: tuple[int, ...]) -> tuple[Layer, ...]:
    """The parameter table for items of `shape`. Raises Unknown."""
    blocks = cast("Blocks", PaperBlocks())
    return cast("Networks", variant.networks(config, shape, blocks)).layers
