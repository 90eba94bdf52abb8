"""Runs that the user deletes: gone from the store at once, and kept aside until the next deletion.

`<root>/.trash/<id>/` is the run's folder as it was, moved in one step.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import RunError, UsageError, counted
from engine.runs.record import RunRecord
from engine.runs.store import RunStore
from engine.runs.waiting import waits
from engine.storage.atomic import make_folder

FOLDER = ".trash"


def check_deletable(store: RunStore, records: Sequence[RunRecord]) -> None:
    """Raises RunError where a process has one of the runs in hand, or is about to."""
    for record in records:
        if record.lives or waits(store.root, record.id):
            raise RunError("Run in use", f"{record.id} is being trained; stop it first (`aetui stop {record.id}`)")


def delete(store: RunStore, records: Sequence[RunRecord], *, for_good: bool = False) -> None:
    """Take the runs out of the store, all of them or, where one is in use, none. What was deleted before is removed
    from the disk now; with `for_good` these are, too.

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
    except OSError as error:
        raise RunError(
            "Not deleted", f"expected to move the run below {trash}, but {error.strerror or error}; mend the folder"
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


def deleted(store: RunStore) -> list[str]:
    """The runs that can be brought back."""
    with suppress(OSError):
        return sorted(entry.name for entry in os.scandir(store.root / FOLDER) if entry.is_dir())
    return []


def undelete(store: RunStore) -> list[str]:
    """Bring back what was deleted last; returns the ids.

    Raises:
        UsageError: nothing was, or it was removed since.
        RunError: it cannot be moved back.
    """
    found = deleted(store)
    if not found:
        raise UsageError("Nothing to bring back", "no run was deleted, or it was removed from the disk since")
    taken = [run_id for run_id in found if (store.root / run_id).exists()]
    if taken:
        raise RunError(
            "Not brought back", f"{taken[0]} is in the store again; rename or remove {store.root / taken[0]}"
        )
    try:
        for run_id in found:
            (store.root / FOLDER / run_id).rename(store.root / run_id)
        with suppress(OSError):
            (store.root / FOLDER).rmdir()
    except OSError as error:
        raise RunError(
            "Not brought back",
            f"expected to move {counted(len(found), 'run')} from {store.root / FOLDER}, but {error.strerror or error}",
        ) from error
    return found
