from __future__ import annotations

from msgspec.structs import replace

from engine import registry
from engine.nn.knobs import compiled_for


def test_a_run_without_a_part_shares_no_networks_with_one_that_has_it() -> None:
    sentence = registry.preset("sentence", "small")
    without, half, whole = (replace(sentence, bag_of_words=weight) for weight in (0.0, 0.5, 1.0))
    assert compiled_for(without) != compiled_for(half)
    assert compiled_for(half) == compiled_for(whole)
