"""Curves over levels: means over images and draws, and what they are of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.restoring.corruptions import CORRUPTIONS
from engine.restoring.judging import Question, judged, psnr
from engine.restoring.methods import Method, chosen_median, cut, median, nothing

IMAGES = np.random.default_rng(0).random((7, 8, 8, 1), np.float32)


def question(*methods: Method, draws: int = 2) -> Question:
    return Question(IMAGES, IMAGES, methods, lambda one, other: np.float32([1] * len(one)), draws, 3, 4)


def end(steps: Any) -> tuple[Any, list[tuple[int, int]]]:
    done = []
    while True:
        try:
            done.append(next(steps))
        except StopIteration as found:
            return found.value, done


def test_psnr_is_ten_times_the_logarithm_of_the_inverse_error_and_ends_at_100() -> None:
    assert psnr(np.full((1, 4, 4, 1), 0.1, np.float32), np.zeros((1, 4, 4, 1), np.float32)) == pytest.approx([20])
    assert psnr(IMAGES, IMAGES).tolist() == [100] * 7


def test_all_methods_are_judged_on_the_same_noise_and_the_first_draw_is_kept_to_look_at() -> None:
    kind = CORRUPTIONS["gaussian"]
    answers = Method("model", "perfect", lambda seen, _: IMAGES[: len(seen)])
    found, done = end(judged(question(answers, nothing()), kind, (0.0, 0.2)))
    assert done[-1] == (2 * 2 * 7, 2 * 2 * 7)
    assert (found.psnr[0] == 100).all()
    for draw in range(2):
        noisy = kind.corrupted(IMAGES, 0.2, kind.generator(3, draw))
        assert found.psnr[1, 1, draw] == pytest.approx(psnr(noisy, IMAGES).mean())
    assert found.psnr[1, 0, 0] == 100
    assert (found.ssim == 1).all()
    noisy = kind.corrupted(IMAGES, 0.2, kind.generator(3, 0))
    assert np.abs(found.seen[1] / 255 - noisy[:4]).max() <= 0.5 / 255 + 1e-6
    assert np.array_equal(found.restored[1], found.seen)


def test_the_median_takes_off_what_noise_adds_on_average_and_single_pixels() -> None:
    flat = np.full((1, 8, 8, 1), 0.25, np.float32)
    flat[0, 4, 4] = 1
    shifted = CORRUPTIONS["gaussian"]._replace(shift=0.5)
    assert median(3).restore(flat + 0.5, shifted) == pytest.approx(0.25)


def test_the_size_of_the_median_is_chosen_on_training_images() -> None:
    class Data:
        def __init__(self, images: np.ndarray) -> None:
            self.train = type("Part", (), {"items": images})

        as_floats = targets = staticmethod(lambda items: items)

    kind = CORRUPTIONS["gaussian"]
    flat, fine = np.full((5, 16, 16, 1), 0.5, np.float32), np.indices((16, 16)).sum(0)[None, ..., None] % 4 / 3
    sizes = [chosen_median(Data(images.astype(np.float32)), kind, 0.2, 0).label for images in (flat, fine)]  # type: ignore[arg-type]
    assert sizes == ["median 7×7", "median 3×3"]


def test_what_is_compared_lies_between_0_and_1() -> None:
    assert cut(np.float32([[-1, np.nan, 0.5, 3]])).tolist() == [[0, 0, 0.5, 1]]
