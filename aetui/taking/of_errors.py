"""What the panels of the worst cases and of the noise bench show, as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from aetui.panels.table import PANELS, View
from aetui.taking.taken import Plot, Series, Table, Taken

if TYPE_CHECKING:
    from aetui.panels.erring.ordered import Ordered
    from engine.queries.messages import Restored

KEY = "worst"


def measured(view: View, ordered: Ordered | None) -> Taken:
    """The marked items in the order that is shown; where none is marked, all of it. With number (from 1 on), name,
    class, and everything that was measured."""
    label = PANELS[KEY].label
    if ordered is None:
        return Taken(KEY, label, missing="there is no run yet" if view.run is None else "no items are measured yet")
    found, marked = ordered.measured, sorted(ordered.marked)
    order = ordered.order
    if marked:
        shown = order[np.isin(order, marked)].tolist()
        places = [*shown, *(place for place in marked if place not in set(shown))]  # of other classes
    else:
        places = order.tolist()
    at = np.array(places, np.int64)
    values = {each.key: each.values[at] for each in found.measures}
    columns = ("part", "item", "name", "class", *values)
    rows = [
        (
            found.part,
            place + 1,
            ordered.name_of(place) if found.names is not None else "",
            ordered.class_of(place),
            *(float(column[row]) for column in values.values()),
        )
        for row, place in enumerate(places)
    ]
    return Taken(KEY, label, found.epoch, table=Table(columns, rows), arrays={"item": at + 1, **values})


BENCH = "bench"
MEASURED = ("kind", "level", "method", "draw", "psnr", "ssim")


def restored(view: View, answers: Sequence[Restored]) -> Taken:
    """Of the noise bench: PSNR and SSIM of every kind that was measured, level, method and draw, and a curve for each
    method."""
    label = PANELS[BENCH].label
    if not answers:
        return Taken(BENCH, label, missing="there is no run yet" if view.run is None else "nothing is measured yet")
    rows: list[tuple[object, ...]] = []
    plots = []
    for answer in answers:
        for found in answer.found:
            for place in np.ndindex(found.psnr.shape):
                method, level, draw = place
                name = answer.methods[method][1]
                figures = float(found.psnr[place]), float(found.ssim[place])
                rows.append((found.kind, found.levels[level], name, draw + 1, *figures))
            curves = tuple(
                Series(name, found.levels, found.psnr[at].mean(axis=1)) for at, (_, name) in enumerate(answer.methods)
            )
            plots.append(Plot(found.label, curves, found.unit, "PSNR in dB"))
    arrays = {f"{found.kind}_{name}": getattr(found, name) for a in answers for found in a.found for name in _FIGURES}
    return Taken(BENCH, label, answers[0].epoch, table=Table(MEASURED, rows), arrays=arrays, plots=tuple(plots))


_FIGURES = ("psnr", "ssim")
