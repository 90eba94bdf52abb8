"""Taking turns."""

from __future__ import annotations

from engine.benchmarks.turns import stretched


def test_a_block_has_at_least_one_stretch_and_the_one_before_it_does_not_count() -> None:
    taken: list[None] = []
    block = stretched(lambda: taken.append(None), 32, 0.0)
    assert (block.steps, len(taken)) == (32, 2)
    assert block.each >= 0
