"""What the user chose on the screen, kept from one start to the next in a file of the program's own.

It is no configuration: `config.toml` is the user's, is never written, and counts where it says something. What cannot
be read here is as if it had never been kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import platformdirs

from engine.storage.atomic import make_folder, replacing

LARGEST = 2**16
"""Bytes of the file."""
MOST_COMMANDS = 100
"""Commands that are remembered, the newest."""


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
    return (*(each for each in known if each != command), command)[-MOST_COMMANDS:]


def default_path() -> Path:
    """Where it is kept."""
    return platformdirs.user_state_path("aetui") / "screen.json"


def read(path: Path) -> Kept:
    """What was kept; what is kept of a new user where there is no such file, or none that can be meant."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(LARGEST), type=Kept)
    except (OSError, ValueError, RecursionError):
        return Kept()


def write(path: Path, kept: Kept) -> None:
    """Put it in the place of what was kept; where that cannot be, nothing is lost but the look."""
    try:
        make_folder(path.parent)
        with replacing(path, flush=False) as file:
            file.write(msgspec.json.encode(kept))
    except OSError:
        return
