"""The last data set read, kept in memory: runs that follow each other, and queries, mostly want the same one."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from engine.datasets.catalogue import dataset
from engine.datasets.data import Data, Report, Source, silence
from engine.datasets.loading import load
from engine.datasets.own import records
from engine.datasets.places import locate, state
from engine.kinds import KINDS
from engine.kinds.reading import Reading

QUICK = 0.05
"""Seconds of a look that may be taken for every query. 20,000 files take 0.4 s."""
RARELY = 30
"""Times as long as a slow look took, the next one waits: it takes 3 % of the time at most."""
PUBLISHED = Reading()
"""Cut as published."""


class DatasetCache:
    """Holds one data set. Used on the engine's thread only."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._read: tuple[tuple[str, object], Source] | None = None
        self._kept: tuple[object, Data] | None = None
        self._look: tuple[object, object, float] | None = None
        """What was looked at, what was found, and until when that counts."""

    def load(
        self,
        key: str,
        reading: Reading = PUBLISHED,
        folder: Path | None = None,
        report: Report | None = None,
        *,
        download: bool = True,
    ) -> Data:
        """See `engine.datasets.load`; what was read is seen with `reading`.

        `folder`: of a run that has kept what it needs of its data (see `Kind.keep`).
        """
        kind = KINDS.get(dataset(key).kind)
        folder = folder if kind and kind.keeps else None  # all runs on such data share them
        found = (key, self._state(key))
        wanted = (*found, reading, folder)
        if self._kept is None or self._kept[0] != wanted:
            self._kept = None  # let go of the old one before the new one is read
            if self._read is None or self._read[0] != found:
                self._read = None
                source = load(key, self._data_dir, report, download=download)
                self._read = (key, self._state(key)), source  # if it was fetched, its state is known only now
            source = self._read[1]
            seen = KINDS[source.kind].seen(source, reading, folder, self._data_dir, report or silence)
            self._kept = (*self._read[0], reading, folder), seen
        return self._kept[1]

    def _state(self, key: str) -> object:
        """What lies there now; of a folder with so many files that looking took long, a while ago."""
        subject = key, records.find(key)  # a set that was replaced is another one at once
        if self._look is not None and self._look[0] == subject and monotonic() < self._look[2]:
            return self._look[1]
        began = monotonic()
        location = locate(key, self._data_dir)
        found = location and state(key, location)
        ended = monotonic()
        took = ended - began
        self._look = subject, found, ended + (RARELY * took if took > QUICK else 0)
        return found
