"""What one process asks of a run that another one trains: a word in a file of the run folder.

Only the user can write there. The process that trains the run looks for it between chunks and takes it away.
"""

from __future__ import annotations

from pathlib import Path

from engine.runs.control import Command
from engine.storage.atomic import replacing

NAME = "request"
WORDS: dict[bytes, Command] = {b"run": "run", b"pause": "pause", b"stop": "stop"}
LONGEST = 16


def put_command(folder: Path, command: Command) -> None:
    """Ask for `command` instead of whatever was asked for before. Raises OSError where that cannot be written."""
    with replacing(folder / NAME, flush=False) as file:
        file.write(command.encode("ascii"))


def take_command(folder: Path) -> Command | None:
    """What was asked for since the last time; None for nothing, or for a word that means nothing."""
    taken = folder / f"{NAME}.tmp"
    try:
        (folder / NAME).rename(taken)  # what is asked for from now on is there the next time
        with taken.open("rb") as file:
            word = file.read(LONGEST)
        taken.unlink()
    except OSError:  # there is none, or it cannot be taken away: it would be obeyed again and again
        return None
    return WORDS.get(word)


def withdraw_command(folder: Path) -> None:
    """Nobody is there to hear it any more."""
    (folder / NAME).unlink(missing_ok=True)
