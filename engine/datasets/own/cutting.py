"""How the user's own data are cut into parts to train on, to choose by and to test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from engine.errors import SettingError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

THREE = "80/10/10"
PARTS = ("train", "validation", "test")
CALLED = {"train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "dev": 1, "test": 2, "testing": 2}
"""What parts are called in the data of others, and which they are."""


MOST_CLASSES = 1_000
"""Classes of which each part gets the same share; with more, most have too few items for that."""


class Cutting(msgspec.Struct, frozen=True, kw_only=True):
    """Options of every reader."""

    split: Annotated[
        str,
        Meta(description="shares in percent to train on, to choose by and to test; two: to train on and to test"),
    ] = THREE
    split_by: Annotated[
        Literal["random", "order"],
        Meta(description="which items go where: drawn, of each class the same share, or the first ones to train on"),
    ] = "random"


class Places(NamedTuple):
    """Which items belong to which part, ascending."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64] | None
    """None: none is held out."""
    test: NDArray[np.int64]


def shares(split: str) -> tuple[float, ...]:
    """Two or three shares that sum to 1, of "80/10/10" or "0.8/0.2". Raises SettingError."""
    try:
        numbers = [float(part) for part in split.split("/")]
    except ValueError:
        numbers = []
    total = sum(numbers)
    if len(numbers) not in (2, 3) or min(numbers) <= 0 or not (abs(total - 100) < 0.5 or abs(total - 1) < 0.005):
        raise SettingError(
            "split", f"{split!r} is not possible; expected shares that sum to 100, as in {THREE} or 80/20"
        )
    return tuple(number / total for number in numbers)


def spread(labels: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """`labels` where each part is to have the same share of each class; None where there are none, or too many."""
    return labels if labels is not None and len(labels) and labels.max() < MOST_CLASSES else None


def cut(
    count: int,
    labels: NDArray[np.int64] | None,
    options: Cutting,
    groups: Sequence[object] | None = None,
    parts: Sequence[str] | None = None,
) -> Places:
    """`count` items with these `labels` in parts: as `parts` names them, one for each item, where it is given; else by
    shares, and items of one of the `groups` together where these are given. The draw is the same every time.

    Raises:
        SettingError: the shares cannot be meant.
        UsageError: a part would be empty, or is called what none can be.
    """
    import numpy as np

    wanted = shares(options.split)
    if parts is not None:
        chosen = _named(parts)
    elif groups is not None:
        chosen = _grouped(groups, wanted)
    elif options.split_by == "order":
        chosen = np.searchsorted(np.cumsum(wanted)[:-1] * count, np.arange(count), side="right")
        chosen = chosen if len(wanted) == 3 else chosen * 2
    else:
        chosen = _drawn(np.zeros(count, np.int64) if labels is None else labels, wanted)
    found = [np.flatnonzero(chosen == part) for part in range(3)]
    validation = None if parts is not None and not len(found[1]) else found[1]
    validation = None if parts is None and len(wanted) == 2 else validation
    _check(count, found[0], validation, found[2])
    return Places(found[0], validation, found[2])


def _check(count: int, train: NDArray[np.int64], validation: NDArray[np.int64] | None, test: NDArray[np.int64]) -> None:
    there = {"to train on": train, "to test": test} | ({"to choose by": validation} if validation is not None else {})
    empty = [name for name, places in there.items() if not len(places)]
    if empty:
        told = f"expected items for every part, but of {count:,} none is left {empty[0]}"
        raise UsageError("Too few items", f"{told}; give more data, or other shares with --split")


def _drawn(labels: NDArray[np.int64], wanted: Sequence[float]) -> NDArray[np.int64]:
    """The part of each item, 0 to 2; of each class the same shares."""
    import numpy as np

    from engine.datasets.splits import stratified

    count = len(labels)
    chosen = np.zeros(count, np.int64)
    test = stratified(labels, max(wanted[-1], 1 / max(count, 1)))
    chosen[test] = 2
    if len(wanted) == 3:
        left = np.flatnonzero(~test)
        share = max(wanted[1] / (wanted[0] + wanted[1]), 1 / max(len(left), 1))
        chosen[left[stratified(labels[left], share)]] = 1
    return chosen


def _grouped(groups: Sequence[object], wanted: Sequence[float]) -> NDArray[np.int64]:
    """Whole groups, drawn, until a part has its share."""
    import numpy as np

    from engine.datasets.splits import SEED

    names, members, sizes = np.unique(np.asarray(groups, str), return_inverse=True, return_counts=True)
    order = np.random.default_rng(SEED).permutation(len(names))
    edges = np.cumsum(wanted[::-1])  # from the test part on
    of_group = np.zeros(len(names), np.int64)
    done = 0
    for group in order:
        share = (done + sizes[group] / 2) / len(members)
        place = int(np.searchsorted(edges[:-1], share, side="right"))
        of_group[group] = len(wanted) - 1 - place
        done += int(sizes[group])
    if len(wanted) == 2:
        of_group *= 2
    return of_group[members]


def _named(parts: Sequence[str]) -> NDArray[np.int64]:
    import numpy as np

    names, members = np.unique(np.asarray(parts, str), return_inverse=True)
    unknown = [str(name) for name in names if name.strip().lower() not in CALLED]
    if unknown:
        told = f"expected parts called train, validation and test, got {unknown[0]!r}"
        raise UsageError("Unknown part", f"{told}; rename it, or leave it out with another split")
    return np.array([CALLED[name.strip().lower()] for name in names])[members]
