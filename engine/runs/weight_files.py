"""Weights by epoch: what a run keeps of its networks so that it can be asked as it was at an epoch of its past.

A file for each epoch, `weights/epoch-0003.safetensors`, without the optimiser. Up to a budget every epoch is kept, then
the older ones the more thinly (`engine.runs.thinning`). Networks of which not even two fit are not kept at all: the run
then has those of its best and its last epoch, as every run has.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from engine.backend import Checkpoint
from engine.errors import UsageError
from engine.runs.checkpoint import write_checkpoint
from engine.runs.thinning import thinned, widest
from engine.storage.atomic import make_folder

FOLDER = "weights"
OPTIMISER = "optimizer/"
"""Begins the names of arrays that only a training that goes on needs."""
VARIABLE = "AETUI_WEIGHTS_MB"
BUDGET_MB = 25.0
MOST_MB = 1e6
_FILE = re.compile(r"epoch-(\d{4,6})\.safetensors")


def budget(environ: Mapping[str, str] = os.environ) -> int:
    """Bytes that the weights of a run's epochs may take; 0: none are kept.

    Raises:
        UsageError: the variable says something else than a number of megabytes.
    """
    said = environ.get(VARIABLE, "")
    with suppress(ValueError):
        megabytes = float(said or BUDGET_MB)
        if 0 <= megabytes <= MOST_MB:
            return int(megabytes * 1e6)
    raise UsageError(
        "Impossible budget",
        f"expected {VARIABLE} to be megabytes from 0 to {MOST_MB:,.0f}, got {said!r}; without it a run of text keeps "
        f"weights of its epochs of {BUDGET_MB:g} MB",
    )


def kept(folder: Path) -> dict[int, Path]:
    """The epochs of the run in `folder` whose weights are kept, ascending, and the files."""
    with suppress(OSError):
        names = ((_FILE.fullmatch(entry.name), entry) for entry in (folder / FOLDER).iterdir())
        return dict(sorted((int(name[1]), entry) for name, entry in names if name))
    return {}


def keep(folder: Path, epoch: int, checkpoint: Checkpoint, room: int) -> None:
    """Keep the networks of `checkpoint`, as they were after `epoch`, in the place of those of later epochs; what all
    take together has `room` afterwards.

    Raises:
        OSError: they cannot be written; those of earlier epochs are what they were.
    """
    arrays = {name: array for name, array in checkpoint.arrays.items() if not name.startswith(OPTIMISER)}
    if 2 * sum(array.nbytes for array in arrays.values()) > room:
        return
    make_folder(folder / FOLDER)
    write_checkpoint(
        folder / FOLDER / f"epoch-{epoch:04d}.safetensors",
        msgspec.structs.replace(checkpoint, arrays=arrays, best=None),
    )
    files = kept(folder)
    sizes = {each: file.stat().st_size for each, file in files.items() if each <= epoch}
    left = thinned(sizes, epoch, widest(sizes, epoch, {epoch}, room, epoch)) | {epoch}
    for each, file in files.items():
        if each not in left:
            file.unlink(missing_ok=True)
