"""Runs that branched off from one another as a tree in the table: forks below the run that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from engine.runs.lineage import Branch
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
    """Forks below their parents, all of a family where the first of it stood."""
    if not any(row.run.parent for row in rows):
        return Tree(rows, {})
    from engine.runs.lineage import arranged

    places = {row.run.id: place for place, row in enumerate(rows)}
    families: list[list[Branch]] = []
    for branch in arranged(row.run for row in rows):
        if not branch.above:
            families.append([])
        families[-1].append(branch)
    families.sort(key=lambda family: min(places[branch.run.id] for branch in family))
    found = [branch for family in families for branch in family]
    signs = {branch.run.id: branch.mark[::2] or AWAY for branch in found if branch.run.parent}  # a cell for each level
    return Tree([rows[places[branch.run.id]] for branch in found], signs)
