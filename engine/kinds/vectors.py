"""Vectors: rows of tables, float32 (count, numbers), normalised, NaN where a number is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from engine.kinds.numbers import Numbers


class Vectors(Numbers):
    """A row of the table."""

    key = "vectors"
    items, unit = "rows", "rows"
    numbers = "columns"
    points: ClassVar[tuple[str, ...]] = ("PCA of the rows", "PCA")
    rank = 1
    presets = ("table",)
    panels: ClassVar[Mapping[str, str]] = {"digits": "columns"}
