"""Runs that wait for their turn, on disk: other processes see them, can have them taken back, and take them up when
the process that they waited in is gone.

`<root>/waiting/<id>/` stands from the order to the run's first event: `order.json` says what to train, the lock tells
whether the process that has the run before it lives.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from engine.events import UNREADABLE, Count
from engine.runs.commands import put_command, take_command, withdraw_command
from engine.runs.jobs import Order, ResumeJob
from engine.runs.record import has_begun, is_held, read_record
from engine.storage.atomic import make_folder, replacing
from engine.storage.bounded import read_bounded

FOLDER = "waiting"
LOCK = "lock"
ORDER = "order.json"
LARGEST = 2**18
"""Bytes of an order; one of ours has some 500."""
SCHEMA = 1


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """`order.json`."""

    schema: int = SCHEMA
    order: Order
    seq: Count = 0
    """Number of the run's last event when it was queued: if there are more, it went on since."""
    at: Annotated[float, Meta(ge=0, le=1e11)]
    pid: Count
    """The process that queued it."""


class Found(NamedTuple):
    """A run that waits, as other processes see it."""

    run_id: str
    order: Order | None
    """None where it cannot be read."""
    at: float
    """When it was queued."""
    pid: int
    lives: bool
    """Whether the process that has it before it does; if not, nobody will train it until it is taken up."""
    problem: str = ""
    """Why its order cannot be read."""


class Waiting:
    """The runs that this process has before it. May be used by several threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._locks: dict[str, int] = {}
        self._mutex = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._locks)

    def announce(self, order: Order, seq: int = 0, lock: int | None = None) -> None:
        """Let everybody see that the run waits here. `lock` is that of its place, where another process passed it on.

        Raises:
            BlockingIOError: another process has it before it.
            OSError: it cannot be written; a run can do without.
        """
        place = _place(self._root, order.run_id)
        make_folder(self._root)
        make_folder(place)
        if lock is None:
            withdraw_command(place)  # of a process that was killed
            lock = _locked(place)
        former = _kept(place, order.run_id)
        at = former.at if isinstance(former, _Kept) else time.time()  # who takes it over waits no shorter
        with self._mutex:
            self._locks[order.run_id] = lock
        _write(place, order, seq, at)

    def changed(self, order: Order, seq: int = 0) -> None:
        """A run that waits here is to be trained otherwise than it was announced. Raises OSError."""
        place = _place(self._root, order.run_id)
        former = _kept(place, order.run_id)
        if isinstance(former, _Kept):
            _write(place, order, seq, former.at)

    def unwanted(self) -> list[str]:
        """The runs that somebody asked to stop since the last time."""
        with self._mutex:
            return [run_id for run_id in self._locks if take_command(_place(self._root, run_id)) == "stop"]

    def over(self, run_id: str) -> bool:
        """The run has begun, or never will; whether somebody has asked to stop it in the last moment."""
        with self._mutex:
            lock = self._locks.pop(run_id, None)
            if lock is None:
                return False
            asked = take_command(_place(self._root, run_id)) == "stop"
            _remove(_place(self._root, run_id))
            os.close(lock)
            return asked

    def passed_on(self, run_id: str) -> int | None:
        """The lock of the run's place, for another process: it is that one's from now on."""
        with self._mutex:
            return self._locks.pop(run_id, None)

    def close(self) -> None:
        """None of them will begin here."""
        for run_id in list(self._locks):
            self.over(run_id)


def _write(place: Path, order: Order, seq: int, at: float) -> None:
    kept = _Kept(order=order.without_files(), seq=seq, at=at, pid=os.getpid())
    with replacing(place / ORDER, flush=False) as file:
        file.write(msgspec.json.encode(kept) + b"\n")


def _locked(place: Path) -> int:
    """The lock of a place, which somebody may sweep away in this very moment. Raises OSError."""
    while True:
        lock = os.open(place / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock).st_nlink:
                return lock
        except OSError:
            os.close(lock)
            raise
        os.close(lock)
        make_folder(place)


def waits(root: Path, run_id: str) -> bool:
    """Whether a living process has the run before it."""
    return is_held(_place(root, run_id) / LOCK)


def find(root: Path, text: str) -> str:
    """The waiting run that `text` means: an id, or an unambiguous beginning of one; empty if it means none."""
    return _meant(text, [found.run_id for found in listed(root) if found.lives])


def find_left(root: Path, text: str) -> Found | None:
    """The run that `text` means among those whose process is gone before it began; None if it means none."""
    left = {found.run_id: found for found in listed(root) if not found.lives}
    return left.get(_meant(text, list(left)))


def _meant(text: str, run_ids: list[str]) -> str:
    fits = [run_id for run_id in run_ids if text and run_id.startswith(text)]
    return text if text in fits else fits[0] if len(fits) == 1 else ""


def listed(root: Path) -> list[Found]:
    """All that wait, in the order in which they were queued. Places of runs that went on since are swept away."""
    with suppress(OSError):
        names = [entry.name for entry in os.scandir(root / FOLDER) if entry.is_dir(follow_symlinks=False)]
        return sorted(_read_all(root, names), key=lambda found: (found.at, found.run_id))
    return []


def _read_all(root: Path, names: list[str]) -> Iterator[Found]:
    for name in names:
        lives = waits(root, name)  # asked first: one that begins takes its place away before it lets go of it
        kept = _kept(_place(root, name), name)
        if kept is None:
            if lives:  # of an earlier version
                yield Found(name, None, 0.0, 0, lives=True)
        elif isinstance(kept, str):
            yield Found(name, None, 0.0, 0, lives, kept)
        elif lives or not _went_on(root / name, kept):
            yield Found(name, kept.order, kept.at, kept.pid, lives)
        else:
            _sweep(root, name)


def _kept(place: Path, name: str) -> _Kept | str | None:
    """The order in a place; None where there is none, or why it cannot be read."""
    try:
        with open(place / ORDER, "rb", opener=_careful) as file:
            text = bytes(read_bounded(file, LARGEST))
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"its order cannot be read: {error.strerror or error}"
    if len(text) > LARGEST:
        return f"expected an order of at most {LARGEST:,} bytes, found more"
    try:
        kept = msgspec.json.decode(text, type=_Kept)
    except UNREADABLE as error:
        return f"expected an order of ours, found {str(error)[:100]}"
    if kept.schema > SCHEMA:
        return f"a newer version of aetui wrote it (format {kept.schema}, this one reads up to {SCHEMA})"
    if kept.order.run_id != name or not name.isprintable():
        return f"expected the order of {name[:60]!r}, found that of {kept.order.run_id[:60]!r}"
    return msgspec.structs.replace(kept, order=kept.order.without_files())


def _careful(path: str, flags: int) -> int:
    """Follows no link and waits for nobody, as a pipe would have it."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)


def _went_on(folder: Path, kept: _Kept) -> bool:
    """Whether anything happened to the run since it was queued."""
    if not isinstance(kept.order.job, ResumeJob):
        return has_begun(folder)
    record = read_record(folder)
    return isinstance(record, int) or record.last_seq != kept.seq or record.lives


def _sweep(root: Path, run_id: str) -> None:
    with suppress(OSError):
        lock = _locked(_place(root, run_id))
        _remove(_place(root, run_id))
        os.close(lock)


def _remove(place: Path) -> None:
    """With the folder of all places, if it was the last."""
    shutil.rmtree(place, ignore_errors=True)
    with suppress(OSError):
        place.parent.rmdir()


def take_back(root: Path, run_id: str) -> None:
    """Ask for the run not to begin. Raises OSError where that cannot be written: it may have begun."""
    put_command(_place(root, run_id), "stop")


def forget(root: Path, run_id: str) -> None:
    """Nobody is to train what a process that is gone had before it."""
    _sweep(root, run_id)


def _place(root: Path, run_id: str) -> Path:
    return root / FOLDER / run_id
