"""What is known of every run of a store, in one file, so that a table of 10,000 runs opens one file and not 20,000.

`<root>/.index-1.jsonl` is derived: it may be deleted at any moment, and be written by several processes at once. Each
line is a run with the times and sizes of its files; a line counts as long as these are the same, and the last line
of a run counts. Lines are appended; a file that is mostly out of date is written anew. A version of this program with
another form of lines has a file with another number.

Of a folder are compared: its own time (a file in it was made, replaced or removed: `labels.json`, the heartbeat of a
process that took the run up), and time and size of `run.json` and `events.jsonl`. Runs that a process has in hand are
read anew every time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

import msgspec

from engine.runs.listing.summary import Summary, settles, summarise
from engine.runs.record import read_record
from engine.storage.atomic import opener, replacing
from engine.storage.bounded import read_bounded

FILE = ".index-1.jsonl"
LARGEST = 2**28
"""Bytes of the file that are read; 10,000 runs take some 10 million."""
FRESH_SECONDS = 1.0
"""What was written so lately may be written again without another time or size: it is not relied on yet."""
BATCH = 200
"""Runs after which what was read so far is kept, and reported."""

Stamp = tuple[int, int, int, int, int]
"""Time of the folder; time and size of `run.json`; time and size of `events.jsonl`, -1 where there is none. In ns."""
Report = Callable[[int, int, list[Summary]], None]
"""Is told of how many runs that have to be read how many are, and what there is to show so far. It may raise: what was
read is kept."""


class Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A line of the file."""

    folder: str
    stamp: Stamp
    found: Summary | int
    """The run; where there is none to be read, the number of its format, see `engine.runs.record.read_record`."""


_decoder = msgspec.json.Decoder(Entry)
_encode = msgspec.json.Encoder().encode


class Index:
    """The runs below one folder. May be used by several threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._known: dict[str, Entry] | None = None
        """What can be relied on while its stamp is the same; None before the file was read."""
        self._written = (0, 0)
        """The file that holds it, by device and number."""

    def refresh(self, report: Report | None = None) -> list[Entry]:
        """Every folder with a `run.json`, as it is now. Runs that did not change come as the same objects."""
        with self._lock:
            if self._known is None:
                self._known = self._load()
            return self._brought_up_to_date(self._known, report)

    def _brought_up_to_date(self, known: dict[str, Entry], report: Report | None) -> list[Entry]:
        there = dict(self._scan())
        for folder in known.keys() - there.keys():
            del known[folder]
        current = {name: entry for name, entry in known.items() if entry.stamp == there[name]}
        due = sorted(there.keys() - current.keys(), reverse=True)  # names begin with the time: the newest first
        unkept: list[Entry] = []
        try:
            for number, name in enumerate(due, 1):
                entry, lasting = self._read(name, there[name])
                current[name] = entry
                if lasting:
                    known[name] = entry
                    unkept.append(entry)
                if number % BATCH == 0:
                    self._keep(unkept)
                    unkept = []
                    if report is not None:
                        report(number, len(due), _runs(current.values()))
        finally:
            self._keep(unkept)
        return list(current.values())

    def _scan(self) -> Iterator[tuple[str, Stamp]]:
        try:
            entries = os.scandir(self._root)
        except OSError:
            return
        with entries:
            for entry in entries:
                with suppress(OSError):  # no run, or gone in this very moment
                    if entry.is_dir() and not entry.name.startswith("."):
                        yield entry.name, _stamp(entry)

    def _read(self, name: str, stamp: Stamp) -> tuple[Entry, bool]:
        """What is in the folder now, and whether that lasts until its stamp is another one."""
        record = read_record(self._root / name)
        settled = time.time() - max(stamp[0], stamp[1], stamp[3]) / 1e9 > FRESH_SECONDS
        if isinstance(record, int):
            return Entry(name, stamp, record), settled
        found = summarise(record)
        return Entry(name, stamp, found), settled and settles(found, record)

    # The file.

    def _load(self) -> dict[str, Entry]:
        try:
            with (self._root / FILE).open("rb") as file:
                text = bytes(read_bounded(file, LARGEST))
                status = os.fstat(file.fileno())
        except OSError:
            return {}
        if len(text) > LARGEST:
            return {}
        entries = _decoded(text)
        known = {entry.folder: entry for entry in entries}
        self._written = status.st_dev, status.st_ino
        if len(entries) > 2 * len(known) + BATCH:
            self._write(known)
        return known

    def _keep(self, entries: list[Entry]) -> None:
        """Add lines; all of them where the file is not the one that was read. A store that cannot be written does
        without."""
        if not entries:
            return
        with suppress(OSError):
            if not self._is_there():
                self._write(self._known or {})
                return
            lines = b"".join([b"\n", *map(_line, entries)])  # what another process wrote last may be torn
            with open(self._root / FILE, "ab", buffering=0, opener=opener) as file:
                file.write(lines)

    def _is_there(self) -> bool:
        try:
            status = (self._root / FILE).stat()
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._written

    def _write(self, known: dict[str, Entry]) -> None:
        with suppress(OSError):
            with replacing(self._root / FILE, flush=False) as file:  # what a power cut takes is read from the runs
                file.writelines(map(_line, known.values()))
            status = (self._root / FILE).stat()
            self._written = status.st_dev, status.st_ino


def _line(entry: Entry) -> bytes:
    """Empty where the run holds what JSON cannot: it is read anew every time."""
    try:
        return _encode(entry) + b"\n"
    except (UnicodeEncodeError, RecursionError, msgspec.MsgspecError):
        return b""


def _runs(entries: Iterable[Entry]) -> list[Summary]:
    return [entry.found for entry in entries if isinstance(entry.found, Summary)]


def _stamp(entry: os.DirEntry[str]) -> Stamp:
    """Raises OSError where there is no `run.json`."""
    info = os.stat(f"{entry.path}/run.json")  # noqa: PTH116  # a Path for each of 20,000 files takes 0.1 s
    try:
        history = os.stat(f"{entry.path}/events.jsonl")  # noqa: PTH116
        written, length = history.st_mtime_ns, history.st_size
    except OSError:
        written, length = -1, -1
    return entry.stat().st_mtime_ns, info.st_mtime_ns, info.st_size, written, length


def _decoded(text: bytes) -> list[Entry]:
    try:
        return _decoder.decode_lines(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    entries = []
    for line in text.splitlines():
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            entries.append(_decoder.decode(line))
    return entries
