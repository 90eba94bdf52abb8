"""Rows of a table, or windows of a series: float32 as a network sees them, and what the user's columns are to it."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import msgspec
import numpy as np

from engine.datasets.array_data import ArrayData
from engine.datasets.data import Part
from engine.datasets.numbers.columns import Columns
from engine.errors import counted


class NumberData(ArrayData):
    """`columns` say what the last axis of an item holds."""

    def __init__(
        self,
        key: str,
        train: Part,
        test: Part,
        classes: tuple[str, ...],
        path: Path | None,
        validation: Part | None = None,
        split: str = "",
        *,
        columns: Columns,
    ) -> None:
        super().__init__(key, train, test, classes, path, validation, split)
        self.columns = columns
        self.bounded = columns.bounded

    @property
    def metadata(self) -> dict[str, str]:
        """Also how many numbers the columns became."""
        used = self.columns.used
        made = f"{counted(self.columns.width, 'number')} of {counted(len(used), 'column')}"
        return {**super().metadata, "columns": made}

    def _divided(self, train: Part, validation: Part | None, split: str) -> Self:
        """The same in other parts, with the columns fitted to the new training part."""
        columns, shift, scale = self.columns.refitted(np.asarray(train.items))

        def again(part: Part) -> Part:
            return part._replace(items=((np.asarray(part.items) - shift) / scale).astype(np.float32))

        held_out = None if validation is None else again(validation)
        parts = again(train), again(self.test), self.classes, self.path, held_out, split
        return type(self)(self.key, *parts, columns=columns)


class VectorData(NumberData):
    """Rows (count, numbers)."""

    kind = "vectors"


class WindowData(NumberData):
    """Windows (count, steps, channels), in the order of the series and of time."""

    kind = "windows"

    def with_validation(self, share: float) -> Self:
        """With the last `share` of the training windows held out, and those between left out that overlap with them: of
        windows drawn at random nearly all of each would be in others. Raises as `ArrayData.with_validation`."""
        if not share or self.held_out or len(self.train.labels) < 2:
            return super().with_validation(share)
        count = len(self.train.labels)
        first = count - min(max(round(share * count), 1), count - 1)
        gap = -(-self.columns.window // max(self.columns.stride, 1)) - 1
        train = self.train.at(slice(max(1, first - gap)))
        return self._cut(train, self.train.at(slice(first, count)), f"last-{share:g}-")


class NumberStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """What is in such a set, in figures."""

    source: str
    fingerprint: str
    metadata: dict[str, str]
    table: list[tuple[str, ...]]


def statistics(data: NumberData) -> NumberStatistics:
    """What became of each column, and how many items of each class there are."""
    parts = [("training", data.train), ("validation", data.validation), ("test", data.test)]
    items = ", ".join(f"{len(part.labels):,} {name}" for name, part in parts if name != "validation" or data.held_out)
    metadata = {"items": items, "shape": "×".join(map(str, data.shape)), "numbers": _HOW[data.columns.normalise]}
    if len(data.classes) > 1:
        counts = np.bincount(data.train.labels, minlength=len(data.classes)).tolist()
        told = ", ".join(f"{name} {count:,}" for name, count in list(zip(data.classes, counts, strict=True))[:20])
        metadata["classes"] = f"{told}{' …' if data.classes[20:] else ''} (training)"
    return NumberStatistics(
        source=str(data.path or ""),
        fingerprint=data.fingerprint,
        metadata=metadata,
        table=[_HEADS[data.columns.normalise], *_rows(data.columns)],
    )


_HOW = {
    "standard": "standardised: less the mean of the training part, by its standard deviation",
    "minmax": "0 for the least of the training part, 1 for the most",
    "none": "as they are",
    "unit": "from 0 to 1, by a scale that was said",
}
_HEADS = {
    "standard": ("COLUMN", "BECOMES", "MEAN", "SD", "MISSING"),
    "minmax": ("COLUMN", "BECOMES", "LEAST", "RANGE", "MISSING"),
    "none": ("COLUMN", "BECOMES", "", "", "MISSING"),
    "unit": ("COLUMN", "BECOMES", "LEAST", "RANGE", "MISSING"),
}
_LEVELS = 8
"""Of a category that are told."""


def _rows(columns: Columns) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for column in columns.columns:
        mean, scale = "", ""
        becomes = {"number": "a number", "date": "a number (date)", "flag": "0 or 1", "nothing": ""}.get(column.becomes)
        if column.becomes == "category":
            rest = len(column.levels) - _LEVELS
            more = f" and {rest} more" if rest > 0 else ""
            becomes = f"{column.width} numbers, 0 or 1: {', '.join(column.levels[:_LEVELS])}{more}"
        elif column.becomes == "nothing":
            becomes = f"left out: {column.why}"
        elif column.becomes != "flag" and columns.normalise != "none":
            [(_, means)] = Columns(columns=(column,)).decode(np.zeros((1, 1), np.float32))
            mean = means[0] if isinstance(means[0], str) else f"{means[0]:.6g}"
            scale = f"{column.scale / 86_400:.6g} days" if column.becomes == "date" else f"{column.scale:.6g}"
        rows.append((column.name, becomes or "", mean, scale, f"{column.missing:,}"))
    return rows
