"""What the ratings panel shows, as data."""

from __future__ import annotations

from aetui.panels.table import PANELS, View
from aetui.taking.taken import Table, Taken
from engine.queries.messages import Recommendations

COLUMNS = ("user", "what", "rank", "item", "rating", "predicted", "held out")


def recommended(view: View, answer: Recommendations | None) -> Taken:
    """What a user may like, and all that they rated."""
    label = PANELS["ratings"].label
    if answer is None:
        return Taken("ratings", label, missing=view.instead("there is no run yet", "nothing was asked yet"))
    rows: list[tuple[object, ...]] = [
        (answer.user, "may like", rank, each.item, "", each.predicted, "")
        for rank, each in enumerate(answer.suggestions, 1)
    ]
    rows += [
        (answer.user, "rated", rank, each.item, each.rating, each.predicted, each.held_out)
        for rank, each in enumerate(answer.rated, 1)
    ]
    return Taken("ratings", label, answer.epoch, table=Table(COLUMNS, rows))
