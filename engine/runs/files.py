"""The table of what a run's folder holds. Whoever writes a file of a new name there adds a row here, or names it in
`Kind.files`: what has no row does not leave with the run, and is refused where one comes in.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.kinds import KINDS

EPOCH = "NNNN"
"""In a name: the number of an epoch, four to six digits."""
NEEDED = "run.json"
"""Makes a folder that of a run."""
EVENTS = "events.jsonl"


class RunFile(NamedTuple):
    """A row."""

    name: str
    travels: bool = True
    """Whether it is part of the run, wherever that is; else it is about the process that trains it, or made anew."""


FILES = (
    RunFile(NEEDED),
    RunFile(EVENTS),
    RunFile("labels.json"),
    RunFile("checkpoint.safetensors"),
    RunFile("best.safetensors"),
    RunFile("steps.npz"),
    RunFile("snapshots.bin"),
    RunFile("samples/probe.npz"),
    RunFile(f"samples/epoch-{EPOCH}.npz"),
    RunFile(f"weights/epoch-{EPOCH}.safetensors"),
    RunFile("network.json"),
    *(RunFile(name) for name in sorted({name for kind in KINDS.values() for name in kind.files})),
    RunFile("neighbours.safetensors", travels=False),
    RunFile("pulse", travels=False),
    RunFile("request", travels=False),
    RunFile("request-settings", travels=False),
    RunFile("request.tmp", travels=False),
)

_PATTERNS = [(re.compile(re.escape(row.name).replace(EPOCH, "[0-9]{4,6}")), row) for row in FILES]


def row_of(name: str) -> RunFile | None:
    """The row of the file called `name`, a path inside the folder with `/`; None where there is none."""
    return next((row for pattern, row in _PATTERNS if pattern.fullmatch(name)), None)
