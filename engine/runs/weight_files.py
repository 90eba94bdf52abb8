"""Weights by epoch: what a run keeps of its networks and of their optimiser after each epoch.

It can be asked as it was at an epoch of its past, and be trained on from there (`engine.runs.jobs.ForkJob`) as if it
had never gone further. A file for each epoch, `weights/epoch-0003.safetensors`. Up to a budget every epoch is kept,
then the older ones the more thinly (`engine.runs.thinning`), and with each epoch the one that was the best by then.
Networks of which not even two fit are not kept at all: the run then has its best and its last epoch, as every run has.
Where writing takes long beside training, on a slow disk or with epochs of a moment, some epochs are left out, so that
it takes a twentieth of the time at most.
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from engine.backend import Checkpoint
from engine.errors import UsageError
from engine.runs import inherited
from engine.runs.checkpoint import read_best, write_checkpoint
from engine.runs.thinning import largest, thinned
from engine.storage.atomic import make_folder

FOLDER = "weights"
VARIABLE = "AETUI_WEIGHTS_MB"
BUDGET_MB = 200.0
MOST_MB = 1e6
SPARE = 16
"""So many times as much as is free after thinning has room in all, so that it is not thinned at every epoch."""
BESIDE = 20
"""So many times as long as writing takes passes between two epochs that are kept."""
COSTLY_SECONDS = 0.002
"""What takes less is always done: a training of ours has no epochs so short."""
LOOKED_AT = 4
"""Writings that have to take long one after the other: a machine that is busy for a moment says nothing."""
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
        f"expected {VARIABLE} to be megabytes from 0 to {MOST_MB:,.0f}, got {said!r}; without it a run keeps weights "
        f"of its epochs of {BUDGET_MB:g} MB",
    )


def own(folder: Path) -> dict[int, Path]:
    """The epochs whose weights are kept in `folder` itself, ascending, and the files."""
    with suppress(OSError):
        names = ((_FILE.fullmatch(entry.name), entry) for entry in (folder / FOLDER).iterdir())
        return dict(sorted((int(name[1]), entry) for name, entry in names if name))
    return {}


def kept(folder: Path) -> dict[int, Path]:
    """The epochs of the run in `folder` whose weights are kept, ascending, and the files: of a fork those of the runs
    that it comes from as well."""
    return {
        epoch: file
        for span in reversed(list(inherited.spans(folder)))
        for epoch, file in own(span.folder).items()
        if span.after < epoch <= span.until
    }


class WeightWriter:
    """Keeps the weights of one run, whose lock its owner holds."""

    def __init__(self, folder: Path, room: int | None = None) -> None:
        """Looks at nothing yet. `room`: bytes that all may take together.

        Raises:
            UsageError: the budget cannot be meant.
        """
        self._folder = folder / FOLDER
        self._room = budget() if room is None else room
        self._sizes: dict[int, int] | None = None
        self._bests: dict[int, int] = {}
        """The best epoch by then, of each epoch where it is known."""
        self._took: deque[float] = deque(maxlen=LOOKED_AT)
        self._ended = 0.0
        self._begun = False
        """Whether an epoch of this life has ended."""

    def write(self, epoch: int, checkpoint: Checkpoint) -> None:
        """Keep `checkpoint`, as it was after `epoch`, in the place of those of later epochs.

        It is not flushed to the disk: after a power cut the newest may be gone.

        Raises:
            OSError: they cannot be written; those of earlier epochs are what they were.
        """
        if not self._begun:
            self._begun = True
            for each, file in own(self._folder.parent).items():
                if each >= epoch:  # of a life that was cut off, whose epochs are trained again
                    file.unlink(missing_ok=True)
        if 2 * sum(array.nbytes for array in checkpoint.arrays.values()) > self._room:
            return
        began = time.monotonic()
        if self._slows(began):
            return
        self._write(epoch, checkpoint)
        self._ended = time.monotonic()
        self._took.append(self._ended - began)

    def _slows(self, now: float) -> bool:
        """Whether too little was trained since the last time for what it takes."""
        takes = min(self._took) if len(self._took) == LOOKED_AT else 0.0
        return takes > COSTLY_SECONDS and now - self._ended < BESIDE * takes

    def _write(self, epoch: int, checkpoint: Checkpoint) -> None:
        if self._sizes is None:
            make_folder(self._folder)
            self._sizes = {each: file.stat().st_size for each, file in own(self._folder.parent).items()}
        path = self._path(epoch)
        write_checkpoint(path, checkpoint, flush=False)
        self._sizes[epoch] = path.stat().st_size
        self._bests[epoch] = checkpoint.best.epoch if checkpoint.best else 0
        if sum(self._sizes.values()) > self._room:
            self._thin(epoch, self._sizes)

    def _thin(self, newest: int, sizes: Mapping[int, int]) -> None:
        room = self._room - self._room // SPARE if len(sizes) > SPARE else self._room

        def left(window: int) -> set[int]:
            found = thinned(sizes, newest, window) | {newest}
            return (found | {self._best(epoch) for epoch in found}) & sizes.keys()

        window = largest(newest, lambda window: sum(sizes[epoch] for epoch in left(window)) <= room)
        for epoch in sizes.keys() - left(window):
            self._remove(epoch)

    def _best(self, epoch: int) -> int:
        """The epoch whose weights a run that goes on from `epoch` needs to have its best ones."""
        if epoch not in self._bests:
            best = read_best(self._path(epoch))
            self._bests[epoch] = best.epoch if best else 0
        return self._bests[epoch]

    def _remove(self, epoch: int) -> None:
        self._path(epoch).unlink(missing_ok=True)
        if self._sizes is not None:
            self._sizes.pop(epoch, None)

    def _path(self, epoch: int) -> Path:
        return self._folder / f"epoch-{epoch:04d}.safetensors"
