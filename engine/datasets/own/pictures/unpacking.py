"""What a worker does with some image files: pixels of one size, and what is wrong with those that have none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.own.pictures.survey import fault_of
from engine.datasets.pictures import Fit, picture
from engine.errors import BadData


class Setup(msgspec.Struct, frozen=True):
    """For all files: their folder, what becomes of them, and of pairs the folder of what is to be answered."""

    folder: str
    fit: Fit
    targets: str = ""


def decoder(setup: Any) -> Callable[[list[Any]], tuple[NDArray[np.uint8], dict[str, str]]]:
    """As `engine.datasets.decoding` expects it. Of files (file, target), (count, height, width, channels) uint8, of
    pairs (count, 2, …), of those that can be read; and what is wrong with the others, by name."""
    known = msgspec.convert(setup, Setup)

    def decode(files: list[Any]) -> tuple[NDArray[np.uint8], dict[str, str]]:
        rows, faults = [], {}
        for file, target in files:
            try:
                seen = picture(Path(known.folder, file), known.fit)
            except BadData as error:
                faults[file] = fault_of(error)
                continue
            if not known.targets:
                rows.append(seen)
                continue
            try:
                rows.append(np.stack([seen, picture(Path(known.targets, target), known.fit)]))
            except BadData as error:
                faults[file] = f"its target {target}: {fault_of(error)}"
        return np.stack(rows) if rows else np.empty((0, *shape_of(known)), np.uint8), faults

    return decode


def shape_of(setup: Setup) -> tuple[int, ...]:
    """Of one row."""
    fit = setup.fit
    shape = fit.height, fit.width, fit.channels
    return (2, *shape) if setup.targets else shape
