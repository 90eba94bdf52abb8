"""The worst cases in lines: what is shown in which order, the item under the cursor, and how its error compares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from aetui.render import numbers
from aetui.render.bars import MUTED
from aetui.render.captions import fitting
from aetui.render.score_strips import Group, label_width, strips
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.panels.erring.ordered import Ordered

MARK, ASCII_MARK = "●", "*"
CURSOR, ASCII_CURSOR = "▸", ">"
LEAST = 4
"""Lines: what is shown, the item, a strip and its axis."""


def columns(width: int) -> int:
    """How many the histogram has where so many cells are there."""
    return max(1, width - label_width(width))


def lines(ordered: Ordered, told: Sequence[str], size: tuple[int, int], *, blocks: bool = True) -> list[Content]:
    """At most `size` (columns, rows): what is shown, the item under the cursor with all that was measured of it, `told`
    if anything, and the histogram with the item's place in it."""
    width, height = size
    head = [Content.styled(_shown(ordered, width), MUTED), Content.styled(_item(ordered, width, blocks), "bold")]
    head += [Content.styled(each, "$warning") for each in told]
    head = [line.truncate(width, ellipsis=True) for line in head[: max(2, height - 2)]]
    room = height - len(head)
    if room < 2:
        return head[:height]
    group = Group(ordered.label or f"{ordered.measured.part} items", ordered.values)
    axis = ordered.axis(columns(width))
    return [*head, *strips([group], axis, ordered.value, (width, room), blocks=blocks)]


def _shown(ordered: Ordered, width: int) -> str:
    """The most important first, as much as has room."""
    measured = ordered.measured
    order = "worst first" if ordered.worst_first else "best first"
    parts = [f"{ordered.measure.label}, {order}"]
    of = f" of class {ordered.label}" if ordered.label else ""
    parts.append(f"{counted(len(ordered.order), f'{measured.part} item')}{of}")
    if ordered.marked:
        parts.append(f"{len(ordered.marked):,} marked")
    best = ", the best" if measured.weights == "best" else ""
    parts.append(f"weights of epoch {measured.epoch:,}{best}")
    return fitting(parts, width)


def _item(ordered: Ordered, width: int, blocks: bool) -> str:
    """Which it is, and every number that is known of it: that of the order first."""
    place, found = ordered.place, ordered.measured
    marked = (f"{MARK if blocks else ASCII_MARK} ") * (place in ordered.marked)
    which = f"{ordered.rank + 1:,} of {len(ordered.order):,}: {marked}{ordered.name_of(place)}"
    known = ordered.class_of(place)
    ours = ordered.measure
    rest = [each for each in found.measures if each is not ours]
    values = [f"{short(each.key, found.baseline)} {numbers.loss(float(each.values[place]))}" for each in (ours, *rest)]
    return fitting([which + (f", {known}" if known else ""), *values], width)


def short(key: str, baseline: str) -> str:
    """What is measured, in a word or two."""
    return {"seen": "against input", "baseline": baseline, "behind": f"beyond {baseline}"}.get(key, key)
