"""What is known of each complete epoch of a run: a value that grows without being copied."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_number = attrgetter("epoch")


class Numbered(Protocol):
    """Something of an epoch."""

    @property
    def epoch(self) -> int:
        """From 1, over the whole run."""


T = TypeVar("T", bound=Numbered)
U = TypeVar("U")
V = TypeVar("V", bound=Hashable)
REMEMBERED = 64
"""Answers of `Epochs.once`."""


class _Shared(Generic[T]):
    """A list that several `Epochs` see, and the columns that were made of it."""

    __slots__ = ("columns", "found", "items", "kinds")

    def __init__(self, items: list[T]) -> None:
        self.items = items
        self.columns: dict[Hashable, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
        """Room for more numbers than there are yet, and those that are in use, read-only."""
        self.kinds: dict[Hashable, tuple[int, dict[Hashable, int]]] = {}
        """How many items were looked at, and where each kind was met first."""
        self.found: dict[tuple[Hashable, int], Any] = {}
        """What was found out about the first so many, by name and number."""

    def column(self, name: Hashable, number: Callable[[T], float], length: int) -> NDArray[np.float64]:
        import numpy as np  # only with something to draw, which is after the first frame

        room, used = self.columns.get(name, (np.empty(0), np.empty(0)))
        known = len(used)
        if length < known:
            return used[:length]
        if length > known:
            if length > len(room):
                room = np.concatenate([used, np.empty(max(64, length, 2 * known) - known)])
            room[known:length] = np.fromiter(map(number, islice(self.items, known, length)), float, length - known)
            used = room[:length]
            used.flags.writeable = False
            self.columns[name] = room, used
        return used


class Epochs(Sequence[T]):
    """Something of each epoch, or of some. It never changes.

    Those that grew out of one another share one list, of which each sees its own length.
    Adding an epoch costs the same however many there are, and each older value stays what it was: only where the list
    has gone on otherwise, what is seen of it is copied. Of one value, one thread at a time makes others.
    """

    __slots__ = ("_length", "_shared")

    def __init__(self, epochs: Iterable[T] = ()) -> None:
        """`epochs`: in order of their numbers."""
        self._shared = _Shared(list(epochs))
        self._length = len(self._shared.items)

    @classmethod
    def _seen(cls, shared: _Shared[T], length: int) -> Epochs[T]:
        view = cls.__new__(cls)
        view._shared, view._length = shared, length
        return view

    def and_then(self, *ended: T) -> Epochs[T]:
        """These and those, which come later."""
        shared = self._shared
        if len(shared.items) != self._length:
            shared = _Shared(shared.items[: self._length])
        shared.items.extend(ended)
        return self._seen(shared, self._length + len(ended))

    def before(self, number: int) -> Epochs[T]:
        """Those before epoch `number`."""
        length = self._place(number)
        return self if length == self._length else self._seen(self._shared, length)

    def column(self, name: Hashable, number: Callable[[T], float]) -> NDArray[np.float64]:
        """A number of each, read-only. `name` stands for `number`: those that are known by it are not asked for again,
        so that it costs as much as there is new, and without news the very same array comes."""
        return self._shared.column(name, number, self._length)

    def kinds(self, name: Hashable, kind: Callable[[T], V]) -> list[V]:
        """The different things that `kind` finds, in the order of their first epochs; `name` is as in `column`."""
        known, firsts = self._shared.kinds.get(name, (0, {}))
        for place in range(known, self._length):
            firsts.setdefault(kind(self._shared.items[place]), place)
        self._shared.kinds[name] = max(known, self._length), firsts
        return [cast(V, found) for found, place in firsts.items() if place < self._length]

    def once(self, name: Hashable, find: Callable[[], U]) -> U:
        """What `find` says of all of these; it is asked again only when much else was asked meanwhile."""
        found = self._shared.found
        asked = name, self._length
        if asked not in found:
            if len(found) >= REMEMBERED:
                found.clear()
            found[asked] = find()
        return cast(U, found[asked])

    def numbered(self, number: int) -> T | None:
        """That of epoch `number`; None if there is none."""
        place = self._place(number)
        return self[place] if place < self._length and self[place].epoch == number else None

    def _place(self, number: int) -> int:
        return bisect_left(self._shared.items, number, hi=self._length, key=_number)

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> list[T]: ...

    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return self._shared.items[slice(*place.indices(self._length))]
        if not -self._length <= place < self._length:
            raise IndexError(f"epoch {place} of {self._length}")
        return self._shared.items[place % self._length]

    def __iter__(self) -> Iterator[T]:
        return islice(self._shared.items, self._length)

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Epochs) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Epochs({list(self)!r})"
