from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.anomalies.coherent_error import numbers
from engine.anomalies.scores import SCORES, Seen
from engine.kinds import KINDS
from engine.registry import VARIANTS


def seen(errors: NDArray[np.float32], known: NDArray[np.bool_] | None = None) -> Seen:
    """Images (n, 28, 28, 1) that are answered with so large errors."""
    nothing = np.zeros_like(errors)
    return Seen(nothing, nothing, known, np.zeros((len(errors), 2), np.float32), errors)


def score(shown: Seen) -> NDArray[np.float32]:
    return numbers(shown).mean(axis=(1, 2, 3))


def test_a_missing_stroke_counts_more_than_as_large_an_error_of_both_signs_at_an_edge() -> None:
    errors = np.zeros((2, 28, 28, 1), np.float32)
    errors[0, 6:22, 13:15] = 1
    errors[1, 6:22, 13], errors[1, 6:22, 14] = 1, -1
    assert np.square(errors).mean(axis=(1, 2, 3)).tolist() == [np.float32(32 / 784)] * 2
    stroke, edge = score(seen(errors))
    assert stroke > 10 * edge


def test_what_is_not_known_has_no_error_and_larger_images_are_blurred_as_much_wider() -> None:
    errors = np.zeros((1, 28, 28, 1), np.float32)
    errors[0, 10:18, 10:18] = 1
    known = np.ones(errors.shape, bool)
    known[0, 10:18, 10:18] = False
    assert score(seen(errors, known)).tolist() == [0]
    twice = np.repeat(np.repeat(errors, 2, axis=1), 2, axis=2)
    assert np.isclose(score(seen(twice))[0], score(seen(errors))[0], rtol=0.05)


def test_every_score_of_a_preset_is_one_that_some_data_of_the_model_have() -> None:
    for variant in VARIANTS.values():
        for preset, key in variant.scores.items():
            assert preset in variant.presets
            assert key in SCORES
            assert any(key in KINDS[kind].scores for kind in variant.accepts)
