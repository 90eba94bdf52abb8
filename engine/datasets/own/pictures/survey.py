"""What the heads of many image files say, and the one size that they are brought to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine.datasets.data import Report, in_blocks
from engine.datasets.pictures import Fit, Measured, Way, measured, same_aspect
from engine.errors import BadData, SettingError, UsageError, counted
from engine.storage.workers import on_all_cores

BLOCK = 500
"""Files that are looked at in one go."""
FEW = 2_000
"""Files that are looked at sooner than workers have started."""
NAMED = 8
"""Sizes that a message names."""
LARGEST_ITEM = 2**22
"""Numbers in an item: a network for more fits no machine that this is for, and photographs are often meant to be made
smaller first."""
SIZE = re.compile(r"(\d{1,5})(?:\s*[x×]\s*(\d{1,5}))?")


class Survey(NamedTuple):
    """Of files by their names."""

    measured: dict[str, Measured]
    faults: dict[str, str]
    """What is wrong with those that cannot be read."""


class Wanted(NamedTuple):
    """What the user said of sizes."""

    size: str = ""
    crop: bool = False
    pad: bool = False


def survey(folder: Path, files: Sequence[str], activity: str, report: Report) -> Survey:
    """The heads of `files` in `folder`, on all cores where there are many. Raises Stopped from `report`."""
    blocks = [list(files[rows]) for rows in in_blocks(files, BLOCK)]
    if len(files) <= FEW:
        look, found = worker(str(folder)), []
        for number, block in enumerate(blocks):
            report(activity, number * BLOCK, len(files))
            found.append(look(block))
    else:

        def tick(done: int) -> None:
            report(activity, min(done * BLOCK, len(files)), len(files))

        found = on_all_cores("engine.datasets.own.pictures.survey:worker", str(folder), blocks, tick)
    told = dict(zip(files, (one for block in found for one in block), strict=True))
    faults = {file: one for file, one in told.items() if isinstance(one, str)}
    heads = {file: msgspec.convert(one, Measured) for file, one in told.items() if file not in faults}
    return Survey(heads, faults)


def worker(folder: str) -> Callable[[list[str]], list[Any]]:
    """What looks at some files: a `Measured` as plain data, or what is wrong, for each."""

    def look(files: list[str]) -> list[Any]:
        found: list[Any] = []
        for file in files:
            try:
                found.append(msgspec.to_builtins(measured(Path(folder, file))))
            except BadData as error:
                found.append(fault_of(error))
        return found

    return look


def fault_of(error: BadData) -> str:
    """What is wrong, without the file's name."""
    return error.message.removeprefix(f"{error.path}: ")


def size_of(text: str) -> tuple[int, int] | None:
    """Height and width of "64x48" or "64"; None of nothing. Raises SettingError."""
    if not text:
        return None
    found = SIZE.fullmatch(text.strip().lower())
    height, width = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not height or not width:
        raise SettingError("size", f"{text!r} is not possible; expected height and width in pixels, as in 64x48")
    return height, width


def agreed(sizes: Counter[tuple[int, int]], wanted: Wanted, channels: int, ground: str) -> Fit:
    """How pictures of these `sizes` (height, width) become pictures of one size.

    Raises:
        UsageError: nobody said how; or they would be larger than anything learns from.
    """
    size = size_of(wanted.size)
    if wanted.crop and wanted.pad:
        raise UsageError("Options contradict", "expected --crop or --pad, got both; leave one out")
    if not size and len(sizes) > 1 and not (wanted.crop or wanted.pad):
        told = f"expected images of one size, found {described(sizes)}"
        raise UsageError(
            "Several sizes",
            f"{told}; say what to do: --crop cuts the middle out of each, --pad puts a ground round each, with "
            "--size HxW they are scaled, too; --size alone scales what has its aspect",
        )
    way: Way = "crop" if wanted.crop else "pad" if wanted.pad else "exact"
    if size and way == "exact":
        others = Counter({found: count for found, count in sizes.items() if not same_aspect(found, size)})
        if others:
            told = f"expected images of the aspect of {size[0]}×{size[1]} (height × width), found {described(others)}"
            raise UsageError(
                "Other aspect",
                f"{told}; --size with --crop cuts the middle out of each, with --pad puts a ground round each",
            )
    pick = max if wanted.pad else min
    height, width = size or (pick(found[0] for found in sizes), pick(found[1] for found in sizes))
    if height * width * channels > LARGEST_ITEM:
        told = f"expected items of at most {LARGEST_ITEM:,} numbers, but {height}×{width}×{channels} are more"
        raise UsageError("Large images", f"{told}; have them made smaller, as with --size 128x{_beside(height, width)}")
    return Fit(height=height, width=width, channels=channels, way=way, scale=size is not None, ground=ground)


def _beside(height: int, width: int) -> int:
    """The width that goes with a height of 128."""
    return max(1, round(width * 128 / height))


def described(sizes: Counter[tuple[int, int]]) -> str:
    """The most frequent ones, for people."""
    parts = [f"{height}×{width} ({counted(count, 'image')})" for (height, width), count in sizes.most_common(NAMED)]
    rest = len(sizes) - NAMED
    return ", ".join(parts) + (f" and {counted(rest, 'other size')}" if rest > 0 else "")
