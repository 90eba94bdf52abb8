"""What is told of one unit, in lines."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from textual.content import Content

from aetui.render import numbers
from aetui.render.bars import MUTED
from aetui.render.captions import fitting
from aetui.render.text import plain
from aetui.render.unit_rows import fixed, marks, number, share
from engine.errors import counted

if TYPE_CHECKING:
    from engine.units.ablation import Errors, Without
    from engine.units.collecting import Activations
    from engine.units.dossier import Dossier
    from engine.units.table import UnitTable

BLOCKS, PLAIN = " ▁▂▃▄▅▆▇█", " .:-=+*#@"
LABEL = 10
"""Characters of a class's name."""
LEAST = 8
"""Columns of bars."""


def heading(activations: Activations, table: UnitTable, unit: int) -> Content:
    """What a unit is, in a line."""
    preferred, state = int(table.preferred[unit]), marks(table, unit)
    told = [f"unit {unit + 1:,} of {activations.units:,}"]
    if state == "dead":
        same = number(float(table.highest[unit]))
        told.append(f"it is dead: it answers {same} to all {counted(activations.items, 'item')}")
    else:
        told += [f"active {share(float(table.density[unit]))}", f"mean {number(float(table.mean[unit]))}"]
    if preferred >= 0:
        name, r = plain(activations.classes[preferred], 20), fixed(float(table.preference[unit]))
        told.append(f"selectivity {fixed(float(table.selectivity[unit]))} for {name} (r {r})")
    style = "bold $error" if state == "dead" else "bold $warning" if state else "bold"
    return Content.assemble((told[0], "bold $accent"), (" · " + " · ".join(told[1:]), style))


def histogram(
    of: Dossier, activations: Activations, table: UnitTable, size: tuple[int, int], *, blocks: bool = True
) -> list[Content]:
    """At most `size` (columns, rows) cells: how the activations of each class are spread, on one axis and one scale of
    shares; those of many classes that have the largest means."""
    width, height = size
    told = f"by class, {of.resting:,} at 0 left out" if of.resting else "activation by class"
    head = Content.styled(told, MUTED).truncate(width, ellipsis=True)
    if not of.counts.shape[1]:
        return [head, Content.styled("it is the same for all items", MUTED)]
    names = [plain(name, LABEL) for name in activations.classes] or ["all items"]
    order = np.arange(len(names))
    if len(names) > height - 2:
        means = table.class_means[of.unit]
        order = np.sort(np.argsort(-means, kind="stable")[: max(1, height - 2)])
    label = max(len(names[place]) for place in order)
    shown = of.counts[order]
    bars = max(LEAST, width - label - 1)
    shares = rebinned(shown, bars) / np.maximum(1, _items(activations)[order])[:, None]
    top = float(shares.max()) or 1.0
    glyphs = BLOCKS if blocks else PLAIN
    lines = []
    for place, row in zip(order.tolist(), shares, strict=True):
        levels = np.where(row > 0, np.maximum(1, np.rint(row / top * (len(glyphs) - 1))), 0).astype(int)
        best = place == int(table.preferred[of.unit])
        text = "".join(glyphs[level] for level in levels)
        lines.append(Content.assemble((f"{names[place]:<{label}} ", "bold" if best else MUTED), (text, "$primary")))
    low, high = number(float(of.edges[0])), number(float(of.edges[-1]))
    axis = low + " " * max(1, shares.shape[1] - len(low) - len(high)) + high
    found = [head, *lines, Content.styled(" " * (label + 1) + axis, MUTED)]
    return [line.truncate(width) for line in found[:height]]


def _items(activations: Activations) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if activations.labels is None:
        return np.array([activations.items])
    return np.bincount(activations.labels, minlength=len(activations.classes))


def rebinned(
    counts: np.ndarray[tuple[int, int], np.dtype[np.int64]], bins: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """(rows, n) → (rows, at most `bins`), neighbours added up."""
    n = counts.shape[1]
    if n <= bins:
        return counts
    starts = np.unique((np.arange(bins) * n) // bins)
    return np.asarray(np.add.reduceat(counts, starts, axis=1))


def lost(without: Without | None, activations: Activations, width: int, why: str = "") -> list[Content]:
    """What the output loses without the unit: a line that may be longer than `width`, and one of classes."""
    if without is None:
        return [Content.styled(why or "decoding without it …", MUTED).truncate(width, ellipsis=True)]
    kept = without.kept
    told = Content.assemble(
        ("error ", MUTED),
        f"{numbers.loss(kept.all)}",
        (" · without it: at 0 ", MUTED),
        _change(without.zero, kept),
        (" · at its mean ", MUTED),
        _change(without.mean, kept),
        (f" · {counted(without.items, 'item')}", MUTED),
    )
    lines = [told]
    if len(kept.by_class):
        with np.errstate(divide="ignore", invalid="ignore"):
            times = without.zero.by_class / kept.by_class
        order = [place for place in np.argsort(-np.nan_to_num(times, nan=-np.inf)) if isfinite(times[place])]
        each = [f"{plain(activations.classes[place], LABEL)} {_times(times[place])}" for place in order]
        lines.append(_listed("at 0 by class: ", each, width))
    return lines


def _change(errors: Errors, kept: Errors) -> str:
    return f"{numbers.loss(errors.all)} ({_times(errors.all / kept.all)})" if kept.all > 0 else numbers.loss(errors.all)


def _times(ratio: float) -> str:
    """More in per cent; what is many times as large, as a factor."""
    return f"×{ratio:.3g}" if ratio > 10 else f"{100 * (ratio - 1):+.1f} %"


def alike(of: Dossier, width: int) -> Content:
    """The units most like it, or most unlike it."""
    pairs = zip(of.alike.tolist(), of.correlations.tolist(), strict=True)
    return _listed("correlated: ", [f"{unit + 1:,} {r:+.2f}" for unit, r in pairs] or ["with no other unit"], width)


def _listed(what: str, parts: Sequence[str], width: int) -> Content:
    return Content.assemble((what, MUTED), fitting(parts, width - len(what))).truncate(width, ellipsis=True)
