"""Runs that the user deletes: gone from the store at once, and kept aside until the next deletion.

`<root>/.trash/<id>/` is the run's folder as it was, moved in one step; `<root>/.trash/.beside/` has what went with
runs, under its path in the store.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.errors import RunError, UsageError, counted
from engine.runs.record import RunRecord
from engine.runs.store import RunStore
from engine.runs.waiting import waits
from engine.storage.atomic import make_folder

FOLDER, BESIDE = ".trash", ".beside"


class Deleted(NamedTuple):
    """What can be brought back."""

    runs: list[str]
    beside: list[str]
    """Paths of other folders in the store, as `sweeps/ID`."""


def check_deletable(store: RunStore, records: Sequence[RunRecord]) -> None:
    """Raises RunError where a process has one of the runs in hand, or is about to."""
    for record in records:
        if record.lives or waits(store.root, record.id):
            raise RunError("Run in use", f"{record.id} is being trained; stop it first (`aetui stop {record.id}`)")


def delete(
    store: RunStore, records: Sequence[RunRecord], *, beside: Sequence[str] = (), for_good: bool = False
) -> None:
    """Take the runs out of the store, all of them or, where one is in use, none; and folders `beside` them, by their
    paths in the store. What was deleted before is removed from the disk now; with `for_good` these are, too.

    Raises:
        RunError: one is in use, or cannot be moved.
    """
    check_deletable(store, records)
    trash = store.root / FOLDER
    shutil.rmtree(trash, ignore_errors=True)
    try:
        make_folder(trash)
        for record in records:
            _move(record, trash)
        for path in beside:
            make_folder((trash / BESIDE / path).parent)
            (store.root / path).rename(trash / BESIDE / path)
    except OSError as error:
        raise RunError(
            "Not deleted", f"expected to move everything below {trash}, but {error.strerror or error}; mend the folder"
        ) from error
    if for_good:
        shutil.rmtree(trash, ignore_errors=True)


def _move(record: RunRecord, trash: Path) -> None:
    lock = -1
    with suppress(FileNotFoundError):
        lock = os.open(record.folder / "events.jsonl", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if lock >= 0:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # nobody takes it up while it moves
        record.folder.rename(trash / record.id)
    except BlockingIOError as error:
        raise RunError("Run in use", f"{record.id} is being trained; stop it first") from error
    finally:
        if lock >= 0:
            os.close(lock)


def deleted(store: RunStore) -> Deleted:
    """What was deleted last."""
    trash = store.root / FOLDER
    runs: list[str] = []
    with suppress(OSError):
        runs = sorted(entry.name for entry in os.scandir(trash) if entry.is_dir() and entry.name != BESIDE)
    return Deleted(runs, sorted(str(path.relative_to(trash / BESIDE)) for path in (trash / BESIDE).glob("*/*")))


def undelete(store: RunStore) -> Deleted:
    """Bring back what was deleted last.

    Raises:
        UsageError: nothing was, or it was removed since.
        RunError: it cannot be moved back.
    """
    found, trash = deleted(store), store.root / FOLDER
    if not (found.runs or found.beside):
        raise UsageError("Nothing to bring back", "no run was deleted, or it was removed from the disk since")
    moves = [(trash / run_id, store.root / run_id) for run_id in found.runs]
    moves += [(trash / BESIDE / path, store.root / path) for path in found.beside]
    taken = next((target for _, target in moves if target.exists()), None)
    if taken is not None:
        raise RunError("Not brought back", f"{taken.name} is in the store again; rename or remove {taken}")
    try:
        for kept, target in moves:
            make_folder(target.parent)
            kept.rename(target)
        shutil.rmtree(trash, ignore_errors=True)
    except OSError as error:
        raise RunError(
            "Not brought back",
            f"expected to move {counted(len(moves), 'folder')} from {trash}, but {error.strerror or error}",
        ) from error
    return found
