"""Operations of a step counted from the layers, beside the same by hand."""

from __future__ import annotations

from typing import Any

import pytest

from engine import params, registry
from engine.nn import runtime

runtime.load("cpu")

from engine.nn.benchmarks.operations import gflop, operations  # noqa: E402
from engine.nn.benchmarks.products import Products  # noqa: E402
from engine.nn.model import built  # noqa: E402

BATCH = 5


def of(key: str, preset: str, shape: tuple[int, ...], **settings: Any) -> list[Any]:
    variant = registry.variant(key)
    config = params.configure(registry.preset(key, preset), {"precision": "float32", **settings})
    return operations(built(variant, config, shape).networks, BATCH)


def test_dense_layers_and_no_gradient_of_what_is_not_learned() -> None:
    encoder, decoder = of("vanilla", "book", (2, 2, 1), hidden_dim=3)
    # A multiplication and an addition for every weight and item; forward, and the gradient of the kernel.
    assert encoder.operations == 2 * BATCH * 4 * 3 * 2
    assert decoder.operations == 2 * BATCH * 3 * 4 * 3  # and the gradient of the input
    assert gflop([encoder, decoder]) == pytest.approx(600e-9)


def test_both_outputs_of_an_encoder_ask_for_the_gradient_of_what_they_share() -> None:
    found = {one.layer: one.operations for one in of("variational", "book", (2, 2, 1), hidden="3", latent_dim=2)}
    assert found["hidden1"] == 2 * BATCH * 4 * 3 * 2
    assert found["mean"] == found["log_variance"] == 2 * BATCH * 3 * 2 * 3


def test_convolutions_by_the_places_of_their_output() -> None:
    found = {one.layer: one for one in of("convolutional", "book", (8, 8, 1), filters=4, code_filters=2)}
    nine = 2 * BATCH * 9
    assert found["conv1"].operations == nine * 64 * 1 * 4 * 2
    assert found["conv2"].operations == nine * 16 * 4 * 4 * 3
    assert found["conv3"].operations == nine * 4 * 4 * 2 * 3
    assert found["conv4"].operations == nine * 1 * 2 * 2 * 3
    assert found["conv5"].operations == nine * 4 * 2 * 4 * 3
    assert found["conv6"].operations == nine * 16 * 4 * 4 * 3
    assert found["pixels"].operations == nine * 64 * 4 * 1 * 3


def test_a_convolution_without_padding_has_fewer_places() -> None:
    found = {one.layer: one for one in of("convolutional", "book", (28, 28, 1))}
    assert (found["conv6"].inside, found["conv6"].outside) == ((16, 16), (14, 14))


def test_recurrent_layers_step_by_step_and_their_inputs_at_once() -> None:
    found = of("sentence", "book", (7, 3), units=4)
    per_step = 2 * BATCH * 7
    expected = {
        ("reader", "inputs"): per_step * 3 * 16 * 2,
        ("reader", "states"): per_step * 4 * 16 * 3,
        ("speaker", "inputs"): per_step * 4 * 12 * 3,
        ("speaker", "states"): per_step * 3 * 12 * 3,
    }
    for (layer, part), operations_ in expected.items():
        both = [one.operations for one in found if layer in one.layer and one.layer.endswith(part)]
        assert both == [operations_] * 2  # once for each direction


@pytest.mark.slow
def test_the_products_alone_are_those_that_were_counted() -> None:
    """Sizes that do not fit each other would be refused when they are called."""
    products = Products(
        [*of("convolutional", "book", (8, 8, 1))[:2], *of("recurrent", "series", (7, 3))[:2]], "float32"
    )
    products.reached(4)
    steps, seconds = products.block(0.001)
    assert steps >= 1
    assert seconds > 0
