"""What comes of a comparison: a row for each side, as medians over rounds, with the spread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from engine.benchmarks.turns import Block, Side

OURS, FIT, PRODUCTS = "ours", "fit", "products"
"""Sides that others are compared with."""
SAME = 0.01
"""How far a loss may be from ours, as a share of it, for both to have done the same work."""


class Figure(msgspec.Struct, frozen=True):
    """Of several rounds."""

    median: float
    low: float
    high: float


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What all sides did."""

    variant: str
    preset: str
    data: str
    """In words."""
    items: int
    """Of an epoch."""
    batch: int
    gflop: float
    """Floating-point operations of the products in a step, 10⁹: forward, gradients of inputs and of kernels, counted
    from the layers."""
    checked: int
    """Steps after which the losses were compared."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One side."""

    side: str
    precision: str
    note: str = ""
    ms: Figure
    """A step."""
    rounds: int
    steps: int
    """That were timed, in all rounds."""
    times_faster: Figure | None = None
    """How many times as long `fit` takes with its defaults, float32, in the same round."""
    items_per_second: float
    gflops: float
    """10⁹ operations a second."""
    share: Figure | None = None
    """Of the rate at which the products of this network run alone, in the same precision and round."""
    loss: float | None = None
    """After the steps of the check."""
    against_ours: float | None = None
    """That loss as a multiple of ours in float32, or in the one precision that was asked for."""
    same: bool | None = None
    """Whether it is that of ours, within `SAME`."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One case on one machine."""

    case: Case
    rows: tuple[Row, ...]
    missing: tuple[str, ...] = ()
    """Sides that were asked for and are not there, a sentence each."""
    device: str
    versions: str
    load: float | None
    """Of the machine, before anything began, averaged over a minute."""
    others: float | None
    """Cores that other processes had meanwhile."""
    cores: int
    complete: bool = True
    """Whether all rounds were done."""


def rows(
    case: Case, sides: Sequence[Side], losses: Sequence[float | None], blocks: Sequence[Sequence[Block]]
) -> tuple[Row, ...]:
    """A row for each of `sides`; `blocks`: of each round, a block for each side."""
    each = [[block.each for block in column] for column in zip(*blocks, strict=True)]
    steps = [sum(block.steps for block in column) for column in zip(*blocks, strict=True)]
    if not each:
        return ()
    place = {(side.name, side.precision): at for at, side in enumerate(sides)}
    fit = place.get((FIT, "float32"))
    reference = next((loss for side, loss in zip(sides, losses, strict=True) if side.name == OURS), None)

    def row(at: int, side: Side) -> Row:
        seconds, alone, loss = each[at], place.get((PRODUCTS, side.precision)), losses[at]
        against = loss / reference if loss is not None and reference else None
        return Row(
            side=side.name,
            precision=side.precision,
            note=side.note,
            ms=figure(1e3 * one for one in seconds),
            rounds=len(seconds),
            steps=steps[at],
            times_faster=None if fit is None or side.name == PRODUCTS else ratio(each[fit], seconds),
            items_per_second=case.batch / median(seconds),
            gflops=case.gflop / median(seconds),
            share=None if alone is None or side.name == PRODUCTS else ratio(each[alone], seconds),
            loss=loss,
            against_ours=against,
            same=None if against is None else abs(against - 1) <= SAME,
        )

    return tuple(row(at, side) for at, side in enumerate(sides))


def ratio(above: Sequence[float], below: Sequence[float]) -> Figure:
    """Of two sides, round by round."""
    return figure(one / other for one, other in zip(above, below, strict=True))


def figure(values: Iterable[float]) -> Figure:
    """Of at least one value."""
    found = list(values)
    return Figure(median(found), min(found), max(found))
