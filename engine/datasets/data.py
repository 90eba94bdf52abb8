"""What a run learns from, of whatever kind: parts to train on, to choose by, and to judge on once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.events import Unit
from engine.storage.rows import Array, some


class Report(Protocol):
    """Who hears how far the fetching or reading of data is."""

    def __call__(self, activity: str, done: int, total: int, unit: Unit = "items", /) -> None:
        """`done` of `total` (0: unknown), counted in `unit`. May raise `engine.runs.control.Stopped`."""


def silence(activity: str, done: int, total: int, unit: Unit = "items", /) -> None:
    """A `Report` to nobody."""


def in_blocks(items: Sized, size: int) -> Iterator[slice]:
    """Where to find `items`, at most `size` at a time; the stop of each block is how many are done after it."""
    for start in range(0, len(items), size):
        yield slice(start, min(start + size, len(items)))


ENOUGH = 100_000
"""Items to fit a simple baseline to. With more its figures change in the fourth digit, and fitting takes minutes."""


def spread_blocks(items: Sized, size: int, most: int = 0) -> list[slice]:
    """Where to find `items` as `in_blocks`; of more than `most` of them (0: `ENOUGH`), blocks that are spread evenly
    and have about so many."""
    blocks, most = list(in_blocks(items, size)), most or ENOUGH
    wanted = max(1, most // size)
    if len(items) <= most or len(blocks) <= wanted:
        return blocks
    return [blocks[place * len(blocks) // wanted] for place in range(wanted)]


class Statistics(Protocol):
    """What is in a data set, in figures."""

    @property
    def source(self) -> str:
        """The file or folder, or where else it comes from."""

    @property
    def fingerprint(self) -> str:
        """As `Data.fingerprint`, before it is cut."""

    @property
    def metadata(self) -> dict[str, str]:
        """Label and words, for people."""

    @property
    def table(self) -> list[tuple[str, ...]]:
        """What there is to say of each class, with a head; empty where there is nothing."""


class Source(Protocol):
    """What lies at a place, before a model's settings say how to see it."""

    @property
    def key(self) -> str:
        """Of the data set."""

    @property
    def kind(self) -> str:
        """As `DataSet.kind`."""


class Part(NamedTuple):
    """One part of a data set; `labels`: (count,) int64.

    `items` in their compact form, in memory or in files (see `engine.storage.rows.Array`): `items[start:stop]` brings a
    block to memory, `items[:]` all of it, which may be more than there is. Images: (count, height, width, channels)
    uint8; sentences: (count, length) int32 word ids, 0 after the last word; other numbers float32, NaN where one is not
    known.
    """

    items: Array
    labels: NDArray[np.int64]
    names: Sequence[str] | None = None
    """Of the items: identifiers, or the files they were read from; None where they have none."""

    def at(self, places: NDArray[Any] | slice) -> Part:
        """The items at `places`: numbers of items, whether each is meant, or a range. None is read that is in files."""
        names = self.names
        if names is not None:
            names = [names[place] for place in np.arange(len(names))[places]]
        chosen = range(*places.indices(len(self.labels))) if isinstance(places, slice) else places
        return Part(some(self.items, chosen), self.labels[places], names)


class Data(Protocol):
    """A data set in memory."""

    key: str
    kind: str
    """As `DataSet.kind`."""
    train: Part
    """What is learned from; whatever is fitted, is fitted on it alone."""
    validation: Part
    """What everything is chosen by. Where nothing was held out of the training part, the test part itself."""
    test: Part
    """What the final metrics are of."""
    classes: tuple[str, ...]
    """Names of the labels."""
    normal: str
    """The class that alone is learned from and chosen by; empty where all are."""
    path: Path | None
    """The file or folder it was read from; None for data that come with packages."""
    plane_items: int
    """How many items of each class the latent plane shows: encoding them must not hold up an epoch."""
    health_items: int
    """How many validation items the health of a model is measured on."""

    @property
    def judged(self) -> Part:
        """Of the test part, what a model is judged on: all, or the items of the class that it learns from alone."""

    @property
    def held_out(self) -> bool:
        """Whether the validation part is one of its own, so that the test part played no role in any choice."""

    @property
    def split(self) -> str:
        """Names the cut into parts among all that the same data can have; empty for that as published."""

    @property
    def paired(self) -> bool:
        """Whether what is seen and what is to be answered are different items."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one item as a network sees it."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content: the same data have the same one wherever they were read from."""

    @property
    def metadata(self) -> dict[str, str]:
        """What is known of the data, label and words, for people."""

    def as_floats(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """Compact items (count, …) as a network sees them, (count, *shape); floats are taken as they are."""

    def targets(self, items: NDArray[Any]) -> NDArray[np.float32]:
        """What a network should answer to them, (count, *shape)."""

    def known(self, items: NDArray[Any]) -> NDArray[np.bool_] | None:
        """Which numbers of `targets` are known, (count, *shape), and count in an error; None where all are."""
