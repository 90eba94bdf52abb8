"""What is drawn, and what the model made of it, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetui.panels.table import PANELS, View
from aetui.taking.taken import Pictures, Table, Taken

if TYPE_CHECKING:
    from aetui.panels.drawing.answers import Answer
    from aetui.panels.drawing.pad import Pad
    from aetui.panels.drawing.shelf import Shelf

NO_PAD = "there is nothing to draw on before the model has weights, and where it does not learn from pictures"


def drawing(view: View, pad: Pad | None, answer: Answer | None, shelf: Shelf | None, epoch: int) -> Taken:
    """Arrays "drawing", "seen", "output" (height, width, channels) and "code"; the nearest items as a table. The first
    picture is the drawing, which can be drawn on again."""
    del view
    label = PANELS["draw"].label
    if pad is None:
        return Taken("draw", label, missing=NO_PAD)
    sheet, seen = pad.sheet, pad.seen
    arrays = {"drawing": sheet.drawn}
    pictures = [Pictures("drawn", sheet.drawn[None])]
    if pad.covered:
        arrays["seen"] = seen
        pictures.append(Pictures("as the model saw it", seen[None]))
    if answer is None:
        return Taken("draw", label, arrays=arrays, pictures=tuple(pictures))
    arrays |= {"output": answer.output, "code": answer.code}
    pictures += [
        Pictures("output", answer.output[None]),
        Pictures("|error|", abs(answer.output - sheet.drawn)[None]),
    ]
    rows = [
        (rank, int(shelf.numbers[place]), shelf.label(place), distance)
        for rank, (place, distance) in enumerate(answer.near, 1)
        if shelf is not None
    ]
    told = [f"MSE\t{answer.error:.6g}", f"MSE of what was seen\t{answer.hidden:.6g}"]
    told += [
        f"nearest {rank}\tvalidation item {number} {name}\t{distance:.6g}" for rank, number, name, distance in rows
    ]
    return Taken(
        "draw",
        label,
        epoch,
        table=Table(("rank", "validation item", "class", "distance in code space"), rows) if rows else None,
        arrays={name: np.asarray(array) for name, array in arrays.items()},
        pictures=tuple(pictures),
        text="\n".join(told),
    )
