"""Arrays of rows (count, numbers): each row is an item, its numbers brought to a scale column by column."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.array_data import UNLABELLED
from engine.datasets.data import Part
from engine.datasets.numbers import columns, table
from engine.datasets.numbers.columns import Columns
from engine.datasets.numbers.number_data import VectorData
from engine.datasets.own.arrays.opening import Opened
from engine.datasets.own.arrays.parts import in_parts
from engine.datasets.own.arrays.scaling import Scale
from engine.datasets.own.cutting import PARTS, Cutting
from engine.errors import UsageError

SCALES = {
    "auto": "each column less its mean, by its standard deviation",
    "minmax": "each column from its lowest (0) to its highest (1)",
    "unit": "from 0 to 1, as they are",
    "byte": "0 to 255 became 0 to 1",
}


def rows(name: str, path: Path, found: Opened, options: Cutting, scale: Scale) -> tuple[VectorData, dict[str, str]]:
    """The rows of `found` as the data set `name`, columns called c1, c2 and so on; and what became of them, for people.
    NaN is what is not known.

    Raises:
        UsageError: parts do not fit each other, nothing varies, or the numbers are not what `scale` says.
        BadData: they are no numbers, or some are infinite.
    """
    cut = in_parts(found.items, found.labels, options)
    held = {part: np.asarray(cut.items[part][:]) for part in PARTS if part in cut.items}
    ends = np.cumsum([len(array) for array in held.values()])
    whole = table.of_array(path, np.concatenate(list(held.values())))
    fitted = _fitted(path, whole, np.arange(ends[0]), scale)
    encoded = np.split(fitted.encode(whole), ends[:-1])
    made = {part: Part(items, cut.labels[part]) for part, items in zip(held, encoded, strict=True)}
    classes = found.classes or (UNLABELLED,)
    data = VectorData(name, made["train"], made["test"], classes, path, made.get("validation"), columns=fitted)
    return data, {"parts": cut.told, "scale": SCALES[scale], **columns.told(fitted, whole.rows)}


def _fitted(path: Path, whole: table.Table, train: NDArray[np.int64], scale: Scale) -> Columns:
    if scale in ("auto", "minmax"):
        return columns.fit(whole, train, "standard" if scale == "auto" else "minmax", ())
    most = 255.0 if scale == "byte" else 1.0
    low = min(float(np.nanmin(column.values)) for column in whole.columns.values())
    high = max(float(np.nanmax(column.values)) for column in whole.columns.values())
    if low < 0 or high > most:
        told = f"expected numbers from 0 to {most:g}, as --scale {scale} says, found some from {low:g} to {high:g}"
        raise UsageError("Which scale?", f"{told} in {path}; leave --scale out, or say minmax")
    fitted = columns.fit(whole, train, "none", ())
    scaled = (msgspec.structs.replace(column, scale=most) if column.width else column for column in fitted.columns)
    return msgspec.structs.replace(fitted, columns=tuple(scaled), normalise="unit")
