"""Spoiled images: what each kind does, by how much, and that it does the same again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.errors import UsageError
from engine.restoring.corruptions import CORRUPTIONS, TRAINED, chosen, possible

IMAGES = np.random.default_rng(0).random((20, 12, 10, 1), np.float32)


def noise(**settings: Any) -> Any:
    usual = {"corruption": "gaussian", "noise_mean": 0.0, "noise_std": 0.4, "noise_share": 0.3, "clip": True}
    return SimpleNamespace(**(usual | settings))


def spoiled(key: str, level: float, draw: int = 0) -> np.ndarray:
    row = CORRUPTIONS[key]
    return row.corrupted(IMAGES, level, row.generator(5, draw))


@pytest.mark.parametrize("key", CORRUPTIONS)
def test_each_kind_is_the_same_for_the_same_seed_and_stays_a_picture(key: str) -> None:
    row = CORRUPTIONS[key]
    for level in row.levels:
        found = spoiled(key, level)
        assert found.shape == IMAGES.shape
        assert found.dtype == np.float32
        assert np.array_equal(found, spoiled(key, level))
        assert 0 <= found.min() <= found.max() <= 1
    assert np.abs(spoiled(key, 0) - IMAGES).max() < 1e-6
    random = key not in ("blur", "contrast")
    assert np.array_equal(spoiled(key, row.levels[-1]), spoiled(key, row.levels[-1], 1)) != random
    with pytest.raises(UsageError, match=f"level of {key} from 0 to"):
        spoiled(key, -0.1)


def test_levels_are_shares_of_pixels_a_deviation_a_side_and_lost_contrast() -> None:
    assert (spoiled("masking", 0.3) == 0).mean() == pytest.approx(0.3, abs=0.03)
    salt = spoiled("salt_and_pepper", 0.5)
    assert (salt == 0).mean() == pytest.approx(0.25, abs=0.03)
    assert (salt == 1).mean() == pytest.approx(0.25, abs=0.03)
    box = spoiled("occlusion", 0.5) == 0
    assert (box.sum(axis=(1, 2, 3)) == 6 * 5).all()
    assert np.ptp(spoiled("contrast", 0.9)) == pytest.approx(0.1 * np.ptp(IMAGES), rel=1e-3)
    assert (spoiled("gaussian", 0.02) - IMAGES)[(IMAGES > 0.1) & (IMAGES < 0.9)].std() == pytest.approx(0.02, rel=0.1)


def test_a_stronger_level_is_more_of_the_same_noise() -> None:
    weak, strong = spoiled("masking", 0.2) == 0, spoiled("masking", 0.5) == 0
    assert (weak <= strong).all()


def test_what_a_run_was_trained_on_comes_first_with_its_own_level_mean_and_edges() -> None:
    rows, level = possible(noise(noise_mean=0.5, clip=False, noise_std=0.45))
    assert (rows[0].key, level, rows[0].shift) == (TRAINED, 0.45, 0.5)
    assert 0.45 in rows[0].levels
    assert rows[0].label == "Gaussian noise (mean 0.5, not clipped), trained on"
    assert [row.key for row in rows[1:]] == list(CORRUPTIONS)
    noisy = rows[0].corrupted(IMAGES, 0.4, rows[0].generator(0))
    assert noisy.max() > 1
    assert (noisy - IMAGES).mean() == pytest.approx(0.5, abs=0.03)


def test_a_kind_of_the_table_that_a_run_was_trained_on_is_not_there_twice() -> None:
    assert [row.key for row in possible(noise())[0]] == [TRAINED, *(key for key in CORRUPTIONS if key != "gaussian")]
    masked, level = possible(noise(corruption="masking"))
    assert [row.key for row in masked] == [TRAINED, *(key for key in CORRUPTIONS if key != "masking")]
    assert level == 0.3


def test_a_kind_is_meant_at_its_own_level_and_others_are_named() -> None:
    assert chosen("", noise())[1] == 0.4
    assert chosen("blur", noise())[1] == CORRUPTIONS["blur"].levels[2]
    with pytest.raises(UsageError, match="expected one of trained, gaussian, salt_and_pepper"):
        chosen("rain", noise())
    with pytest.raises(UsageError, match="trained on no noise"):
        chosen("", SimpleNamespace())
