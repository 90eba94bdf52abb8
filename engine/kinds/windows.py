"""Windows: stretches of series, float32 (count, steps, channels), normalised, NaN where a number is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from engine.kinds.numbers import Numbers


class Windows(Numbers):
    """A row of the table."""

    key = "windows"
    items, unit = "windows", "win"
    numbers = "values"
    points: ClassVar[tuple[str, ...]] = ("PCA of the windows", "PCA")
    rank = 2
    presets = ("series",)
    panels: ClassVar[Mapping[str, str]] = {"digits": "curves"}

    def size(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Steps, channels."""
        return shape
