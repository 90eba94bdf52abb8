"""Which runs come from which: those that a run was forked from, and its forks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.runs.listing.summary import Summary
from engine.runs.store import RunStore


class Ancestor(NamedTuple):
    """A run that another one comes from."""

    run_id: str
    forked_at: int
    """After which of its epochs."""
    run: Summary | None
    """None where it is gone, or was never here."""


class Branch(NamedTuple):
    """A run in the tree of those that have one beginning."""

    run: Summary
    above: tuple[bool, ...]
    """For each run that it comes from, the first one first: whether more forks of that one follow further down."""

    @property
    def depth(self) -> int:
        """Forks between it and the run at the root."""
        return len(self.above)

    @property
    def mark(self) -> str:
        """What stands before it in a list: "│ ├ "."""
        if not self.above:
            return ""
        return "".join("│ " if more else "  " for more in self.above[:-1]) + ("├ " if self.above[-1] else "└ ")


def children(store: RunStore, run_id: str) -> list[Summary]:
    """The forks of a run, in the order of the epochs after which they begin."""
    return sorted((run for run in store.summaries() if run.parent == run_id), key=_place)


def ancestors(store: RunStore, run_id: str) -> list[Ancestor]:
    """The runs that a run comes from, its parent first."""
    return list(_ancestors({run.id: run for run in store.summaries()}, run_id))


def tree(store: RunStore, run_id: str) -> list[Branch]:
    """All runs with the same beginning as `run_id`, each before its forks; empty where it is not in the store."""
    runs = store.summaries()
    known = {run.id: run for run in runs}
    root = next((each.run_id for each in reversed(list(_ancestors(known, run_id))) if each.run), run_id)
    return [branch for branch in arranged(runs) if _root_of(branch, known) == root]


def arranged(runs: Iterable[Summary]) -> list[Branch]:
    """`runs` as they come, but forks behind the run that they come from, where it is among them."""
    runs = list(runs)
    known = {run.id for run in runs}
    forks: defaultdict[str, list[Summary]] = defaultdict(list)
    for run in runs:
        if run.parent in known and run.parent != run.id:
            forks[run.parent].append(run)
    roots = [run for run in runs if run.parent not in known or run.parent == run.id]
    found: list[Branch] = []
    left = [Branch(run, ()) for run in reversed(roots)]
    while left:  # a loop: forks of forks may go as deep as anybody likes
        branch = left.pop()
        found.append(branch)
        below = sorted(forks.get(branch.run.id, ()), key=_place)
        more = [Branch(run, (*branch.above, place < len(below) - 1)) for place, run in enumerate(below)]
        left.extend(reversed(more))
    listed = {branch.run.id for branch in found}
    return found + [Branch(run, ()) for run in runs if run.id not in listed]  # files that say they come from each other


def _ancestors(known: dict[str, Summary], run_id: str) -> Iterator[Ancestor]:
    seen, run = {run_id}, known.get(run_id)
    while run is not None and run.parent and run.parent not in seen:
        seen.add(run.parent)
        parent = known.get(run.parent)
        yield Ancestor(run.parent, run.forked_at, parent)
        run = parent


def _root_of(branch: Branch, known: dict[str, Summary]) -> str:
    there = [each.run_id for each in _ancestors(known, branch.run.id) if each.run]
    return there[-1] if there else branch.run.id


def _place(run: Summary) -> tuple[int, float, str]:
    return run.forked_at, run.created, run.id
