"""Which arrays of a file hold items, which their labels, and of which part: by their names, never by their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from engine.datasets.own.cutting import CALLED, PARTS
from engine.errors import UsageError
from engine.storage.npz import Form

ITEMS = ("x", "images", "data", "inputs")
"""What arrays of items are called, or begin or end with beside the part they are of."""
LABELS = ("y", "labels")


class Chosen(NamedTuple):
    """Names of arrays; of one part each where the file has several, else for all items at once under ""."""

    items: dict[str, str]
    """By part, as `PARTS` calls them."""
    labels: dict[str, str]
    """Of the same parts; empty where there are none."""


def chosen(path: Path, there: Mapping[str, Form], array: str, label_array: str) -> Chosen:
    """What is meant of the arrays that are `there`: `array` where it is said, else what is called as items are, else
    the only one; and `label_array`, else what is called as labels are and goes with them.

    Raises:
        UsageError: nothing tells, or what was said is not there.
    """
    named = (array,) if array else ITEMS
    ways = [way for name in named if (way := _of(there, name))]
    if array and not ways:
        raise _unclear(path, there, f"there is no array {array!r}")
    if not ways and len(there) == 1:
        ways = [{"": next(iter(there))}]
    if len(ways) != 1:
        found = ", ".join(name for way in ways for name in way.values())
        raise _unclear(path, there, f"each of {found} could be meant" if ways else "none is called as items are")
    items = _whole(path, there, ways[0])
    return Chosen(items, _labels(path, there, items, label_array))


def _labels(path: Path, there: Mapping[str, Form], items: Mapping[str, str], label_array: str) -> dict[str, str]:
    ways = []
    for name in (label_array,) if label_array else LABELS:
        found = {part: one for part, one in _of(there, name).items() if part in items}
        if found and not set(found.values()) & set(items.values()):
            ways.append(found)
    if not ways:
        if label_array:
            raise _unclear(path, there, f"there is no array {label_array!r} for the labels")
        return {}
    if len(ways) > 1:
        both = " and ".join(next(iter(way.values())) for way in ways)
        raise _unclear(path, there, f"{both} could both be labels")
    lacking = [one for part, one in items.items() if part not in ways[0]]
    if lacking:
        raise _unclear(path, there, f"there are labels for some parts, but none for {', '.join(lacking)}")
    return ways[0]


def _of(there: Mapping[str, Form], name: str) -> dict[str, str]:
    """The array called `name`, or those of its parts: `name_train`, `train_name`, `nameTrain`."""
    whole = [one for one in there if one == name] or [one for one in there if one.lower() == name.lower()]
    if whole:
        return {"": whole[0]}
    found: dict[str, str] = {}
    for one in there:
        for part in _parts_in(one.lower(), name.lower()):
            found[PARTS[CALLED[part]]] = one
    return found


def _parts_in(one: str, name: str) -> Iterator[str]:
    for part in CALLED:
        if one in (f"{name}_{part}", f"{part}_{name}", f"{name}{part}", f"{part}{name}"):
            yield part


def _whole(path: Path, there: Mapping[str, Form], items: dict[str, str]) -> dict[str, str]:
    """Raises UsageError where a part is missing that it takes."""
    if "" in items or {"train", "test"} <= set(items):
        return items
    missing = ", ".join(part for part in ("train", "test") if part not in items)
    raise _unclear(path, there, f"beside {', '.join(items.values())} there is none of the part {missing}")


def _unclear(path: Path, there: Mapping[str, Form], what: str) -> UsageError:
    listed = ", ".join(f"{name} {described(form)}" for name, form in there.items()) or "none"
    return UsageError(
        "Which array?",
        f"{what} in {path}; it holds: {listed}. Say which is meant with --array NAME, and which has the labels with "
        "--label-array NAME",
    )


def described(form: Form) -> str:
    """Its shape and type, for people."""
    return f"({', '.join(map(str, form.shape))}) {form.dtype}"
