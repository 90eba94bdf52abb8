from __future__ import annotations

import numpy as np
import pytest

from engine.analysis.sentences import cosine, read_out, unit
from engine.text.lexicon import Lexicon


def test_cosine_is_that_of_the_angle_and_0_without_one() -> None:
    first = np.array([[1, 0], [1, 1], [0, 0], [np.nan, 1]])
    second = np.array([[0, 2], [3, 3], [1, 1], [0, 1]])
    assert cosine(first, second) == pytest.approx([0, 1, 0, 1])


def test_unit_keeps_directions() -> None:
    assert unit(np.array([[3.0, 4.0], [0.0, 0.0]])) == pytest.approx(np.array([[0.6, 0.8], [0, 0]]))


def test_a_reading_has_a_word_for_every_word_that_went_in() -> None:
    lexicon = Lexicon.assembled(("cat", "dog"), np.array([[9, 0], [0, 9]], np.float32), "made up", 0)
    vectors = np.array([[8, 1], [1, 9], [7, 0], [0, 9]])
    assert read_out(lexicon, vectors, 3) == "cat dog cat"
    assert read_out(lexicon, np.zeros((2, 2)), 2) == "<unk> <unk>"  # its vector is the shortest
