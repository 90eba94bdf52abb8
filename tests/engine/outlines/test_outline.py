"""The outline of a configuration is what TensorFlow builds from it."""

from __future__ import annotations

from math import prod

import pytest

from engine import params, registry
from engine.outlines import outline

SHAPES = {"image": (12, 9, 1), "vectors": (13,), "windows": (20, 3), "text": (6, 5), "ratings": (30,)}
SMALLER = {"hidden_dim": 7, "filters": 6, "units": 5, "vocabulary": 50, "latent_dim": 3, "k": 4, "entries": 9}
"""Settings under which building takes no time."""
OTHERS = {
    "sentence": [{"pooling": "last", "masked": False, "cell": "lstm", "directions": "forward"}, {"pooling": "mean"}],
    "recurrent": [{"depth": 2, "cell": "lstm", "order": "reversed", "directions": "both"}],
}
CASES = [(key, preset, {}) for key, variant in registry.VARIANTS.items() for preset in variant.presets]
CASES += [(key, "small", each) for key, some in OTHERS.items() if key in registry.VARIANTS for each in some]


@pytest.mark.slow
@pytest.mark.parametrize(("key", "preset", "changed"), CASES)
def test_the_outline_has_the_layers_of_the_networks(key: str, preset: str, changed: dict[str, str]) -> None:
    from engine.nn.layers import Blocks

    variant = registry.VARIANTS[key]
    base = registry.preset(key, preset)
    config = params.configure(base, {**{n: v for n, v in SMALLER.items() if hasattr(base, n)}, **changed})
    for kind in variant.accepts:
        if preset in ("table", "series") and kind == "image":
            continue
        shape = SHAPES[kind]
        built = variant.networks(config, shape, Blocks(1, "float32")).layers
        told = outline.layers(variant, config, shape)
        assert prod(shape)
        assert [_seen(layer) for layer in told] == [_seen(layer) for layer in built]


def _seen(layer) -> tuple:
    # Keras numbers layers without a name of their own.
    name = layer.name if layer.network != "bag_of_words" or layer.kind == "Dense" else ""
    return layer.network, name, layer.kind, tuple(layer.output_shape), layer.parameters
