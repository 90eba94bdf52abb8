"""Units as data: the table as it is found and ordered, and the one that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetui.render.text import plain
from aetui.render.unit_rows import marks
from aetui.taking.taken import Pictures, Table, Taken

if TYPE_CHECKING:
    from aetui.render.steering import Steering
    from engine.queries.messages import UnitsRead
    from engine.units.search import Found, Known

COLUMNS = ("unit", "density", "mean", "deviation", "lowest", "highest", "selectivity", "class", "r", "adds", "state")


def table(answer: UnitsRead, known: Known, found: Found) -> Taken:
    """A row for each unit that was found, and all figures of all units as arrays."""
    of, classes = answer.table, answer.activations.classes
    numbers = ("density", "mean", "deviation", "lowest", "highest", "selectivity")
    rows = [
        (
            unit + 1,
            *(float(getattr(of, name)[unit]) for name in numbers),
            plain(classes[of.preferred[unit]]) if of.preferred[unit] >= 0 else "",
            float(found.r[unit]),
            float("nan") if known.added is None else float(known.added[unit]),
            marks(of, unit) or "alive",
        )
        for unit in found.units.tolist()
    ]
    arrays = {name: getattr(of, name) for name in (*numbers, "class_means", "class_correlation")}
    return Taken("units", "Units", answer.epoch, table=Table(COLUMNS, rows), arrays=arrays)


def unit(steering: Steering) -> Taken:
    """The histogram as rows; activations over all items, the examples and what the unit adds as arrays; the pictures
    as they are shown."""
    answer, of = steering.answer, steering.found.dossier
    classes = answer.activations.classes or ("items",)
    rows = [
        (float(low), float(high), *counts)
        for low, high, counts in zip(of.edges[:-1], of.edges[1:], of.counts.T.tolist(), strict=True)
    ]
    arrays = {
        "activations": answer.activations.values[of.unit],
        "places": answer.activations.places,
        "examples": steering.found.items,
        "correlated": of.alike,
        "correlations": of.correlations,
    }
    if steering.found.adds is not None:
        arrays["adds"] = steering.found.adds
    shape = answer.shape
    pictured = len(shape) == 3 and shape[-1] in (1, 3)
    shown = (Pictures(", ".join(steering.names), steering.shown / np.float32(255)),) if pictured else ()
    return Taken(
        f"unit-{of.unit + 1}",
        f"Unit {of.unit + 1:,}",
        answer.epoch,
        table=Table(("from", "to", *map(plain, classes)), rows) if rows else None,
        arrays=arrays,
        pictures=shown,
    )
