"""The order of a table of runs, by any of its columns or by a metric or a setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from engine.analysis.headline import ORDER
from engine.runs.listing.changes import told
from engine.runs.listing.filtering import NUMBERS, TEXTS, TIMES, known_field, number_of, unknown
from engine.runs.listing.rows import Row
from engine.runs.listing.summary import Summary

Key = Any
"""Comparable with the others of its order."""
DEFAULT = "age"

_STATES = {
    state: place
    for place, state in enumerate(
        (
            "queued",
            "waiting",
            "abandoned",
            "running",
            "paused",
            "held",
            "failed",
            "diverged",
            "interrupted",
            "stopped",
            "completed",
        )
    )
}


def _metric(row: Row) -> Key | None:
    found = row.headline
    return (ORDER.index(found.measure), found.badness) if found else None


def _baseline(row: Row) -> Key | None:
    """Where the model is beaten first, then by what it is measured against."""
    found = row.headline
    if found is None or found.theirs is None:
        return None
    return bool(found.beats), ORDER.index(found.measure), found.theirs


_SPECIAL: Mapping[str, Callable[[Row], Key | None]] = {
    "state": lambda row: _STATES[row.run.status],
    "model": lambda row: f"{row.run.variant} {row.run.preset}",
    "age": lambda row: -row.run.created,
    "metric": _metric,
    "baseline": _baseline,
    "changed": lambda row: tuple(f"{name} {told(value)}" for name, value in row.changed.items()) or None,
    "tags": lambda row: row.run.tags or None,
    "name": lambda row: row.run.name.lower() or None,
}
KEYS = tuple(_SPECIAL)
"""What rows can be ordered by beside the fields of runs."""


def ordered(rows: Iterable[Row], key: str = DEFAULT, *, reverse: bool = False) -> list[Row]:
    """`rows`, which come newest first, by `key`: the newest first, the best first, else the lowest first; what has none
    comes last either way, and of equals the newest first.

    Raises:
        UsageError: no run has such a field.
    """
    rows = list(rows)
    of_row = _SPECIAL.get(key) or _field(key, [row.run for row in rows])
    keyed = [(of_row(row), row) for row in rows]
    having = [pair for pair in keyed if pair[0] is not None]
    having.sort(key=itemgetter(0), reverse=reverse)
    return [row for _, row in having] + [row for found, row in keyed if found is None]


def _field(key: str, runs: list[Summary]) -> Callable[[Row], Key | None]:
    if not known_field(key, runs):
        raise unknown(key, runs)
    if key in TEXTS:
        texts = TEXTS[key]
        return lambda row: tuple(filter(None, texts(row.run))) or None

    def mixed(row: Row) -> Key | None:
        """Of a setting, which may be a number or a text, numbers come first."""
        number = number_of(row.run, key)
        if number is not None:
            return 0, number
        return (1, told(row.run.config[key])) if key in row.run.config else None

    if key in NUMBERS or key in TIMES:
        return lambda row: number_of(row.run, key)
    return mixed
