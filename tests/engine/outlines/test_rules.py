"""Shapes and parameters of layers, told without building them."""

from __future__ import annotations

import pytest

from engine import registry
from engine.datasets.catalogue import DATASETS
from engine.outlines import outline
from engine.outlines.blocks import PaperBlocks, Unknown
from engine.outlines.rules import RULES

CASES = [
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "valid"}, (7, 9, 2), (5, 7, 4), 76),
    ("Conv2D", {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "same"}, (7, 9, 2), (4, 5, 4), 132),
    ("Conv1DTranspose", {"filters": 3, "kernel_size": 4, "strides": 2, "padding": "same"}, (7, 2), (14, 3), 27),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": (3, 2), "strides": 2}, (4, 4, 1), (9, 8, 3), 21),
    ("MaxPooling2D", {"pool_size": 2, "padding": "same"}, (7, 8, 3), (4, 4, 3), 0),
    ("MaxPooling1D", {}, (7, 3), (3, 3), 0),
    ("UpSampling1D", {"size": 2}, (7, 3), (14, 3), 0),
    ("Cropping2D", {"cropping": ((0, 1), (0, 2))}, (7, 8, 3), (6, 6, 3), 0),
    ("Cropping1D", {"cropping": (0, 3)}, (7, 3), (4, 3), 0),
    ("ZeroPadding2D", {"padding": 1}, (7, 8, 3), (9, 10, 3), 0),
    ("Reshape", {"target_shape": (2, -1)}, (12,), (2, 6), 0),
    ("Dense", {"units": 5, "use_bias": False}, (4, 3), (4, 5), 15),
    ("BatchNormalization", {"center": False, "scale": False}, (6,), (6,), 12),
    ("LayerNormalization", {}, (4, 6), (4, 6), 12),
    ("RepeatVector", {"n": 4}, (6,), (4, 6), 0),
    ("LSTM", {"units": 5}, (4, 3), (5,), 180),
    ("GRU", {"units": 5, "return_sequences": True}, (4, 3), (4, 5), 150),
]


@pytest.mark.parametrize(("kind", "settings", "shape", "made", "parameters"), CASES)
def test_a_rule_tells_shape_and_parameters(kind, settings, shape, made, parameters) -> None:
    assert RULES[kind](shape, settings) == (made, parameters)


@pytest.mark.parametrize("key", registry.VARIANTS)
def test_every_preset_of_every_autoencoder_has_an_outline(key: str) -> None:
    variant = registry.VARIANTS[key]
    entries = [entry for entry in DATASETS.values() if entry.kind in variant.accepts and not entry.own]
    told = 0
    for name in variant.presets:
        for entry in entries:
            found = outline.of_form(variant, name, {}, entry)
            assert found.layers or found.missing
            if found.layers:
                told += 1
                decoder = [layer for layer in found.layers if layer.network == "decoder"]
                assert decoder[-1].output_shape == (None, *found.shape)
    assert told


def test_settings_that_do_not_go_together_are_named() -> None:
    found = outline.of_form(registry.VARIANTS["vanilla"], "book", {"reconstruction": "bce"}, DATASETS["digits"])
    assert not found.layers
    assert found.missing.startswith("reconstruction: ")


def test_a_layer_without_a_rule_is_named() -> None:
    with pytest.raises(Unknown, match="MultiHeadAttention"):
        PaperBlocks().layer("MultiHeadAttention", num_heads=2)
