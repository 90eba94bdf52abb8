"""The clock of the benchmarks, on sides that only set its hands; unlike the benchmarks, part of the default tests."""

from __future__ import annotations

import pytest
from benchmarks import clocks
from benchmarks.clocks import Ended, Figures, Side, race, rows


class Hands:
    """A clock that sides move: `starting` seconds once a go, then each epoch's own."""

    def __init__(self) -> None:
        self.now, self.turns = 0.0, []

    def side(self, name: str, starting: float, *blocks: float) -> Side:
        each = iter(blocks)

        def go(epochs: int, ended: Ended) -> None:
            seconds = next(each)
            self.turns.append((name, epochs))
            self.now += starting
            for _ in range(epochs):
                self.now += seconds
                ended(seconds)

        return go


def test_starting_does_not_count_and_neighbours_are_compared() -> None:
    hands = Hands()
    ours, peer = hands.side("ours", 50, 1, 2, 4), hands.side("fit", 100, 3, 8)
    found = race(ours, {"fit": peer}, rounds=2, epochs=4, clock=lambda: hands.now)
    assert hands.turns == [("ours", 5), ("fit", 5), ("ours", 5), ("fit", 5), ("ours", 5)]
    assert found["fit"].seconds == [3, 3, 3, 3, 8, 8, 8, 8]
    assert found["fit"].ratios == [3, 1.5, 4, 2]
    assert len(found["ours"].seconds) == 12
    assert not found["ours"].ratios


def test_each_of_several_peers_stands_between_two_blocks_of_ours() -> None:
    hands = Hands()
    peers = {name: hands.side(name, 0, 2, 2) for name in ("fit", "eager")}
    found = race(hands.side("ours", 0, *[1] * 5), peers, rounds=2, epochs=1, clock=lambda: hands.now)
    assert [name for name, _ in hands.turns] == ["ours", "fit", "ours", "eager"] * 2 + ["ours"]
    assert found["eager"].ratios == [2, 2, 2, 2]


def test_a_row_has_medians_extremes_and_the_number_of_epochs() -> None:
    found = {"ours": Figures([1, 2, 9], [0.4, 0.2], []), "fit": Figures([6, 4, 5], [0.4, 0.1], [2, 4, 3])}
    _, _, ours, fit = rows("vanilla", found, steps=100)
    assert ours.startswith("| vanilla, ours | 20.00 | 2.000 |  |  | 3 |")
    assert fit.startswith("| vanilla, fit | 50.00 | 5.000 | 3.00 × (2.00–4.00) | 0.5000 × | 3 |")


def test_a_median_ratio_is_held_against_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "MOST_ITEMS", 0)
    side = Figures([], [], [1, 1.5, 9])
    clocks.held(side, 1.5)
    with pytest.raises(AssertionError):
        clocks.held(side, 1.6)
