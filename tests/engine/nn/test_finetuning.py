"""Fine-tuning with real networks on tiny images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from generators import outcome

from engine import params, registry
from engine.backend import Checkpoint, Head, Position
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData
from engine.nn.tensorflow_backend import KerasBackend

pytestmark = pytest.mark.slow
CASES: dict[str, dict[str, Any]] = {
    "vanilla": {"hidden_dim": 16},
    "variational": {"latent_dim": 3, "hidden": "8"},
    "convolutional": {"precision": "float32"},
}


def part(count: int, seed: int) -> Part:
    """The class is which half is bright."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, count)
    images = random.integers(0, 120, (count, 8, 8, 1), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 * label : 4 * label + 4] += 60
    return Part(images, labels)


@pytest.mark.parametrize("key", CASES)
def test_encoder_and_head_learn_together_the_same_every_time_and_are_what_a_stored_model_answers_by(key: str) -> None:
    backend, variant = KerasBackend("cpu"), registry.variant(key)
    config = params.configure(registry.preset(key, "book"), CASES[key])
    data = ImageData("made", part(64, 0), part(40, 1), ("above", "below"), None)
    trained = backend.training(variant, config, data, None).checkpoint()
    checkpoint = Checkpoint(arrays=trained.arrays, position=Position(epoch=2))
    tuning = backend.tuning(variant, config, data, checkpoint, 2)
    size = backend.model(variant, config, data.shape, checkpoint).code_size
    head = Head(np.zeros((size, 2), np.float32), np.zeros(2, np.float32))

    def learned(begun: Head | None, seed: int) -> np.ndarray:
        tuning.begin(begun, 1e-2, seed)
        for epoch in range(1, 9):
            outcome(tuning.epoch(np.arange(64), 24, epoch))  # two full batches and a rest
        return outcome(tuning.probabilities(data.test.items))

    before = tuning.weights()[0]
    first = learned(head, 0)
    encoder, found = tuning.weights()
    assert (first.argmax(axis=1) == data.test.labels).mean() > 0.9
    assert any(not np.array_equal(encoder[name], before[name]) for name in encoder)
    own = Checkpoint(arrays={**checkpoint.arrays, **encoder}, position=checkpoint.position)
    codes = backend.model(variant, config, data.shape, own).encode(data.test.items)
    np.testing.assert_allclose((codes @ found.weights + found.bias).argmax(axis=1), first.argmax(axis=1))
    scratch = learned(None, 0)
    assert not np.array_equal(scratch, learned(None, 1))
    np.testing.assert_array_equal(scratch, learned(None, 0))
    np.testing.assert_array_equal(first, learned(head, 0))
