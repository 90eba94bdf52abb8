from __future__ import annotations

import numpy as np
import pytest

from engine.plain import layers, network
from engine.plain.network import GIVEN, Network, Node

KERNEL = np.arange(6, dtype=np.float32).reshape(2, 3)


def residual() -> Network:
    """x → h = x K → r = relu(h − 1) → h + r."""
    shift = layers.Affine(np.float32([1]), np.float32([-1]))
    return Network(
        (2,),
        (
            Node("hidden", "Dense", layers.Dense(KERNEL), (GIVEN,), (3,)),
            Node("shifted", "Rescaling", shift, (0,), (3,)),
            Node("rectified", "ReLU", layers.Rectified(), (1,), (3,)),
            Node("out", "Add", layers.Sum(), (0, 2), (3,)),
        ),
    )


def expected(items: np.ndarray) -> np.ndarray:
    hidden = items @ KERNEL
    return hidden + np.maximum(hidden - 1, 0)


def test_layers_are_computed_as_they_are_connected_however_many_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    items = np.random.default_rng(0).random((7, 2), np.float32)
    whole = residual()(items)
    np.testing.assert_allclose(whole, expected(items), rtol=1e-6)
    monkeypatch.setattr(network, "AT_ONCE", 24)
    np.testing.assert_allclose(residual()(items), whole, rtol=1e-6)


def test_bytes_are_seen_as_by_a_model_and_what_is_not_known_as_0() -> None:
    np.testing.assert_allclose(residual()(np.uint8([[255, 0]])), expected(np.float32([[1, 0]])))
    np.testing.assert_allclose(residual()(np.float32([[1, np.nan]])), expected(np.float32([[1, 0]])))


def test_hidden_layers_can_be_looked_at_and_what_follows_computed_from_other_values() -> None:
    items = np.float32([[1, 2]])
    found = residual()
    np.testing.assert_array_equal(found.through(items, "hidden"), items @ KERNEL)
    assert {name: each.shape for name, each in found.activations(items).items()} == {
        "hidden": (1, 3),
        "shifted": (1, 3),
        "rectified": (1, 3),
        "out": (1, 3),
    }
    np.testing.assert_array_equal(found.onwards(np.float32([[0, 1, 3]]), "hidden"), [[0, 1, 5]])


def test_other_values_of_a_layer_that_there_is_a_way_around_are_refused() -> None:
    with pytest.raises(ValueError, match="way around"):
        residual().onwards(np.zeros((1, 3), np.float32), "shifted")


def test_items_of_another_shape_are_refused_and_none_give_none() -> None:
    with pytest.raises(ValueError, match="expected items of"):
        residual()(np.zeros((1, 3), np.float32))
    assert residual()(np.zeros((0, 2), np.float32)).shape == (0, 3)
