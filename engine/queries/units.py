"""Units of a layer: one pass over a part of the data, after which each of them is at hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.backend import Model
from engine.datasets.data import Data, Part, in_blocks
from engine.errors import RunError, UsageError
from engine.kinds import KINDS
from engine.plain.network import Network
from engine.queries import parts
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import Units, UnitsRead
from engine.units import onward
from engine.units.ablation import ITEMS, Asked
from engine.units.collecting import Activations, Collector, Fit, chosen, room
from engine.units.onward import Onward
from engine.units.table import tabulated

CODEBOOK = (
    "expected codes of numbers, but this run chooses codes from a codebook: a number of one tells nothing by itself; "
    "the Codebook panel shows its entries and how often each is chosen"
)
ONE_LAYER = "expected an encoder with a dense layer before its code, which sees the whole item; ask about the code"


def read(context: QueryContext, query: Units) -> Steps:
    """Activations of all units, the table of them, and what it takes to decode without one.

    Raises:
        UsageError: codes come from a codebook, there is no such layer or part, or nothing in it.
        RunError: no item has a finite activation, or it was told to stop.
    """
    model, data = context.still(), context.data()
    if model.bits:
        raise UsageError("No units", CODEBOOK)
    networks = model.plain()
    encoder, decoder = networks.encoder, networks.decoder
    first = onward.first_layer(encoder) if encoder is not None and decoder is not None else None
    encode: Callable[[NDArray[Any]], NDArray[np.float32]] = model.encode
    further = None if decoder is None else onward.of_code(decoder)
    layer = query.layer or ("code" if first is None else "first")
    if layer == "first":
        if first is None or encoder is None or decoder is None:
            raise UsageError("No other layer", ONE_LAYER)
        encode, further = _flat(encoder, first), onward.of_layer(encoder, first, decoder)
    name = query.part or ("validation" if data.held_out else "test")
    part = parts.named(data, name)
    if not len(part.labels):
        raise UsageError("No items", f"expected items in the {name} part, found none")
    size = encode(data.as_floats(part.items[:1])).shape[1]
    places = chosen(part.labels, room(size, query.items))
    began = time.monotonic()
    beside = encode if layer == "first" else None
    activations, fit = yield from _passed(model, beside, data, part, places, size, query)
    table = yield from tabulated(activations, query.above)
    compared = _asked(data, part, activations, further)
    return UnitsRead(
        layer=layer,
        part=name,
        activations=activations,
        table=table,
        compared=compared,
        onward=further,
        why=networks.why,
        look=lambda at: data.targets(part.at(at).items[:]),
        names=part.names,
        error=fit.error,
        explained_variance=fit.explained_variance,
        shrinkage=fit.shrinkage,
        has_first=first is not None,
        seconds=time.monotonic() - began,
        epoch=model.epoch,
    )


def _flat(encoder: Network, layer: str) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
    return lambda items: encoder.through(items, layer)


def _passed(
    model: Model,
    encode: Callable[[NDArray[Any]], NDArray[np.float32]] | None,
    data: Data,
    part: Part,
    places: NDArray[np.int64],
    size: int,
    query: Units,
) -> Generator[tuple[int, int], None, tuple[Activations, Fit]]:
    """Activations and reconstructions of the items at `places`; none of them is read twice. `encode`: to activations of
    another layer than the code."""
    chosen_part = part if len(places) == len(part.labels) else part.at(places)
    collector, fit = Collector(size, len(places)), Fit()
    for block in in_blocks(places, model.block):
        items = chosen_part.items[block]
        seen = data.as_floats(items)
        codes = model.encode(seen)
        whole = collector.add(codes if encode is None else encode(seen))
        known = KINDS[data.kind].counted(data, items)
        outputs, targets = model.decode(codes), data.targets(items)
        whole &= np.isfinite(outputs).reshape(len(outputs), -1).all(axis=1)
        fit.add(targets[whole], outputs[whole], None if known is None else known[whole])
        if query.told is not None and not query.told(block.stop, len(places)):
            raise RunError("Stopped", "the reading of the units was stopped; ask again to begin anew")
        yield block.stop, len(places)
    activations = collector.finished(places, part.labels[places], data.classes, len(part.labels))
    if not activations.items:
        raise RunError("No activations", "expected numbers, but some unit of every item has none: the run diverged")
    return activations, fit


def _asked(data: Data, part: Part, activations: Activations, further: Onward | None) -> Asked:
    """Items to decode without a unit: fewer of them where that takes all of a deep decoder."""
    most = ITEMS if further is not None and further.entry is not None else ITEMS // 10
    labels = np.zeros(activations.items, np.int64) if activations.labels is None else activations.labels
    positions = chosen(labels, most)
    items = part.at(activations.places[positions]).items[:]
    return Asked(positions=positions, targets=data.targets(items), known=KINDS[data.kind].counted(data, items))
