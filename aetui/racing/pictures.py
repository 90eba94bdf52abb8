"""What the runs of a race make of the same items, a row for each below the items themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from aetui.racing.sheet import Cell, laid
from aetui.render import numbers
from aetui.render.spark import sparkline
from aetui.render.text import plain
from aetui.widgets.image_grid import ImageRow
from engine.runs.snapshots import Samples

MOST_NUMBERS = 40
"""Numbers of an item that are told; rows of ratings may have thousands."""


class Shot(NamedTuple):
    """What is kept of a run at some epoch."""

    place: int
    epoch: int
    samples: Samples


class Lane(NamedTuple):
    """Runs that answered the same items."""

    targets: NDArray[np.float32]
    shots: Sequence[Shot]

    @property
    def drawable(self) -> bool:
        """Whether the items are images."""
        return self.targets.ndim == 4 and self.targets.shape[-1] in (1, 3)

    @property
    def worded(self) -> bool:
        """Whether they are sentences, and read back in words."""
        return all({"sentences", "readings"} <= shot.samples.views.keys() for shot in self.shots)


def lanes(shots: Sequence[Shot]) -> list[Lane]:
    """The runs by what they answered, in the order of the first of each."""
    found: list[Lane] = []
    for shot in shots:
        targets = shot.samples.targets
        at = next((at for at, lane in enumerate(found) if _same(lane.targets, targets)), None)
        if at is None:
            found.append(Lane(targets, [shot]))
        else:
            found[at] = found[at]._replace(shots=[*found[at].shots, shot])
    return found


def _same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    return one.shape == other.shape and np.array_equal(one, other)


def rows(lane: Lane) -> list[ImageRow]:
    """The items, and below them what each run makes of them."""
    return [
        ImageRow("in", lane.targets),
        *(ImageRow(str(shot.place + 1), shot.samples.outputs) for shot in lane.shots),
    ]


def caption(lane: Lane, epochs: Mapping[int, int]) -> str:
    """Which epochs are shown, where they are not those under the cursor."""
    late = [
        f"{shot.place + 1}: nearest kept epoch {numbers.count(shot.epoch)}"
        for shot in lane.shots
        if epochs.get(shot.place, shot.epoch) != shot.epoch
    ]
    return " · ".join(late)


def told(lane: Lane, item: int, width: int) -> list[Content]:
    """One item in words or numbers, for what is no picture, and what each run makes of it."""
    if lane.worded:
        return _words(lane, item)
    item = min(item, len(lane.targets) - 1)
    head = [Cell(f"item {item + 1}"), Cell("in"), *(Cell(str(shot.place + 1)) for shot in lane.shots)]
    names, scale = _names(lane), _scale(lane)
    if lane.targets.ndim == 3:  # windows: a line a channel
        return laid(head, [_channel(lane, item, at, name, width) for at, name in enumerate(names)], width)
    told = [lane.targets[item], *(shot.samples.outputs[item] for shot in lane.shots)]
    lines = [
        [Cell(name), *(Cell(numbers.loss(float(scale[at, 0] + scale[at, 1] * row.reshape(-1)[at]))) for row in told)]
        for at, name in enumerate(names[:MOST_NUMBERS])
    ]
    rest = len(names) - MOST_NUMBERS
    more = [Content.styled(f"and {numbers.count(rest)} numbers more", "$text-muted")] if rest > 0 else []
    return [*laid(head, lines, width), *more]


def _channel(lane: Lane, item: int, at: int, name: str, width: int) -> list[Cell]:
    cells = max(6, (width - 16) // (len(lane.shots) + 1) - 2)
    lines = [lane.targets[item][:, at], *(shot.samples.outputs[item][:, at] for shot in lane.shots)]
    return [Cell(name), *(Cell(sparkline(tuple(map(float, line)), cells)) for line in lines)]


def _names(lane: Lane) -> list[str]:
    columns, width = lane.shots[0].samples.views.get("columns"), lane.targets.shape[-1]
    if columns is not None and len(columns) == width:
        return [plain(str(name)) for name in columns.tolist()]
    return [str(at + 1) for at in range(width)]


def _scale(lane: Lane) -> NDArray[np.float64]:
    """A mean and a scale of each number, which make it a value in the user's units."""
    scales, width = lane.shots[0].samples.views.get("scales"), lane.targets.shape[-1]
    if scales is not None and len(scales) == width:
        return scales.astype(np.float64)
    return np.tile(np.array([0.0, 1.0]), (width, 1))


def _words(lane: Lane, item: int) -> list[Content]:
    said = lane.shots[0].samples.views["sentences"]
    item = min(item, len(said) - 1)
    lines = [Content.assemble(("in  ", "$text-muted"), plain(str(said[item])))]
    for shot in lane.shots:
        read = shot.samples.views["readings"]
        lines.append(Content.assemble((f"{shot.place + 1}   ", "bold"), plain(str(read[item]))))
    return lines
