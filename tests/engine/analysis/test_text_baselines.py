from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.analysis.text_baselines import sif, tfidf
from engine.text.text_data import RARE


def test_averages_by_frequency_are_the_formula_without_the_first_axis_of_the_training_part(small_text: Any) -> None:
    data = small_text(90, validation=0.1)
    found = sif(data)
    counts = np.bincount(data.train.items.ravel(), minlength=len(data.lexicon)).astype(float)
    counts[0] = 0
    weights = RARE / (RARE + counts / counts.sum())
    plain = np.array(
        [np.mean([weights[word] * data.lexicon.vectors[word] for word in row if word], axis=0) for row in data.items]
    )
    axis = np.linalg.svd(plain[data.train_places])[2][0]
    assert np.allclose(found, plain - np.outer(plain @ axis, axis), atol=1e-5)


def test_tf_idf_is_the_formula_with_the_frequencies_of_the_training_part(small_text: Any) -> None:
    data = small_text(90, validation=0.1)
    corpus, starts = data.corpus, data.corpus.starts.copy()
    found = tfidf(data).toarray()
    assert np.array_equal(corpus.starts, starts)  # the corpus stays as it is
    said = [corpus.tokens[starts[i] : starts[i + 1]].tolist() for i in range(90)]
    inside = [sum(word in said[place] for place in data.train_places) for word in range(len(corpus.words))]
    rarity = [1 + np.log((1 + len(data.train_places)) / (1 + d)) if d else 0 for d in inside]
    expected = np.zeros_like(found)
    for place, words in enumerate(said):
        for word in set(words):
            expected[place, word] = (1 + np.log(words.count(word))) * rarity[word]
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(found, expected, atol=1e-5)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1)
