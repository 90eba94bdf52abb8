"""From points in an array or a file to a pyramid, in one pass over them: what is in memory does not grow with a file
beyond a few numbers a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Report, silence
from engine.density.lattice import BITS, HEIGHT, WIDTH, Keys, Lattice, lattice_for, separated
from engine.density.pyramid import Pyramid
from engine.storage.rows import Array

BLOCK = 2**18
"""Points that are looked at in one go."""
MOST_CLASSES = 64
"""With more, points have no classes: a cell of the terminal cannot show so many."""
LARGEST = 2**32 - 1
"""Points."""
_NEAR = 2**14
_SAMPLE = 2**16
_SHIFT = 20
"""Of bins: 4,096 across and 1,024 down, which is more than there are cells on a screen."""
_CLASS_BYTES = 2**28
"""What sums of all classes may take; with more classes bins are larger."""


def build(
    points: Array,
    labels: NDArray[np.integer[Any]] | None = None,
    names: Sequence[str] = (),
    report: Report = silence,
) -> Pyramid:
    """A pyramid of points (n, 2), read block by block and each once. `labels`: (n,), the index of each into `names`;
    with more than `MOST_CLASSES` names they are left out, and points with negative ones are of a class of their own.

    Points that are not finite are left out and counted.

    Raises:
        ValueError: other shapes, or more points than can be numbered.
        Exception: what `report` raises.
    """
    items = len(points)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"expected points (n, 2), got {points.shape}")
    if items > LARGEST:
        raise ValueError(f"expected at most {LARGEST:,} points, got {items:,}")
    if labels is not None and len(labels) != items:
        raise ValueError(f"expected a label for each of {items:,} points, got {len(labels):,}")
    found, numbers = _read(points, report)
    missing = items - found.shape[1]
    lattice = _lattice(found)
    if not (lattice.x.covers(found[0]) and lattice.y.covers(found[1])):
        inside = np.flatnonzero(lattice.x.has(found[0]) & lattice.y.has(found[1]))
        found, numbers = found[:, inside], inside.astype(np.uint32) if numbers is None else numbers[inside]
    keys, order = _sorted(lattice, found, report)
    del found
    if numbers is not None:
        order = numbers[order]
    members, called = (None, ()) if labels is None else _classes(np.asarray(labels), order, tuple(names))
    shift = _shift(len(called))
    sums = _summed(_bins(keys, shift, report), shift)
    of_classes = None if members is None else _of_classes(keys, members, len(called), shift, report)
    report("counting", items, items)
    return Pyramid(lattice, keys, order, shift, sums, members, called, of_classes, items=items, missing=missing)


def _read(points: Array, report: Report) -> tuple[NDArray[Any], NDArray[np.uint32] | None]:
    """The finite ones, (2, n), and the numbers of the items that they are; None: all, in order."""
    kind = np.float32 if points.dtype in (np.float16, np.float32) else np.float64
    found = np.empty((2, len(points)), kind)
    numbers: NDArray[np.uint32] | None = None
    there = 0
    for start in range(0, len(points), BLOCK):
        report("reading points", start, len(points))
        block = np.asarray(points[start : start + BLOCK], kind).T
        if not np.isfinite(block).all() and numbers is None:
            numbers = np.arange(len(points), dtype=np.uint32)
        if numbers is not None:
            finite = np.flatnonzero(np.isfinite(block[0]) & np.isfinite(block[1]))
            block = block[:, finite]
            numbers[there : there + len(finite)] = start + finite
        found[:, there : there + block.shape[1]] = block
        there += block.shape[1]
    return found[:, :there], None if numbers is None else numbers[:there]


def _lattice(points: NDArray[Any]) -> Lattice:
    if not points.size:
        return lattice_for((0.0, 0.0), (0.0, 0.0), np.zeros((2, 0)))
    sample = points[:, :: max(1, points.shape[1] // _SAMPLE)].astype(np.float64)
    least, most = ([float(of(column)) for column in points] for of in (np.min, np.max))
    return lattice_for((least[0], least[1]), (most[0], most[1]), sample)


def _sorted(lattice: Lattice, points: NDArray[Any], report: Report) -> tuple[Keys, NDArray[np.uint32]]:
    """The keys of the points in ascending order, and whose they are.

    Numbers are sorted several times as fast as numbers with their places: as much of a key as there is room for beside
    its place makes one number. Where that much is the same for many points, they are put in order by the rest.
    """
    count = points.shape[1]
    keys = np.empty(count, np.uint64)
    for start in range(0, count, BLOCK):
        report("placing points", start, count)
        for part in range(start, min(count, start + BLOCK), _NEAR):  # what fits into a processor's own memory
            keys[part : part + _NEAR] = lattice.keys(*points[:, part : part + _NEAR])
    report("sorting", 0, count)
    place_bits = max(1, count.bit_length())
    spare = np.uint64(max(0, BITS + place_bits - 64))
    packed = ((keys >> spare) << np.uint64(place_bits)) | np.arange(count, dtype=np.uint64)
    packed.sort()
    order = (packed & np.uint64(2**place_bits - 1)).astype(np.uint32)
    del packed
    report("sorting", count // 2, count)
    ordered = keys[order]
    wrong = np.flatnonzero(ordered[1:] < ordered[:-1])
    if len(wrong):
        _settle(ordered, order, spare)
    return ordered, order


def _settle(keys: Keys, order: NDArray[np.uint32], spare: np.uint64) -> None:
    """Put in order, in place, what is so but for the last `spare` bits."""
    rough = keys >> spare
    alike = np.concatenate([[False], rough[1:] == rough[:-1], [False]])
    tied = np.flatnonzero(alike[1:] | alike[:-1])
    again = np.argsort(keys[tied], kind="stable")
    keys[tied], order[tied] = keys[tied][again], order[tied][again]


def _classes(
    labels: NDArray[Any], order: NDArray[np.uint32], names: tuple[str, ...]
) -> tuple[NDArray[np.uint8] | None, tuple[str, ...]]:
    """The class of each point on the curve, and what classes are called."""
    if not names or len(names) > MOST_CLASSES:
        return None, ()
    members = labels[order]
    unknown = (members < 0) | (members >= len(names))
    if unknown.any():
        members, names = np.where(unknown, len(names), members), (*names, "no class")
    return members.astype(np.uint8), names


def _shift(classes: int) -> int:
    """How many squares a bin has a side, as a power of two: less bins where each has many counts."""
    bins = WIDTH * HEIGHT >> 2 * _SHIFT
    room = _CLASS_BYTES // (4 * bins * max(1, classes))
    return _SHIFT if room else _SHIFT + ((4 * bins * classes // _CLASS_BYTES).bit_length() + 1) // 2


def _bins(keys: Keys, shift: int, report: Report) -> NDArray[np.int64]:
    """How many points each bin has, in the order of the curve."""
    counts = np.zeros(2 ** (BITS - 2 * shift), np.int64)
    step = BLOCK * 16
    for start in range(0, len(keys), step):
        report("counting", start, len(keys))
        codes = (keys[start : start + step] >> np.uint64(2 * shift)).astype(np.int64)
        if len(codes):
            first = int(codes[0])
            found = np.bincount(codes - first)
            counts[first : first + len(found)] += found
    return counts


def _of_classes(keys: Keys, members: NDArray[np.uint8], many: int, shift: int, report: Report) -> NDArray[np.uint32]:
    """The sums of each class, (many, bins down + 1, bins across + 1)."""
    sums = np.empty((many, (HEIGHT >> shift) + 1, (WIDTH >> shift) + 1), np.uint32)
    for each in range(many):
        report("counting classes", each, many)
        sums[each] = _summed(_bins(keys[members == each], shift, silence), shift)
    return sums


def _summed(counts: NDArray[np.int64], shift: int) -> NDArray[np.uint32]:
    """Of bins in the order of the curve: of all below and left of each bin's corner, (down + 1, across + 1)."""
    down, across = HEIGHT >> shift, WIDTH >> shift
    sums = np.zeros((down + 1, across + 1), np.uint32)
    there = np.flatnonzero(counts)
    x, y = separated(there.astype(np.uint64) << np.uint64(2 * shift))
    sums[(y >> shift) + 1, (x >> shift) + 1] = counts[there]
    np.cumsum(sums, axis=0, out=sums)
    np.cumsum(sums, axis=1, out=sums)
    return sums
