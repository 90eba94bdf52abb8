"""The order of a table of runs, by any of its columns or by a metric or a setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.analysis.headline import ORDER
from engine.runs.listing.changes import told
from engine.runs.listing.filtering import TEXTS, known_field, number_of, unknown
from engine.runs.listing.rows import Row

Key = tuple[Any, ...]
DEFAULT = "age"

_STATES = ("queued", "running", "paused", "held", "failed", "diverged", "interrupted", "stopped", "completed")


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
    "state": lambda row: (_STATES.index(row.run.status),),
    "model": lambda row: (row.run.variant, row.run.preset),
    "age": lambda row: (-row.run.created,),
    "metric": _metric,
    "baseline": _baseline,
    "changed": lambda row: tuple(f"{name} {told(value)}" for name, value in row.changed.items()) or None,
    "tags": lambda row: row.run.tags or None,
    "name": lambda row: (row.run.name.lower(),) if row.run.name else None,
}
KEYS = tuple(_SPECIAL)
"""What rows can be ordered by beside the fields of runs."""


def ordered(rows: Iterable[Row], key: str = DEFAULT, *, reverse: bool = False) -> list[Row]:
    """`rows` by `key`: the newest first, the best first, else the lowest first; what has none comes last either way.

    Raises:
        UsageError: no run has such a field.
    """
    newest = sorted(rows, key=lambda row: (row.run.created, row.run.id), reverse=True)  # decides between equals
    runs = [row.run for row in newest]
    if key not in _SPECIAL and not known_field(key, runs):
        raise unknown(key, runs)
    keyed = [(_key(row, key), row) for row in newest]
    having = [(found, row) for found, row in keyed if found is not None]
    having.sort(key=lambda pair: pair[0], reverse=reverse)
    return [row for _, row in having] + [row for found, row in keyed if found is None]


def _key(row: Row, key: str) -> Key | None:
    if key in _SPECIAL:
        return _SPECIAL[key](row)
    run = row.run
    if key in TEXTS:
        text = TEXTS[key](run)
        return text if any(text) else None
    number = number_of(run, key)
    if number is not None:
        return 0, number
    return (1, told(run.config[key])) if key in run.config else None
