"""Keeps every epoch of a run until they fill their budget; from then on the older ones the more thinly."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from engine.errors import UsageError
from engine.runs.snapshot_file import BEGIN, FIXED, NAME, Header, Place, Record, index_of, read, write_anew
from engine.runs.snapshots import Samples, packed
from engine.runs.thinning import thinned, widest

VARIABLE = "AETUI_SNAPSHOTS_MB"
BUDGET_MB = 25.0
MOST_MB = 1e6


def budget(environ: Mapping[str, str] = os.environ) -> int:
    """Bytes that the pictures of a run that begins now may take.

    Raises:
        UsageError: the variable says something else than a number of megabytes.
    """
    said = environ.get(VARIABLE, "")
    with suppress(ValueError):
        megabytes = float(said or BUDGET_MB)
        if 0 < megabytes <= MOST_MB:
            return max(1, int(megabytes * 1e6))
    raise UsageError(
        "Impossible budget",
        f"expected {VARIABLE} to be megabytes above 0, at most {MOST_MB:,.0f}, got {said!r}; without it a run keeps "
        f"pictures of {BUDGET_MB:g} MB",
    )


class SnapshotWriter:
    """Writes the file of one run, whose lock its owner holds.

    When the file has outgrown its budget, it is written anew with at most half of that, so that no byte is copied more
    than once for one that is new. Where the first, the best and the newest epoch take more than half by themselves,
    these are left, and the file may grow to twice as much as they take.
    What is kept of the epochs up to the newest one follows from their sizes alone: a run that is resumed at an earlier
    epoch, and finds the file thinned as it will be, has it thinned at the same epoch again.
    """

    def __init__(self, folder: Path) -> None:
        """Looks only. Raises UsageError where the budget of a run that begins now cannot be meant."""
        self._path = folder / NAME
        self._header = Header(0)
        self._places: dict[int, Place] = {}
        self._end = -1
        self._budget = index_of(self._path).header.budget or budget()

    def write(self, epoch: int, samples: Samples, best: int = 0) -> None:
        """Keep `samples` of `epoch`, in the place of what there is of it and of later epochs. `best`: the epoch that
        is never thinned out, beside the first and the newest.

        Raises:
            OSError: they cannot be written; those of earlier epochs are what they were.
        """
        self._make_ready(samples)
        self._append(Record.of(epoch, packed(samples, fixed=False)))
        header = self._header
        if epoch == header.thinned or (epoch > header.thinned and self._is_full):
            self._thin(epoch, best)

    def _make_ready(self, samples: Samples) -> None:
        """Have a file with a whole head and what is the same at every epoch, without which none can be shown."""
        try:
            if self._path.stat().st_size == self._end:
                return
        except FileNotFoundError:
            pass
        self._look()
        fixed = {FIXED: self._places[FIXED]} if FIXED in self._places else {}
        if not (self._header.budget and fixed and all(record.whole for record in read(self._path, fixed))):
            self._places.pop(FIXED, None)
            first = Record.of(FIXED, packed(samples, fixed=True))
            self._replace(self._header if self._header.budget else Header(self._budget), first)

    def _look(self) -> None:
        index = index_of(self._path)
        self._header, self._places, self._end = index.header, dict(index.places), index.end

    def _replace(self, header: Header, *before: Record) -> None:
        """Write the file anew, of what there was only what is in `_places`."""
        kept = read(self._path, self._places) if self._places else ()
        write_anew(self._path, header, [*before, *kept])
        self._look()

    def _append(self, record: Record) -> None:
        """The whole record or nothing; not flushed, for short epochs are many."""
        later = [epoch for epoch in self._places if epoch >= record.epoch] if record.epoch <= self._newest else []
        start = min((self._places.pop(epoch).start for epoch in later), default=self._end)
        packed = record.packed()
        with self._path.open("r+b", buffering=0) as file:
            self._end = file.truncate(start)
            file.seek(start)
            try:
                if file.write(packed) != len(packed):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError:
                with suppress(OSError):
                    file.truncate(start)
                raise
        self._places[record.epoch] = place = Place(start, len(record.content), record.check)
        self._end = place.end

    @property
    def _newest(self) -> int:
        return next(reversed(self._places))

    @property
    def _is_full(self) -> bool:
        if self._end <= self._header.budget:
            return False
        left = sum(place.size for epoch, place in self._places.items() if epoch <= self._header.thinned)
        return self._end > 2 * left

    def _thin(self, newest: int, best: int) -> None:
        sizes = {epoch: place.size for epoch, place in self._places.items() if epoch != FIXED}
        always = {min(sizes), best, newest}
        budget, before, window = self._header
        if newest != before:
            room = budget // 2 - BEGIN - self._places[FIXED].size
            window = widest(sizes, newest, always, room, window if before else newest)
        left = thinned(sizes, newest, window) | always | {FIXED}
        self._places = {epoch: place for epoch, place in self._places.items() if epoch in left}
        self._replace(Header(budget, newest, window))
