"""What the user chose on the screen, kept from one start to the next in a file of the program's own.

It is no configuration: `config.toml` is the user's, is never written, and counts where it says something. What cannot
be read here is as if it had never been kept.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

import msgspec
import platformdirs

from engine.storage.atomic import make_folder, replacing

LARGEST = 2**16
"""Bytes of the file."""
MOST_COMMANDS = 100
"""Commands that are remembered, the newest."""
LONGEST_COMMANDS = LARGEST // 4
"""Characters of all of them: escaped or not, the file stays one that is read again."""


class Kept(msgspec.Struct, frozen=True):
    """The look of the workbench as it was left; empty texts and None where nothing was chosen."""

    theme: str = ""
    model: str = ""
    panel: str = ""
    zoom: str = ""
    """What has the screen alone."""
    log_scale: bool | None = None
    curves: tuple[str, ...] | None = None
    """The curves that are switched on, by name."""
    commands: tuple[str, ...] = ()
    """What was typed in the command line, the newest last."""


def with_command(known: Sequence[str], command: str) -> tuple[str, ...]:
    """`known` with one more command at its end; one that was typed before moves there."""
    every = [*(each for each in known if each != command), command][-MOST_COMMANDS:]
    lengths = list(accumulate(len(each) for each in every[::-1]))
    return tuple(every[len(every) - sum(length <= LONGEST_COMMANDS for length in lengths) :])


def default_path() -> Path:
    """Where it is kept."""
    return platformdirs.user_state_path("aetui") / "screen.json"


def read(path: Path) -> Kept:
    """What was kept; what is kept of a new user where there is no such file, or none that can be meant."""
    try:
        with open(path, "rb", opener=_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return Kept()
            kept = msgspec.json.decode(file.read(LARGEST), type=Kept)
            return msgspec.structs.replace(kept, commands=tuple(filter(str.isprintable, kept.commands)))
    except (OSError, ValueError, RecursionError):
        return Kept()


def _at_once(path: str, flags: int) -> int:
    """Opened without waiting for somebody who writes into it."""
    return os.open(path, flags | os.O_NONBLOCK)


def write(path: Path, kept: Kept) -> None:
    """Put it in the place of what was kept; where that cannot be, nothing is lost but the look."""
    try:
        make_folder(path.parent)
        with replacing(path, flush=False) as file:
            file.write(msgspec.json.encode(kept))
    except OSError:
        return
