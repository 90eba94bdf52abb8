"""What is known of each complete epoch of a run: a value that grows without being copied."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Protocol, TypeVar, cast, overload

_number = attrgetter("epoch")


class Numbered(Protocol):
    """Something of an epoch."""

    @property
    def epoch(self) -> int:
        """From 1, over the whole run."""


T = TypeVar("T", bound=Numbered)
V = TypeVar("V", bound=Hashable)


class _Read:
    """What was read of each epoch of a list, as far as it was asked for."""

    def __init__(self) -> None:
        self.columns: dict[Hashable, array[float]] = {}
        self.firsts: dict[Hashable, tuple[int, dict[Hashable, int]]] = {}
        """How many epochs were looked at, and where each value was met first."""


class Epochs(Sequence[T]):
    """Something of each epoch, or of some. It never changes.

    Those that grew out of one another share one list, of which each sees its own length.
    Adding an epoch costs the same however many there are, and each older value stays what it was: only where the list
    has gone on otherwise, what is seen of it is copied. Of one value, one thread at a time makes others.
    """

    __slots__ = ("_length", "_read", "_shared")

    def __init__(self, epochs: Iterable[T] = ()) -> None:
        """`epochs`: in order of their numbers."""
        self._shared = list(epochs)
        self._length = len(self._shared)
        self._read = _Read()

    @classmethod
    def _seen(cls, shared: list[T], length: int, read: _Read) -> Epochs[T]:
        view = cls.__new__(cls)
        view._shared, view._length, view._read = shared, length, read
        return view

    def and_then(self, ended: T) -> Epochs[T]:
        """These and one more."""
        alone = len(self._shared) == self._length
        shared, read = (self._shared, self._read) if alone else (self._shared[: self._length], _Read())
        shared.append(ended)
        return self._seen(shared, self._length + 1, read)

    def before(self, number: int) -> Epochs[T]:
        """Those before epoch `number`."""
        length = self._place(number)
        return self if length == self._length else self._seen(self._shared, length, self._read)

    def numbered(self, number: int) -> T | None:
        """That of epoch `number`; None if there is none."""
        place = self._place(number)
        return self[place] if place < self._length and self[place].epoch == number else None

    def column(self, key: Hashable, read: Callable[[T], float]) -> array[float]:
        """What `read` finds in each; `key` stands for it. Each epoch is read once, however often and of whichever value
        that shares it this is asked."""
        known = self._read.columns.setdefault(key, array("d"))
        known.extend(map(read, islice(self._shared, len(known), self._length)))
        return known[: self._length]

    def kinds(self, key: Hashable, read: Callable[[T], V]) -> list[V]:
        """The different things that `read` finds, in the order of their first epochs; as `column`."""
        done, firsts = self._read.firsts.get(key, (0, {}))
        for place in range(done, self._length):
            firsts.setdefault(read(self._shared[place]), place)
        self._read.firsts[key] = max(done, self._length), firsts
        return [cast(V, found) for found, place in firsts.items() if place < self._length]

    def _place(self, number: int) -> int:
        return bisect_left(self._shared, number, hi=self._length, key=_number)

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> list[T]: ...

    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return self._shared[: self._length][place]
        if not -self._length <= place < self._length:
            raise IndexError(f"epoch {place} of {self._length}")
        return self._shared[place % self._length]

    def __iter__(self) -> Iterator[T]:
        return islice(self._shared, self._length)

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Epochs) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Epochs({list(self)!r})"
