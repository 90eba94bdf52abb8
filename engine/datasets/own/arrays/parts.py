"""Arrays of items in parts, and their numbers brought to one scale."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Part, Report
from engine.datasets.own.arrays.scaling import Range, Scale, Scaled, bounds, range_of
from engine.datasets.own.cutting import PARTS, Cutting, cut, spread
from engine.datasets.own.records import shards_of
from engine.errors import UsageError
from engine.storage.atomic import make_folder, replacing
from engine.storage.rows import Array, some

RANGES = "ranges.json"


class InParts(NamedTuple):
    """By part, as `PARTS` calls them; there may be no validation part."""

    items: dict[str, Array]
    labels: dict[str, NDArray[np.int64]]
    told: str
    """How they came about, for people."""


def in_parts(items: Mapping[str, Array], labels: Mapping[str, NDArray[np.int64]], options: Cutting) -> InParts:
    """`items` in the parts that they came in, else (one array, under "") cut as `options` say; labels are 0 where there
    are none.

    Raises:
        UsageError: parts are of different shapes or types, or one has no items.
    """
    if "" not in items:
        forms = {(array.shape[1:], array.dtype.kind) for array in items.values()}
        if len(forms) > 1 or not all(len(array) for array in items.values()):
            found = ", ".join(f"{part} {array.shape} of {array.dtype}" for part, array in items.items())
            raise UsageError("Parts do not fit", f"expected parts of items of one shape and type, found {found}")
        zeros = {part: np.zeros(len(array), np.int64) for part, array in items.items()}
        return InParts(dict(items), {**zeros, **labels}, "by the names of the arrays")
    array = items[""]
    known = labels.get("")
    evenly = spread(known)
    places = cut(len(array), evenly, options)
    chosen = {part: of for part, of in zip(PARTS, places, strict=True) if of is not None}
    all_labels = np.zeros(len(array), np.int64) if known is None else known
    how = "in their order" if options.split_by == "order" else "drawn"
    same = ", of each class the same share" if evenly is not None and how == "drawn" else ""
    return InParts(
        {part: some(array, of) for part, of in chosen.items()},
        {part: all_labels[of] for part, of in chosen.items()},
        f"{options.split}, {how}{same}",
    )


def scaled(
    name: str, parts: InParts, scale: Scale, state: Callable[[], object] | None, report: Report
) -> tuple[dict[str, Part], dict[str, str]]:
    """The parts as bytes, or as floats from 0 to 1, and what became of the numbers, for people.

    `state`: None of what lies in memory; what stays in files is looked through once: its range is kept for the set
    called `name` while its state is the same. Raises UsageError where the numbers are not what `scale` says.
    """
    train = parts.items["train"]
    found: tuple[float, float] | None = None
    if train.dtype != np.uint8 or scale not in ("auto", "byte"):
        found = bounds(scale, train.dtype, *_ranges(name, parts, state, report))
    made: dict[str, Part] = {}
    for part, array in parts.items.items():
        plain = found is None or (found == (0.0, 1.0) and array.dtype == np.float32 and array.dtype.isnative)
        rows = array if found is None or plain else Scaled(array, *found)
        held = rows if state else np.ascontiguousarray(rows[:])
        made[part] = Part(held, parts.labels[part])
    return made, {"scale": _told(scale, train.dtype, found)}


def _told(scale: Scale, dtype: np.dtype[Any], found: tuple[float, float] | None) -> str:
    if found is None:
        return "bytes, 0 to 255"
    if scale == "minmax":
        low, high = found
        return (
            f"{dtype}, {low:g} to {high:g} (lowest and highest to train on) stretched to 0 to 1; others are cut there"
        )
    return f"{dtype} from 0 to {found[1]:g}"


def _ranges(name: str, parts: InParts, state: Callable[[], object] | None, report: Report) -> tuple[Range, Range]:
    """Of the training part, and of the others."""
    kept, key = None, ""
    if state:
        content = [state(), {part: len(array) for part, array in parts.items.items()}, parts.told]
        key = hashlib.sha256(msgspec.json.encode(content)).hexdigest()
        kept = _read(name, key)
    if kept is None:
        found = {part: range_of(array, "looking at numbers", report) for part, array in parts.items.items()}
        train = found.pop("train")
        lows, highs, bad = zip(*found.values(), strict=True)
        kept = [train, Range(min(lows), max(highs), sum(bad))]
        if key:
            _write(name, key, kept)
    return kept[0], kept[1]


def _read(name: str, key: str) -> list[Range] | None:
    try:
        found: tuple[str, list[Range]] = msgspec.json.decode(
            (shards_of(name) / RANGES).read_bytes(), type=tuple[str, list[Range]]
        )
    except (OSError, msgspec.DecodeError):
        return None
    return found[1] if found[0] == key and len(found[1]) == 2 else None


def _write(name: str, key: str, ranges: list[Range]) -> None:
    try:
        make_folder(shards_of(name))
        with replacing(shards_of(name) / RANGES) as file:
            file.write(msgspec.json.encode((key, ranges)))
    except OSError:  # it will be looked for again
        return
