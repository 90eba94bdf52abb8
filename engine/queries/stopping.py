"""Long answers that nobody wants any more."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from engine.errors import RunError

T = TypeVar("T")


def unless(
    stopped: Callable[[], bool] | None, steps: Generator[tuple[int, int], None, T], doing: str
) -> Generator[tuple[int, int], None, T]:
    """What `steps` come to, with their progress; `stopped` is asked after each of them.

    Raises:
        RunError: it said yes.
    """
    while True:
        try:
            done, total = next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        if stopped is not None and stopped():
            raise RunError("Stopped", f"{doing} was stopped after {done:,} of {total:,}; ask again for all of it")
        yield done, total
