"""Runs that branched off from one another as a tree in the table: forks below the run that they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.runs.listing.rows import Row

AWAY = "╴"
"""Before a fork whose parent does not stand above it."""


class Tree(NamedTuple):
    """Rows in their places, and by run what stands before the names of those that branched off."""

    rows: Sequence[Row]
    signs: Mapping[str, str]


def apart(rows: Sequence[Row]) -> Tree:
    """`rows` as they are; forks have a sign."""
    return Tree(rows, {row.run.id: AWAY for row in rows if row.run.parent})


def together(rows: Sequence[Row]) -> Tree:
    """Forks below their parents, all of a family where the first of it stood; those of one parent keep their order."""
    if not any(row.run.parent for row in rows):
        return Tree(rows, {})
    there = {row.run.id: row for row in rows}
    children: dict[str, list[Row]] = {}
    first: dict[str, None] = {}
    for row in rows:
        first.setdefault(_root(row, there))
        if row.run.parent in there:
            children.setdefault(row.run.parent, []).append(row)
    signs = {row.run.id: AWAY for row in rows if row.run.parent}
    ordered: list[Row] = []
    for root in first:
        ordered.append(there[root])
        for row, sign in _below(root, children, "", {root}):
            signs[row.run.id] = sign
            ordered.append(row)
    return Tree(ordered, signs)


def _root(row: Row, there: Mapping[str, Row]) -> str:
    """The farthest run back that `row` comes from and that is there. Files may say anything, circles too."""
    seen = {row.run.id: None}
    while row.run.parent in there and row.run.parent not in seen:
        row = there[row.run.parent]
        seen[row.run.id] = None
    return min(seen) if row.run.parent in seen else row.run.id


def _below(run_id: str, children: Mapping[str, list[Row]], indent: str, seen: set[str]) -> Iterator[tuple[Row, str]]:
    rows = [row for row in children.get(run_id, ()) if row.run.id not in seen]
    seen.update(row.run.id for row in rows)
    for row in rows:
        last = row is rows[-1]
        yield row, indent + ("└" if last else "├")
        yield from _below(row.run.id, children, indent + (" " if last else "│"), seen)
