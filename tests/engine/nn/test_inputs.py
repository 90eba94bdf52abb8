"""What runs on text share of their words."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

from engine.nn import inputs
from engine.text.lexicon import Lexicon
from engine.text.text_data import TextData


def data(small_text: Any, lexicon: Lexicon, weighting: str = "uniform") -> TextData:
    return TextData(small_text(30, 6, 5).corpus, lexicon, 6, weighting, {})


def test_vectors_are_copied_and_hashed_once_however_many_runs_read_them(
    small_text: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lexicon = small_text(30, 6, 5).lexicon
    copied = 0
    constant = inputs.tf.constant

    def counted(array: np.ndarray, *arguments: Any) -> Any:
        nonlocal copied
        copied += array is lexicon.vectors
        return constant(array, *arguments)

    monkeypatch.setattr(inputs.tf, "constant", counted)
    made = [inputs.of(data(small_text, lexicon, weighting)) for weighting in ("uniform", "frequency", "uniform")]
    assert copied == 1
    first, other, again = (each.constants for each in made)
    assert first == again != other
    rows = np.array([[2, 3, 0, 0, 0, 0]], np.int32)
    np.testing.assert_array_equal(made[1].seen(rows)[0], lexicon.vectors[rows])


def test_other_vectors_are_other_constants(small_text: Any) -> None:
    lexicon = small_text(30, 6, 5).lexicon
    other = Lexicon(lexicon.words, lexicon.vectors + 1, lexicon.source)
    same = Lexicon(lexicon.words, lexicon.vectors.copy(), lexicon.source)
    first, second, third = (inputs.of(data(small_text, words)).constants for words in (lexicon, other, same))
    assert first == third != second


def test_nothing_is_kept_of_words_that_are_gone(small_text: Any) -> None:
    before = len(inputs._TABLES)
    made = data(small_text, small_text(30, 6, 5).lexicon)
    inputs.of(made)
    assert len(inputs._TABLES) == before + 1
    del made
    gc.collect()
    assert len(inputs._TABLES) == before
