"""Runs that a process without a terminal is to begin, or to go on with: other processes can have them taken back.

`<root>/waiting/<id>/` stands from the order to the run's first event; a lock in it tells whether the process lives.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from engine.runs.commands import put_command, take_command, withdraw_command
from engine.runs.record import is_held
from engine.storage.atomic import make_folder

FOLDER = "waiting"
LOCK = "lock"


class Waiting:
    """The runs that this process has before it."""

    def __init__(self, root: Path, run_ids: Iterable[str]) -> None:
        self._locks: dict[str, int] = {}
        self._root = root
        for run_id in run_ids:
            with suppress(OSError):  # a run can do without
                self._announce(run_id)

    def _announce(self, run_id: str) -> None:
        make_folder(self._root)
        make_folder(_place(self._root, run_id))
        withdraw_command(_place(self._root, run_id))  # of a process that was killed
        lock = os.open(_place(self._root, run_id) / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another process has it before it
            os.close(lock)
            raise
        self._locks[run_id] = lock

    def unwanted(self) -> list[str]:
        """The runs that somebody asked to stop since the last time."""
        return [run_id for run_id in self._locks if take_command(_place(self._root, run_id)) == "stop"]

    def over(self, run_id: str) -> bool:
        """The run has begun, or never will; whether somebody has asked to stop it in the last moment."""
        lock = self._locks.pop(run_id, None)
        if lock is None:
            return False
        asked = take_command(_place(self._root, run_id)) == "stop"
        shutil.rmtree(_place(self._root, run_id), ignore_errors=True)
        os.close(lock)
        return asked

    def close(self) -> None:
        """None of them will begin here."""
        for run_id in list(self._locks):
            self.over(run_id)


def waits(root: Path, run_id: str) -> bool:
    """Whether a living process has the run before it."""
    return is_held(_place(root, run_id) / LOCK)


def find(root: Path, text: str) -> str:
    """The waiting run that `text` means: an id, or an unambiguous beginning of one; empty if it means none."""
    fits = [place.name for place in (root / FOLDER).glob("*") if text and place.name.startswith(text)]
    known = [run_id for run_id in fits if waits(root, run_id)]
    return text if text in known else known[0] if len(known) == 1 else ""


def take_back(root: Path, run_id: str) -> None:
    """Ask for the run not to begin. Raises OSError where that cannot be written: it may have begun."""
    put_command(_place(root, run_id), "stop")


def _place(root: Path, run_id: str) -> Path:
    return root / FOLDER / run_id
