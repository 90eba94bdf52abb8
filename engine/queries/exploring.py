"""A choice of items with their codes, errors and classes, and the codes that stand beside the model's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import registry
from engine.analysis.plane import stratified
from engine.anomalies.scores import mean_squared_errors
from engine.backend import Model
from engine.datasets.data import Data, Part, in_blocks
from engine.datasets.folders import cache_dir
from engine.errors import RunError, UsageError
from engine.queries import parts
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import Explore, Explored, PartName

BLOCK = 250
"""Items between two looks at whether a training is to go on."""
LARGEST = 2**27
"""Bytes of items that are sent along."""

Floats = NDArray[np.float32]


def explored(context: QueryContext, query: Explore) -> Steps:
    """Codes (n, code size) and errors (n,) of the chosen items.

    Raises:
        UsageError: a validation part that does not exist, or no items at all.
        RunError: nobody wants the answer any more.
    """
    data = context.data()
    name: PartName = query.part or ("validation" if data.held_out else "test")
    part = parts.named(data, name)
    if not len(part.labels):
        raise UsageError("No items", f"expected items in the {name} part of {data.key}, found none")
    kind = registry.kind(context.record.variant, context.record.dataset, context.record.kind)
    places = stratified(part.labels, query.most or len(part.labels))
    chosen, model, epoch = part.at(places), context.model, context.model.epoch
    encode, decode = _halves(context)
    codes, errors, simple, items = [], [], [], []
    beside = kind.features(data, max(2, model.code_size), cache_dir())
    said = kind.said(data, name, places)
    kept = said is None and len(places) * _bytes(data, chosen) <= LARGEST
    for block in in_blocks(chosen.labels, min(model.block, BLOCK)):
        if query.wanted is not None and not query.wanted():
            raise RunError("Not answered", "it was stopped")
        compact = chosen.items[block]
        targets = data.targets(compact)
        found = encode(data.as_floats(compact))
        codes.append(found)
        errors.append(mean_squared_errors(decode(found), targets, kind.counted(data, compact)))
        simple.append(beside.encode(compact))
        if kept:
            items.append(compact if compact.dtype == np.uint8 and compact.shape == targets.shape else targets)
        yield block.stop, len(places)
    several = len(data.classes) > 1
    return Explored(
        part=name,
        of=len(part.labels),
        places=places,
        codes=np.concatenate(codes),
        errors=np.concatenate(errors),
        labels=chosen.labels if several else None,
        classes=tuple(data.classes) if several else (),
        names=said or (None if chosen.names is None else tuple(map(str, chosen.names))),
        items=np.concatenate(items) if kept else None,
        beside=np.concatenate(simple),
        beside_name=beside.label,
        spherical=context.variant.prior,
        epoch=epoch,
    )


def _halves(context: QueryContext) -> tuple[Any, Any]:
    """What encodes and decodes with weights that stay as they are."""
    if context.live:
        encoder, decoder, _ = context.model.plain()
        if encoder is not None and decoder is not None:
            return encoder, decoder
    model: Model = context.still()
    return model.encode, model.decode


def _bytes(data: Data, chosen: Part) -> int:
    """Of an item as it is sent along."""
    compact = chosen.items[:1]
    targets = data.targets(compact)
    alike = compact.dtype == np.uint8 and compact.shape == targets.shape
    return int(compact.nbytes if alike else targets.nbytes)
