"""In the place of each layer of ours stand layers of Keras that give the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine import params, registry


def kinds(layer: type) -> Iterator[type]:
    for kind in layer.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_layer_of_ours_has_its_rule() -> None:
    import keras

    from engine.nn.exporting.standard import RULES

    ours = [kind for kind in kinds(keras.Layer) if kind.__module__.startswith("engine.nn")]
    assert ours
    missing = [kind.__name__ for kind in ours if kind not in RULES and not kind.__name__.startswith("_")]
    assert not missing, "give them a rule in engine/nn/exporting/standard.py"


@pytest.mark.parametrize(
    ("variant", "preset", "settings", "shape"),
    [
        ("sentence", "tuned", {"units": 3, "cell": "lstm", "pooling": "attention", "directions": "both"}, (5, 4)),
        ("vq", "small", {"filters": 4, "entries": 6, "dimensions": 3, "halvings": 1}, (6, 6, 1)),
    ],
)
@pytest.mark.parametrize("simple", [False, True])
def test_they_give_the_same(
    variant: str, preset: str, settings: dict[str, Any], shape: tuple[int, ...], simple: bool
) -> None:
    from engine.nn.exporting.standard import standard
    from engine.nn.model import built

    chosen = registry.variant(variant)
    config = params.configure(registry.preset(variant, preset), {**settings, "precision": "float32"})
    networks = built(chosen, config, shape).networks
    items = np.random.default_rng(0).random((7, *shape), np.float32)
    items[:3, 2:] = 0  # short sentences; of images the lower part is black
    items[1] = 0
    made = standard(networks.encoder, simple=simple)
    assert all(type(layer).__module__.startswith("keras.") for layer in made.layers)
    ours, theirs = networks.encoder(items), made(items)
    for one, other in zip(*(each if isinstance(each, list) else [each] for each in (ours, theirs)), strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), atol=1e-6)
