"""Arrays that a Python program handed over: kept by their content, so that other processes can look at its runs.

Each is kept once, however often it is learned from, in a folder below the cache, while there is room: of more than
`LARGEST` bytes, or if it is not wanted, nothing is written, and of all together the ones that were used last stay.
A run whose arrays are gone answers to whatever it is given, and says so where it is asked about its own data.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import in_blocks
from engine.datasets.numbers.columns import Columns
from engine.datasets.own import records
from engine.datasets.own.records import OwnSet
from engine.errors import BadData
from engine.storage.atomic import make_folder, replacing
from engine.storage.npz import read_npy

READER = "python"
ITEMS, LABELS, HELD = "items.npy", "labels.npy", "held.npy"
LARGEST = 2**29
"""Bytes of arrays that are kept for other processes."""
MOST = 2**31
"""Bytes of all together."""
UNFINISHED = 3600.0
"""Seconds after which a folder without a record is one that nobody writes any more."""


class Given(NamedTuple):
    """Items in their compact form (see `engine.datasets.data.Part`), and what is known of them."""

    kind: str
    """A key of `engine.kinds.KINDS`."""
    items: NDArray[Any]
    labels: NDArray[np.int64]
    held: NDArray[np.bool_]
    """Which are held out of training to choose by."""
    classes: tuple[str, ...]
    columns: Columns | None
    """What became of the numbers of an item, where they are the user's."""

    @property
    def name(self) -> str:
        """The same for the same content."""
        digest = hashlib.sha256(repr((self.kind, self.classes, self.items.dtype.str, self.items.shape)).encode())
        digest.update(msgspec.json.encode(self.columns))
        for array in (self.items, self.labels, self.held):
            for rows in in_blocks(array, 4_096):
                digest.update(np.ascontiguousarray(array[rows]).data)
        return f"python-{digest.hexdigest()[:16]}"


_HERE: dict[str, Given] = {}
_USERS: Counter[str] = Counter()


@contextmanager
def known(given: Given, preset: str, *, keep: bool) -> Iterator[str]:
    """The name of a data set that holds `given`, for a run of this process; with `keep` it stays for other processes
    where there is room."""
    name = given.name
    own = _record(given, name, preset)
    there = keep and given.items.nbytes <= LARGEST and _kept(given, own)
    if there:
        yield name
        return
    _USERS[name] += 1
    _HERE[name], records.PRESENT[name] = given, own
    try:
        yield name
    finally:
        _USERS[name] -= 1
        if not _USERS[name]:
            del _HERE[name], records.PRESENT[name], _USERS[name]


def is_here(name: str) -> bool:
    """Whether this process has it in memory."""
    return name in _HERE


def read(own: OwnSet) -> Given:
    """What was handed over as `own`. Raises BadData where its files are damaged."""
    if own.name in _HERE:
        return _HERE[own.name]
    folder = Path(own.path)
    items, labels, held = (np.array(read_npy(folder / name)) for name in (ITEMS, LABELS, HELD))
    columns = Columns.kept(folder) if own.options.get("columns") else None
    count = len(items)
    if labels.shape != (count,) or held.shape != (count,) or held.dtype != np.bool_ or labels.dtype != np.int64:
        raise BadData(folder, f"expected a label and a part for each of {count:,} items")
    if count and not 0 <= labels.min() <= labels.max() < len(own.classes):
        raise BadData(folder, f"expected labels from 0 to {len(own.classes) - 1}")
    return Given(own.kind, items, labels, held, own.classes, columns)


def _record(given: Given, name: str, preset: str) -> OwnSet:
    held = int(given.held.sum())
    return OwnSet(
        name=name,
        reader=READER,
        kind=given.kind,
        path=str(records.folder_of(name)),
        options={"columns": True} if given.columns is not None else {},
        title="arrays of a Python program",
        shape=tuple(given.items.shape[1:]),
        classes=given.classes,
        items=(len(given.items) - held, held, held or len(given.items)),
        bounded=given.columns.bounded if given.columns is not None else True,
        preset=preset,
        fingerprint=name,
        added=time.time(),
    )


def _kept(given: Given, own: OwnSet) -> bool:
    """Whether it is on the disk, now or since another time. That it cannot be written keeps no run from training."""
    folder, new = records.folder_of(own.name), records.find(own.name) is None
    try:
        if new:
            make_room(given.items.nbytes)
            make_folder(folder)
            for name, array in ((ITEMS, given.items), (LABELS, given.labels), (HELD, given.held)):
                with replacing(folder / name) as file:
                    np.save(file, np.ascontiguousarray(array), allow_pickle=False)
            if given.columns is not None:
                given.columns.write(folder)
        records.write(own)  # last: it says that all is there, and when it was used
    except Exception:  # a full disk, a folder of somebody else's: the arrays are in memory
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        return not new
    return True


def make_room(coming: int) -> None:
    """Take away those that were not used for the longest time until `coming` more bytes are within `MOST`."""
    found = []
    with suppress(OSError), os.scandir(records.given_home()) as entries:
        for entry in entries:
            folder = Path(entry.path)
            with suppress(OSError):
                size = sum(file.stat().st_size for file in folder.iterdir())
                record = folder / records.FILE
                whole = record.exists()
                used = (record if whole else folder).stat().st_mtime
                if not whole and time.time() - used > UNFINISHED:
                    shutil.rmtree(folder, ignore_errors=True)
                elif whole:
                    found.append((used, size, folder))
    total = coming + sum(size for _, size, _ in found)
    for _, size, folder in sorted(found):
        if total <= MOST:
            return
        with suppress(OSError):
            (folder / records.FILE).unlink()  # first: without it there is no set
        shutil.rmtree(folder, ignore_errors=True)
        total -= size
