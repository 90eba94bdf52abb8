"""Long series of numbers as files hold them, tables, WAV or NumPy, a series each; and windows cut out of them."""

from __future__ import annotations

import wave
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.numbers import table
from engine.datasets.numbers.table import RawColumn, Sort, Table
from engine.errors import BadData, UsageError
from engine.storage.npz import read_npy

WAV = (".wav", ".wave")
SUFFIXES = (*table.SUFFIXES, *WAV)
UNSAID = "unknown"
"""The class of a step that has none."""
SIDES = {1: ("mono",), 2: ("left", "right")}


class Series(NamedTuple):
    """Several of them, one after the other in one table, whose columns are the channels."""

    table: Table
    names: list[str]
    """Of each series, as its file is called."""
    bounds: list[tuple[int, int]]
    """Where each begins in the table, and ends."""


def read(path: Path, columns: Collection[str] = (), time: str = "", *, exact: bool = True) -> Series:
    """The series in a file, or in all files of a folder and those below, a series each.

    `columns`: the channels of tables, all with numbers where none are named; where not `exact`, those that are not
    there are for the caller to miss. `time`: the column that orders the rows of a table.

    Raises:
        UsageError: there is no series, or the files have different channels.
        BadData: a file is none, is broken, or a column is not there or holds something else.
    """
    files = _files(path)
    if not files:
        raise UsageError("No series", f"expected files that end in {', '.join(SUFFIXES)} in {path}, found none")
    found = [_channels(file, columns, time, exact) for file in files]
    first, *others = found
    for file, other in zip(files[1:], others, strict=True):
        if list(other) != list(first):
            told = f"{files[0].name} has {', '.join(first)}, but {file.name} has {', '.join(other)}"
            raise UsageError("Different channels", f"expected the same channels in all files: {told}; name them")
    lengths = [len(next(iter(one.values()))) for one in found]
    ends = np.cumsum(lengths).tolist()
    joined = {name: RawColumn("number", np.concatenate([one[name] for one in found])) for name in first}
    names = [file.name if path.is_file() else file.relative_to(path).as_posix() for file in files]
    bounds = [(end - length, end) for length, end in zip(lengths, ends, strict=True)]
    return Series(Table(path, joined, ends[-1]), names, bounds)


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES)


def _channels(path: Path, columns: Collection[str], time: str, exact: bool) -> dict[str, NDArray[np.float64]]:
    """The channels of one file by name, (steps,) each."""
    if path.suffix.lower() in WAV:
        return _chosen(path, wav(path), columns, exact)
    if path.suffix.lower() == ".npy":
        array = read_npy(path)
        found = table.of_array(path, array[:, None] if array.ndim == 1 else array)
        return _chosen(path, {name: raw.values for name, raw in found.columns.items()}, columns, exact)
    sorts: dict[str, Sort] = dict.fromkeys(columns, "number")
    found = table.read(path, sorts)
    order = _order(found, time) if time and (exact or time in found.columns) else slice(None)
    numbers = {name: raw.values[order] for name, raw in found.columns.items() if raw.sort == "number" and name != time}
    if columns:
        for name in columns:
            if name in found.columns and found.columns[name].sort != "number":
                raise BadData(path, f"expected numbers in the column {name!r}, found {found.columns[name].sort}")
    elif not numbers:
        raise BadData(path, "expected a column of numbers, found none")
    return _chosen(path, numbers, columns, exact)


def _chosen(
    path: Path, found: dict[str, NDArray[np.float64]], columns: Collection[str], exact: bool
) -> dict[str, NDArray[np.float64]]:
    missing = [name for name in columns if name not in found]
    if missing and exact:
        told = f"expected the columns {', '.join(missing)}, but those of numbers are: {', '.join(list(found)[:30])}"
        raise BadData(path, told)
    return {name: found[name] for name in columns if name in found} if columns and exact else found


def _order(found: Table, time: str) -> NDArray[np.int64]:
    """Rows by their time. Raises BadData where it is not known, is no time, or two rows have the same."""
    raw = found.at(time)
    if raw.sort not in ("number", "date"):
        raise BadData(found.path, f"expected dates or numbers in the column {time!r}, found {raw.sort}")
    if np.isnan(raw.values).any():
        row = int(np.flatnonzero(np.isnan(raw.values))[0]) + 1
        raise BadData(found.path, f"expected a time in each row, but row {row:,} has none in the column {time!r}")
    order = np.argsort(raw.values, kind="stable")
    ordered = raw.values[order]
    if (ordered[1:] == ordered[:-1]).any():
        again = raw._replace(values=ordered[1:][ordered[1:] == ordered[:-1]][:1]).words()[0]
        told = f"expected each time once in the column {time!r}, but {again} stands there several times"
        raise BadData(found.path, f"{told}; if there are several series in it, give each a file of its own")
    return order.astype(np.int64)


class Labels(NamedTuple):
    """What a column says of each step of several series, one after the other."""

    words: list[str]
    bounds: list[tuple[int, int]]
    """Where each series begins, and ends."""


def labels(path: Path, label: str, time: str = "") -> Labels | None:
    """The column `label` of the tables that `read` makes series of; None where one of them lacks it.

    Raises:
        BadData: as `read`.
    """
    words: list[str] = []
    bounds = []
    for file in _files(path):
        if file.suffix.lower() not in table.SUFFIXES or file.suffix.lower() == ".npy":
            return None
        found = table.read(file, {label: "words"})
        if label not in found.columns:
            return None
        said = found.columns[label].words()
        order = _order(found, time).tolist() if time in found.columns else range(len(said))
        bounds.append((len(words), len(words) + len(said)))
        words += [said[place] or UNSAID for place in order]
    return Labels(words, bounds)


def of_windows(words: Sequence[str], begin: NDArray[np.int64], window: int) -> list[str]:
    """The class of each window that begins at a step of `begin`, of the classes of its steps the one that is rarest
    among all: a fault that lasts for some steps makes a window faulty."""
    names, members, counts = np.unique(np.asarray(words, np.str_), return_inverse=True, return_counts=True)
    by_rarity = np.argsort(counts, kind="stable")
    rank = np.empty(len(names), np.int64)
    rank[by_rarity] = np.arange(len(names))
    ranks = rank[members]
    return [str(names[by_rarity[ranks[first : first + window].min()]]) for first in begin.tolist()]


def wav(path: Path) -> dict[str, NDArray[np.float64]]:
    """The channels of a WAV file with 8, 16, 24 or 32 bits a sample, from −1 to 1. Raises BadData for another."""
    try:
        with path.open("rb") as file, wave.open(file) as opened:
            count, width, frames = opened.getnchannels(), opened.getsampwidth(), opened.getnframes()
            raw = opened.readframes(frames)
    except (wave.Error, EOFError, OSError) as error:
        told = f"expected a WAV file with PCM samples, but: {error or 'it ends too early'}; save it as 16-bit PCM"
        raise BadData(path, told) from error
    if width not in (1, 2, 3, 4) or count < 1 or not frames or len(raw) % (width * count):
        raise BadData(path, f"expected whole samples of 8, 16, 24 or 32 bits, found {len(raw):,} bytes of {width} each")
    flat = _samples(raw, width) / float(2 ** (8 * width - 1))
    names = SIDES.get(count) or tuple(f"c{place + 1}" for place in range(count))
    steps = flat.reshape(-1, count)
    return {name: np.ascontiguousarray(steps[:, place]) for place, name in enumerate(names)}


def _samples(raw: bytes, width: int) -> NDArray[np.float64]:
    if width == 1:  # the only ones without a sign
        return np.frombuffer(raw, np.uint8).astype(np.float64) - 128
    if width == 3:
        low = np.frombuffer(raw, np.uint8).reshape(-1, 3).astype(np.int32)
        whole = low[:, 0] | low[:, 1] << 8 | low[:, 2] << 16
        return np.where(whole >= 2**23, whole - 2**24, whole).astype(np.float64)
    return np.frombuffer(raw, f"<i{width}").astype(np.float64)


def starts(bounds: Sequence[tuple[int, int]], window: int, stride: int) -> list[NDArray[np.int64]]:
    """Where the windows of each stretch begin: none reaches beyond its end."""
    return [np.arange(first, last - window + 1, stride) for first, last in bounds]


def windows(encoded: NDArray[np.float32], begin: NDArray[np.int64], window: int, stride: int) -> NDArray[np.float32]:
    """The windows of (steps, channels) that begin at the places `begin`: (count, window, channels); of a single stretch
    no step is copied."""
    channels = encoded.shape[1]
    if not len(begin):
        return np.zeros((0, window, channels), np.float32)
    every = np.lib.stride_tricks.sliding_window_view(encoded, window, axis=0).transpose(0, 2, 1)
    last = int(begin[0]) + stride * (len(begin) - 1)
    if int(begin[-1]) == last and (np.diff(begin) == stride).all():
        return every[int(begin[0]) : last + 1 : stride]
    return every[begin]


def named(found: Series, begin: NDArray[np.int64]) -> list[str]:
    """Of windows that begin at these steps of all: the file, and the step of it, counted from 0."""
    firsts = np.array([first for first, _ in found.bounds])
    of_file = np.searchsorted(firsts, begin, side="right") - 1
    pairs = zip(of_file.tolist(), (begin - firsts[of_file]).tolist(), strict=True)
    return [f"{found.names[file]}:{step}" for file, step in pairs]
