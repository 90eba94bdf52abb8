"""A unit as a row of a table, and a layer in a line."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from aetui.render.numbers import UNKNOWN
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import UnitsRead
    from engine.units.search import Found, Known
    from engine.units.table import UnitTable

HEAD = ("UNIT", "DENSITY", "MEAN", "SELECTIVITY", "CLASS", "R", "ADDS")
LAYERS = {"code": "the code", "first": "the first layer"}


def cells(known: Known, found: Found, unit: int, widest: int = 12) -> tuple[str, ...]:
    """What stands under `HEAD` for a unit, counted from 0; names of classes in `widest` characters."""
    table, classes = known.table, known.activations.classes
    preferred = int(table.preferred[unit])
    added = None if known.added is None else float(known.added[unit])
    return (
        f"{unit + 1:,}",
        share(float(table.density[unit])),
        number(float(table.mean[unit])),
        fixed(float(table.selectivity[unit])),
        plain(classes[preferred], widest) if preferred >= 0 else UNKNOWN,
        fixed(float(found.r[unit])),
        UNKNOWN if added is None or table.dead[unit] else points(added),
    )


def marks(table: UnitTable, unit: int) -> str:
    """What is wrong with a unit; empty where nothing is."""
    return "dead" if table.dead[unit] else "ultra-rare" if table.rare[unit] else ""


def summary(answer: UnitsRead) -> str:
    """All units together, and by which items that is told."""
    return f"{figures(answer)};\n{basis(answer)};"


def figures(answer: UnitsRead) -> str:
    """All units together."""
    table = answer.table
    told = [f"L0 {table.l0:.3g} of {answer.activations.units:,}"]
    if isfinite(answer.explained_variance):
        told.append(f"explained variance {100 * answer.explained_variance:.1f} %")
    if isfinite(answer.shrinkage):
        told.append(f"shrinkage {answer.shrinkage:.3f}")
    told += [f"{int(table.dead.sum()):,} dead", f"{int(table.rare.sum()):,} ultra-rare"]
    return ", ".join(told)


def basis(answer: UnitsRead) -> str:
    """Which layer, which items, and what counts as active."""
    activations = answer.activations
    of = f" of {activations.of:,}, of each class its share," if activations.items < activations.of else ""
    left = f" ({counted(activations.left_out, 'item')} without finite activations left out)"
    active = f"|activation| > {answer.table.above:.3g}" if answer.table.above else "activation ≠ 0"
    return (
        f"units of {LAYERS[answer.layer]} on {counted(activations.items, 'item')}{of} of the {answer.part} part"
        f"{left * bool(activations.left_out)}; active: {active}"
    )


def number(value: float) -> str:
    """Three digits."""
    return f"{value:.3g}" if isfinite(value) else UNKNOWN


def fixed(value: float) -> str:
    """Two digits behind the point, for what lies between -1 and 1."""
    return f"{value:.2f}" if isfinite(value) else UNKNOWN


def share(value: float) -> str:
    """In per cent, small ones with more digits."""
    return f"{100 * value:.{1 if value >= 0.001 or value == 0 else 3}f} %"


def points(value: float) -> str:
    """Explained variance in per cent."""
    return f"{100 * value:.2f} %" if isfinite(value) else UNKNOWN
