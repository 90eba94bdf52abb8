"""The first look at a folder of images: how many there are, how large, and a few of each class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, islice, zip_longest
from pathlib import Path

import numpy as np

from engine.datasets.own.readers.looking import MOST, Preview, some_files
from engine.datasets.pictures import SUFFIXES, Fit, Measured, measured, picture
from engine.errors import BadData, counted

SHOWN = 8
TRIED = 24
"""Files that are opened at most, where some are broken."""
LARGEST = 48
"""Pixels of a side, in what is shown."""


def look(folder: Path, *, grey: bool, ground: str) -> Preview:
    """Eight that can be read, of each class as many, whole, on a square of the ground where their shapes differ."""
    files = [file for file in some_files(folder) if file.suffix.lower() in SUFFIXES]
    found, broken = _measured(islice(_by_class(files, folder), TRIED))
    classes = {_class(file, folder) for file in files} - {""}
    among = f" among the first {MOST:,} names" if len(files) > MOST // 2 else ""
    lines = [f"{counted(len(files), 'image file')}{among}{f', {len(classes):,} folders' if classes else ''}"]
    if found:
        lines.append(_sizes([head for _, head in found]))
    if broken:
        lines.append(f"{broken[0].name} cannot be read{f', nor can {len(broken) - 1} more' * (len(broken) > 1)}")
    if not found:
        return Preview(lines)
    shapes = {(head.height, head.width) for _, head in found}
    height, width = shapes.pop() if len(shapes) == 1 else (LARGEST, LARGEST)
    factor = min(1.0, LARGEST / max(height, width))
    fit = Fit(
        height=max(1, round(height * factor)),
        width=max(1, round(width * factor)),
        channels=1 if grey or all(head.grey for _, head in found) else 3,
        way="pad",
        ground=ground,
    )
    shown = []
    for file, _ in found:
        try:
            shown.append((picture(file, fit), _class(file, folder)))
        except BadData:  # its head was whole
            continue
    named = any(name for _, name in shown)
    return Preview(lines, np.stack([pixels for pixels, _ in shown]), [name for _, name in shown] if named else [])


def _measured(files: Iterable[Path]) -> tuple[list[tuple[Path, Measured]], list[Path]]:
    """Those to show, and those that cannot be read."""
    found: list[tuple[Path, Measured]] = []
    broken: list[Path] = []
    for file in files:
        try:
            found.append((file, measured(file)))
        except (BadData, OSError):
            broken.append(file)
        if len(found) == SHOWN:
            break
    return found, broken


def _by_class(files: Iterable[Path], folder: Path) -> Iterator[Path]:
    """The first of each class, then the second of each …"""
    of: defaultdict[str, list[Path]] = defaultdict(list)
    for file in files:
        of[_class(file, folder)].append(file)
    return (file for file in chain.from_iterable(zip_longest(*of.values())) if file is not None)


def _class(file: Path, folder: Path) -> str:
    inside = file.relative_to(folder).parts
    return inside[-2] if len(inside) > 1 else ""


def _sizes(heads: Iterable[Measured]) -> str:
    sizes = sorted({(head.height, head.width) for head in heads})
    smallest, largest = (f"{height}×{width}" for height, width in (sizes[0], sizes[-1]))
    return f"of {smallest}" if len(sizes) == 1 else f"of different sizes: {smallest} to {largest}"
