"""Which units are wanted, and in which order: `density<0.1 class=3 alive`. Screen and command line read the same."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.classes import class_of
from engine.errors import UsageError
from engine.units.collecting import Activations
from engine.units.dossier import correlation
from engine.units.table import UnitTable

EXAMPLE = "selectivity>0.5 density<0.1 class=3 like=17 alive"

_PART = re.compile(
    r"""\s*(?:(?P<field>[A-Za-z_]+)\s*(?P<op><=|>=|[=<>])\s*(?P<value>"[^"]*"?|[^\s"]*)|(?P<word>[^\s]+))"""
)
_OPERATORS: Mapping[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": np.isclose,
}

ORDERS = ("unit", "density", "mean", "deviation", "selectivity", "class", "r", "adds")
"""Columns to order by: numbers with the largest first, except the unit itself and its class."""
SIZE = {"r"}
"""Ordered by their size, whichever the sign."""


class Known(NamedTuple):
    """What units are looked for in."""

    activations: Activations
    table: UnitTable
    added: NDArray[np.float64] | None = None
    """Explained variance that each unit adds, (units,); None where that was not told."""


class Found(NamedTuple):
    """Units, counted from 0, in order."""

    units: NDArray[np.int64]
    r: NDArray[np.float64]
    """(all units,): correlation with the class or the unit that was named, else of each with the class that it
    prefers."""
    of: str = ""
    """The class or the unit that was named."""


def found(known: Known, text: str = "", order: str = "unit", *, reverse: bool = False) -> Found:
    """The units that all parts of `text` fit. One that names a class or a unit orders by the correlation with it,
    unless another order is asked for.

    Raises:
        UsageError: a field that units do not have, or a value that does not go with it.
    """
    if order not in ORDERS:
        raise UsageError("No such order", f"expected one of {', '.join(ORDERS)}, got {order}")
    table = known.table
    fits, r, of = np.ones(len(table.mean), bool), table.preference, ""
    for part in _PART.finditer(text.rstrip()):
        if not part["field"]:
            fits &= _by_word(table, part["word"])
        elif part["field"] in ("class", "like"):
            r, of = _named(known, part["field"], part["op"], part["value"].strip('"'))
            fits &= ~np.isnan(r)
        else:
            fits &= _by_number(known, part["field"], part["op"], part["value"])
    units = np.flatnonzero(fits)
    keys = _keys(known, r, "r" if of and order == "unit" else order)[units]
    keys = np.where(np.isnan(keys), np.inf, keys)
    units = units[np.argsort(keys, kind="stable")]
    return Found(units[::-1] if reverse else units, r, of)


def _keys(known: Known, r: NDArray[np.float64], order: str) -> NDArray[np.float64]:
    """What comes first has the smallest."""
    table = known.table
    if order == "unit":
        return np.arange(len(table.mean), dtype=np.float64)
    if order == "class":
        return np.where(table.preferred < 0, np.nan, table.preferred)
    column = r if order == "r" else _column(known, order)
    return -np.abs(column) if order in SIZE else -column


def _column(known: Known, name: str) -> NDArray[np.float64]:
    if name == "adds":
        return np.full(len(known.table.mean), np.nan) if known.added is None else known.added
    found: NDArray[np.float64] = getattr(known.table, name)
    return found


def _by_word(table: UnitTable, word: str) -> NDArray[np.bool_]:
    """`dead`, `rare`, `alive`, a number of a unit."""
    match word.lower():
        case "dead":
            return table.dead
        case "rare":
            return table.rare
        case "alive":
            return ~table.dead
    if word.isdigit():
        return np.asarray(np.arange(1, len(table.mean) + 1) == int(word))
    raise UsageError("No such units", f"expected conditions such as {EXAMPLE}, or the number of a unit, got {word}")


def _by_number(known: Known, field: str, op: str, value: str) -> NDArray[np.bool_]:
    fields = [name for name in ORDERS if name not in ("unit", "class", "r")]
    if field not in (*fields, "r"):
        raise UsageError("No such column", f"expected one of {', '.join((*fields, 'r', 'class', 'like'))}, got {field}")
    try:
        number = float(value)
    except ValueError:
        raise UsageError("No number", f"expected a number after {field}{op}, got {value!r}") from None
    if field == "adds" and known.added is None:
        raise UsageError("Not told yet", "expected what each unit adds, which has not been computed; ask again later")
    column = known.table.preference if field == "r" else _column(known, field)
    fits = _OPERATORS[op](column, number)
    return np.asarray(fits & ~np.isnan(column), bool)


def _named(known: Known, field: str, op: str, value: str) -> tuple[NDArray[np.float64], str]:
    """Correlations with the class or the unit `value`."""
    if op != "=":
        raise UsageError("Which one", f"expected {field}=…, got {field}{op}{value}")
    if field == "class":
        classes = known.activations.classes
        if not classes:
            raise UsageError("No classes", f"expected items of several classes for class={value}, found one or none")
        place = class_of(value, classes)
        return known.table.class_correlation[:, place], classes[place]
    units = len(known.table.mean)
    if not value.isdigit() or not 1 <= int(value) <= units:
        raise UsageError("No such unit", f"expected a unit from 1 to {units:,} after like=, got {value}")
    r = correlation(known.activations, known.table, int(value) - 1)
    r[int(value) - 1] = np.nan
    return r, f"unit {int(value)}"
