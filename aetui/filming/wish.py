"""What a user may ask of a film."""

from __future__ import annotations

from typing import NamedTuple

from engine.errors import UsageError

LONGEST = 600.0
"""Seconds of a film."""


class Wish(NamedTuple):
    """0 leaves it to the program."""

    seconds: float = 0.0
    width: int = 0
    """Pixels of a GIF, columns of a recording."""
    first: int = 0
    last: int = 0
    """Epochs."""

    def check(self) -> None:
        """Raises UsageError for what no film can be."""
        if not (self.seconds == 0 or 0.5 <= self.seconds <= LONGEST):
            raise UsageError("Seconds", f"expected 0.5 to {LONGEST:g} seconds, got {self.seconds:g}")
        if self.first < 0 or self.last < 0 or (self.last and self.first > self.last):
            told = f"expected epochs in their order, from 1 on, got {self.first} to {self.last}"
            raise UsageError("Epochs", told)
