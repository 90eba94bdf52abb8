from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.analysis.baselines import Fitting, fitted, task_of
from engine.analysis.transform_coding import TransformCode, allotted, levels
from engine.datasets.data import silence


class Coded:
    """A model whose codes have so many bits."""

    noise = ""

    def __init__(self, bits: int) -> None:
        self.bits = bits


def code(data: Any, cache: Any, bits: int) -> TransformCode:
    model: Any = Coded(bits)
    found: Any = fitted(task_of(model), Fitting(data, model, 4, cache, silence))["transform"]
    return found


def test_bits_go_where_they_take_most_of_the_error_away() -> None:
    assert allotted(np.array([16.0, 4.0, 1.0, 0.01], np.float32), 6) == [3, 2, 1]
    assert sum(allotted(np.ones(100, np.float32), 37)) == 37


def test_levels_of_even_numbers_lie_in_the_middles_of_even_parts() -> None:
    numbers = np.linspace(0, 1, 8001, dtype=np.float32)
    assert levels(numbers, 2) == pytest.approx([0.125, 0.375, 0.625, 0.875], abs=1e-3)
    assert len(levels(numbers, 0)) == 1


def test_no_more_is_told_of_an_image_than_its_bits_can_say(small_data: Any, tmp_path: Any) -> None:
    data = small_data()
    found = code(data, tmp_path, 5)
    assert sum(np.log2(len(one)) for one in found.levels) == 5
    answers = found.answer(data.train.items)
    assert answers.shape == (len(data.train.items), *data.shape)
    assert len(np.unique(answers.reshape(len(answers), -1), axis=0)) <= 2**5


def test_more_bits_answer_better(small_data: Any, tmp_path: Any) -> None:
    data = small_data()
    items = data.train.items
    errors = [np.square(code(data, tmp_path, bits).answer(items) - items / 255).mean() for bits in (1, 8, 40)]
    assert errors == sorted(errors, reverse=True)
    assert errors[2] < 0.8 * errors[0]
