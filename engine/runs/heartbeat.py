"""A run's sign of life for other processes: the newest passing event (progress, why it holds still) in a small file.

The file has a fixed size and is written in place, so that it tells of a full disk even on a full disk. When it was
written last says, on a disk that hosts share, whether the run is alive where its lock cannot be seen.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from engine import events
from engine.events import Event, RunHeld

NAME = "pulse"
"""As other versions know it, which may watch or train runs on the same disk."""
BYTES = 4096
BEAT_SECONDS = 0.4
"""How often the file is written at most."""
LONGEST_REASON = 1000


class Heartbeat:
    """Written by the process that trains the run."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._text = b"".ljust(BYTES)
        self._beaten = -BEAT_SECONDS
        self._file = -1
        self._open()

    def _open(self) -> None:
        with suppress(OSError):  # a run can do without
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            os.pwrite(self._file, self._text, 0)

    def show(self, event: Event) -> None:
        """Tell `event`, unless one of its kind was told a moment ago."""
        if isinstance(event, RunHeld):
            self._write(msgspec.structs.replace(event, reason=event.reason[:LONGEST_REASON]))
        elif time.monotonic() - self._beaten > BEAT_SECONDS:
            self._write(event)

    def beat(self) -> None:
        """Tell that the process lives, while nothing happens."""
        if time.monotonic() - self._beaten > BEAT_SECONDS:
            self._put()

    def close(self, *, handed_over: bool = False) -> None:
        """The life of the run is over; if it is `handed_over`, the file stays for the process that goes on. Should the
        life go on after all, the next event makes the file anew."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            if not handed_over:
                with suppress(OSError):  # in a folder that cannot be written it stays, and tells nothing
                    self._path.unlink(missing_ok=True)

    def _write(self, event: Event) -> None:
        text = events.encode(event).ljust(BYTES)
        if len(text) == BYTES:
            self._text = text
            if self._file < 0:
                self._open()
            self._put()

    def _put(self) -> None:
        self._beaten = time.monotonic()
        if self._file >= 0:
            with suppress(OSError):
                os.pwrite(self._file, self._text, 0)


def read_heartbeat(folder: Path) -> Event | None:
    """The newest passing event of the run in `folder`, if there is one. It counts only while its `seq` is not lower
    than that of the newest recorded event."""
    try:
        with (folder / NAME).open("rb") as file:
            text = file.read(BYTES)
        event = events.decode(text)
    except (OSError, *events.UNREADABLE):
        return None
    return None if event.recorded else event


def silence(folder: Path) -> float:
    """Seconds since anything was written about the run, by the clock of the disk: those of hosts differ."""
    written = [0.0]
    for name in (NAME, "events.jsonl", "run.json"):
        with suppress(OSError):
            written.append((folder / name).stat().st_mtime)
    return _now(folder) - max(written)


def _now(folder: Path) -> float:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            return os.fstat(file.fileno()).st_mtime
    except OSError:
        return time.time()
