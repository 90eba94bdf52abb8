"""What is trained on where speed is all that matters."""

from __future__ import annotations

import pytest

from engine import registry
from engine.benchmarks import material
from engine.errors import UsageError


def test_made_sentences_are_as_the_settings_read_them() -> None:
    variant = registry.variant("sentence")
    config = registry.preset("sentence", "small")
    data, told = material.material(variant, config, material.MADE, None)
    assert data.shape == (30, 50)
    assert "reuters" in told
    assert int(data.train.items[:].max()) < 5_000


def test_items_are_repeated_to_the_length_that_is_asked_for() -> None:
    variant = registry.variant("vanilla")
    data, _ = material.material(variant, registry.preset("vanilla", "small"), "digits", None)
    there = len(data.train.labels)
    material.sized(data, there + 3)
    assert len(data.train.labels) == there + 3
    assert (data.train.items[:3] == data.train.items[there:]).all()
    assert len(data.validation.labels) == material.JUDGED


@pytest.mark.parametrize(
    ("key", "dataset", "words"),
    [("vanilla", "pydocs", "learns from"), ("autorec", material.MADE, "no made items"), ("vanilla", "x", "there are")],
)
def test_what_cannot_be_timed_is_refused(key: str, dataset: str, words: str) -> None:
    variant = registry.variant(key)
    with pytest.raises(UsageError, match=words):
        material.check(variant, next(iter(variant.presets.values())), dataset)
