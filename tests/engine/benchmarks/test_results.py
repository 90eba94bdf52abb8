"""Figures of several rounds, and who has done the same work."""

from __future__ import annotations

from typing import Any

import pytest

from engine.benchmarks.results import FIT, OURS, PRODUCTS, Case, Figure, rows
from engine.benchmarks.turns import Block, rounds

CASE = Case(variant="vanilla", preset="book", data="made", items=640, batch=64, gflop=2.0, checked=8)


class Hands:
    """A side whose blocks and loss are given; `turns` has what was called in which order."""

    note = ""

    def __init__(self, name: str, turns: list[str], *seconds: float, precision: str = "float32") -> None:
        self.name, self.precision, self._turns, self._seconds = name, precision, turns, iter(seconds)

    def reached(self, steps: int) -> float | None:
        return None

    def block(self, seconds: float) -> Block:
        self._turns.append(f"{self.name} {seconds}")
        return Block(10, 10 * next(self._seconds))


def raced(**seconds: tuple[float, ...]) -> tuple[list[Any], list[list[Block]], list[str]]:
    turns: list[str] = []
    sides = [Hands(name, turns, *each) for name, each in seconds.items()]
    return sides, list(rounds(sides, 2, 0.5, lambda text: None)), turns


def test_sides_take_turns_in_every_round() -> None:
    assert raced(ours=(1, 1), fit=(2, 2))[2] == ["ours 0.5", "fit 0.5"] * 2


def test_ratios_are_those_of_a_round_and_never_of_two() -> None:
    sides, blocks, _ = raced(**{OURS: (1, 4), FIT: (3, 8), PRODUCTS: (0.5, 3)})
    ours, fit, products = rows(CASE, sides, [0.5, 0.5, None], blocks)
    assert ours.times_faster == Figure(2.5, 2.0, 3.0)
    assert ours.share == Figure(0.625, 0.5, 0.75)
    assert fit.times_faster == Figure(1, 1, 1)
    assert (products.times_faster, products.share, products.same) == (None, None, None)


def test_a_row_has_medians_rates_and_the_spread() -> None:
    sides, blocks, _ = raced(**{OURS: (1, 4)})
    [row] = rows(CASE, sides, [0.5], blocks)
    assert row.ms == Figure(2500, 1000, 4000)
    assert (row.rounds, row.steps) == (2, 20)
    assert (row.items_per_second, row.gflops) == (64 / 2.5, 2 / 2.5)
    assert (row.times_faster, row.share) == (None, None)


@pytest.mark.parametrize(("loss", "same"), [(0.5, True), (0.5049, True), (0.506, False), (0.494, False)])
def test_a_loss_that_is_off_by_more_than_a_hundredth_is_told(loss: float, same: bool) -> None:
    sides, blocks, _ = raced(**{OURS: (1, 1), FIT: (1, 1)})
    ours, fit = rows(CASE, sides, [0.5, loss], blocks)
    assert ours.same is True
    assert fit.same is same


def test_before_the_first_round_is_complete_there_are_no_rows() -> None:
    assert rows(CASE, [Hands(OURS, [])], [0.5], []) == ()
