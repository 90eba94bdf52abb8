"""Settings that are asked to change in a run that trains somewhere: lines in a file of its folder.

Only the user can write there. The process that trains the run looks for it between chunks, answers with
`SettingsChanged` or a warning, and takes it away.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import Any

import msgspec

from engine.events import UNREADABLE
from engine.storage.bounded import read_bounded

NAME = "request-settings"
LARGEST = 2**16
"""Bytes of all that is asked for at once; a setting takes some 30."""


def put_settings(folder: Path, config: dict[str, Any]) -> None:
    """Ask for these settings, after whatever was asked for before. Raises OSError where that cannot be written."""
    line = msgspec.json.encode(config) + b"\n"
    while True:
        file = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file).st_nlink:  # else it was taken away a moment ago, and nobody would read on
                size = os.fstat(file).st_size
                if os.write(file, line) < len(line):
                    os.ftruncate(file, size)  # half a line would spoil the next one
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return
        finally:
            os.close(file)


def take_settings(folder: Path) -> list[dict[str, Any]]:
    """What was asked for since the last time, in order; what cannot be read is nothing."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            text = bytes(read_bounded(file, LARGEST))
            path.unlink()
    except OSError:  # there is nothing, or it cannot be taken away: it would be done again and again
        return []
    found = []
    for line in text.splitlines():
        try:
            found.append(msgspec.json.decode(line, type=dict[str, Any]))
        except UNREADABLE:
            continue
    return found
