"""Long work in parts: what each yields becomes how far the whole is."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Steps = Generator[tuple[int, int], None, T]
"""Work in pieces of a few tenths of a second; yields how much is done of how much (of 0: unknown)."""
FINE = 1_000
"""Steps of the whole that a part has."""


def part(work: Steps[T], number: int, parts: int) -> Steps[T]:
    """`work` as the `number`-th (from 0) of equal `parts`."""
    while True:
        try:
            done, total = next(work)
        except StopIteration as end:
            yield (number + 1) * FINE, parts * FINE
            found: T = end.value
            return found
        yield number * FINE + (FINE * done // total if total else 0), parts * FINE
