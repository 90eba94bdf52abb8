"""The data sets of this machine as a table tells of them: everybody's and the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aetui.render import numbers
from engine import datasets
from engine.datasets.own import records
from engine.errors import EngineError
from engine.kinds import ORIGINS
from engine.registry import VARIANTS

if TYPE_CHECKING:
    from engine.datasets import DataSet, Location
    from engine.datasets.own.records import OwnSet

FETCHED = "↓"
"""Stands before what a data set that is not here would take."""


class SetRow(NamedTuple):
    """One of them."""

    entry: DataSet
    own: OwnSet | None
    location: Location | None
    """Where it lies on this machine."""
    wrong: str = ""
    """Why that cannot be told."""

    @property
    def key(self) -> str:
        """What it is called."""
        return self.entry.key

    @property
    def gone(self) -> bool:
        """Whether it is the user's, and its files are not where they were."""
        return self.own is not None and self.location is None

    @property
    def kind(self) -> str:
        """What it holds, in a word or two."""
        origin = ORIGINS.get(self.entry.kind)
        return origin.items if origin else self.entry.kind

    @property
    def items(self) -> str:
        """How many there are; where only reading tells, that it is not known."""
        count = self.entry.train_items + self.entry.test_items
        return numbers.count(count) if count else numbers.UNKNOWN

    @property
    def shape(self) -> str:
        """Of one item: "28×28×1"."""
        return "×".join(map(str, self.entry.shape)) or numbers.UNKNOWN

    @property
    def whose(self) -> str:
        """In a word or two, whose place it lies in, or why it does not."""
        if self.location is not None:
            return self.location.where
        return "gone" if self.gone else "not added yet" if self.entry.own else "to download"

    @property
    def place(self) -> str:
        """Where it lies, or what it takes to have it."""
        if self.wrong:
            return self.wrong
        if self.location is not None:
            path = self.location.path
            return f"{path} ({self.location.where})" if path else self.location.where
        if self.own is not None:
            return f"gone from {self.own.path}"
        if self.entry.own:
            return "not added yet"
        size = sum(file.size for file in self.entry.files)
        return f"{FETCHED} to download{f', {numbers.size(size)}' if size else ''}"


def read(data_dir: Path | None) -> list[SetRow]:
    """All of them, the user's own first."""
    own = records.all_own()
    rows = [_row(entry, own.get(key), data_dir) for key, entry in datasets.all_sets().items()]
    return sorted(rows, key=lambda row: row.own is None)


def _row(entry: DataSet, own: OwnSet | None, data_dir: Path | None) -> SetRow:
    try:
        return SetRow(entry, own, datasets.locate(entry.key, data_dir))
    except EngineError as error:
        return SetRow(entry, own, None, error.message)


def fitting(rows: Sequence[SetRow], text: str) -> list[SetRow]:
    """Those that have all words of `text` in their name, their kind, their title or their place."""
    words = text.casefold().split()
    return [row for row in rows if all(word in _told(row) for word in words)]


def _told(row: SetRow) -> str:
    whose = "own yours" if row.own else ""
    return " ".join((row.key, row.kind, row.entry.title, row.place, whose)).casefold()


def learners(kind: str) -> list[str]:
    """The autoencoders that learn from data of a kind."""
    return [variant.key for variant in VARIANTS.values() if kind in variant.accepts]


def about(dataset: str, data_dir: Path | None) -> str:
    """A data set in a line: "mnist 60,000, cache"."""
    entry = datasets.known(dataset)
    if entry is None:
        return f"{dataset}, not known here"
    items = f" {numbers.count(entry.train_items)}" if entry.train_items else ""
    return f"{dataset}{items}, {_row(entry, records.find(dataset), data_dir).whose}"


def absent(dataset: str, data_dir: Path | None) -> str:
    """Why a run cannot have its data again, in a few words; empty where they are here or can be fetched."""
    entry = datasets.known(dataset)
    if entry is None:
        return "no data set of this name any more"
    if not entry.own:
        return ""
    row = _row(entry, records.find(dataset), data_dir)
    return row.place if row.location is None else ""
