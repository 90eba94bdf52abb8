"""Work in pieces, done at once."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")


def outcome(steps: Generator[Any, None, T]) -> T:
    """What `steps` come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
