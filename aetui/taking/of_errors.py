"""What the panel of the worst cases shows, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetui.panels.table import PANELS, View
from aetui.taking.taken import Table, Taken

if TYPE_CHECKING:
    from aetui.panels.erring.ordered import Ordered

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
