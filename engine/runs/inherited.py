"""Where what a run keeps of an epoch lies: in its own folder, or, of epochs before it was forked, in that of a run that
it comes from.

A fork copies neither pictures nor weights. Its parent may be gone: then there are none of those epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from engine.events import UNREADABLE, Count
from engine.storage.bounded import read_bounded

LARGEST = 2**20
"""Bytes of `run.json`, as `engine.runs.record.LARGEST_INFO`."""
LONGEST = 60
"""Characters of a run's id; longer ones are no names of folders."""
MOST = 100_000
"""Epochs of a run."""


class _Origin(msgspec.Struct):
    """Of `run.json`, what says where a run comes from."""

    parent: Annotated[str, Meta(max_length=LONGEST)] = ""
    forked_at: Count = 0


class Span(NamedTuple):
    """The epochs after `after`, up to `until`, of which what is kept lies in `folder`."""

    folder: Path
    after: Annotated[int, Meta(ge=0)]
    until: int


def spans(folder: Path) -> Iterator[Span]:
    """Those of the run in `folder`: its own epochs first, then those of its parent, and so on."""
    until, seen = MOST, set[Path]()
    while folder not in seen:
        seen.add(folder)
        origin = _origin(folder)
        after = min(origin.forked_at, until) if origin.parent else 0
        yield Span(folder, after, until)
        parent = folder.parent / origin.parent
        # The file may say anything: only a folder beside this one is a run that it can come from.
        if not after or origin.parent != parent.name or origin.parent.startswith(".") or not parent.is_dir():
            return
        folder, until = parent, after


def everything(folder: Path, kept: Callable[[Path], Iterable[int]]) -> dict[int, Path]:
    """The epochs of which something is kept, and in which folder, where `kept` tells them of one folder."""
    return {
        epoch: span.folder for span in spans(folder) for epoch in kept(span.folder) if span.after < epoch <= span.until
    }


def folder_of(folder: Path, epoch: int) -> Path:
    """Where what the run in `folder` keeps of `epoch` lies, if anywhere."""
    found = folder
    for span in spans(folder):
        found = span.folder
        if epoch > span.after:
            break
    return found


def _origin(folder: Path) -> _Origin:
    try:
        with (folder / "run.json").open("rb") as file:
            return msgspec.json.decode(bytes(read_bounded(file, LARGEST)), type=_Origin)
    except (OSError, *UNREADABLE):
        return _Origin()
