"""Sides that do the same work take turns: a machine's speed drifts, so only neighbours in time can be compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol


class Block(NamedTuple):
    """A stretch of steps one after the other; what starting took does not count."""

    steps: int
    seconds: float

    @property
    def each(self) -> float:
        """Seconds a step."""
        return self.seconds / self.steps


def stretched(take: Callable[[], None], steps: int, seconds: float) -> Block:
    """Stretches of `steps`, each of them one call of `take`, for about so many seconds; at least one, and one before
    that does not count."""
    take()
    done, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds or not done:
        take()
        done += steps
    return Block(done, spent)


class Side(Protocol):
    """One way to take the steps."""

    name: str
    precision: str
    """Number format of its products, as the setting `precision` has it."""
    note: str
    """What there is to know of how it is done; empty where its name says it."""

    def reached(self, steps: int) -> float | None:
        """The mean loss over the last quarter of the first `steps` steps (a multiple of 4): from the weights that all
        begin with, on the same batches in the same order. None where it learns nothing. Compiles what there is to
        compile; to be called once, first."""

    def block(self, seconds: float) -> Block:
        """Steps for about so many seconds, at least one."""


def rounds(sides: Sequence[Side], count: int, seconds: float, tell: Callable[[str], None]) -> Iterator[list[Block]]:
    """`count` rounds, in each of which every side has one block of `seconds`; those of a round in the order of
    `sides`."""
    for number in range(1, count + 1):
        found = []
        for side in sides:
            tell(f"round {number} of {count}, {side.name} in {side.precision}")
            found.append(side.block(seconds))
        yield found
