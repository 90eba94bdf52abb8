"""The runs that a run is related to, read beside the screen's loop: its parent whole, of its forks the names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from aetui.follow.reading import RunRead, read_run
from aetui.state.family import Branch, Family
from engine.errors import EngineError

if TYPE_CHECKING:
    from aetui.follow.reading import Followed
    from engine.runs.store import RunStore


class Relatives(Message):
    """What was read for the run `run_id`; `parent` where it was to be read whole and could be."""

    def __init__(self, run_id: str, family: Family, parent: RunRead | None) -> None:
        super().__init__()
        self.run_id = run_id
        self.family = family
        self.parent = parent


class ParentNews(Message):
    """What a parent that another process trains has written since."""

    def __init__(self, followed: Followed) -> None:
        super().__init__()
        self.followed = followed


class Wanted(NamedTuple):
    """Of which run what is to be read."""

    run_id: str
    parent: str
    whole: bool
    """Whether the parent's past is not known yet."""


def read_family(store: RunStore, wanted: Wanted) -> Relatives:
    """Read it. A table of 10,000 runs is looked at for the forks; a parent is read whole once."""
    from aetui.render.run_cells import name  # with what tables need, which the first frame does not wait for

    try:
        summaries = store.summaries()
    except (EngineError, OSError):
        summaries = []
    forks = tuple(
        Branch(each.id, name(each), each.forked_at)
        for each in sorted(summaries, key=lambda each: each.forked_at)
        if each.parent == wanted.run_id
    )
    parent = next((each for each in summaries if each.id == wanted.parent), None)
    family = Family(name(parent) if parent is not None else "", forks)
    record = store.get(wanted.parent) if parent is not None and wanted.whole else None
    return Relatives(wanted.run_id, family, read_run(record, asked=False) if record is not None else None)
