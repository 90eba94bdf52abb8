from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from generators import outcome

from engine.analysis.text_comparison import TextComparison, squared_error, target_variance, word_order
from engine.text.lexicon import Lexicon
from engine.text.text_data import TextData


class Flat:
    """Codes are the flat vectors; what is decoded of them is `answer`."""

    block = 7

    def __init__(self, data: TextData, answer: Any) -> None:
        self.code_size = data.shape[0] * data.shape[1]
        self.encode = lambda items: items.reshape(len(items), -1)
        self.decode = lambda codes: np.broadcast_to(answer, (len(codes), *data.shape)).astype(np.float32)


def test_word_order_makes_no_difference_to_an_average_and_all_to_a_first_word(small_text: Any) -> None:
    data = small_text(60)
    first = SimpleNamespace(encode=lambda items: items[:, 1])
    metrics = word_order(first, data)
    assert metrics["average_word_order"] == pytest.approx(1)
    assert metrics["word_order"] < 0.99
    deaf = Lexicon.assembled(("zebra",), np.ones((1, 5), np.float32), "made up", 0)
    assert word_order(first, TextData(data.corpus, deaf, 6, "uniform", {})) == {}


@pytest.mark.parametrize(("loss_over", "weighting"), [("places", "uniform"), ("words", "uniform"), ("words", "idf")])
def test_who_answers_with_the_mean_vector_has_all_of_the_variance_left(
    loss_over: str, weighting: str, small_text: Any
) -> None:
    data = small_text(60, loss_over=loss_over, weighting=weighting, validation=0.1)
    targets, weights = data.as_floats(data.test.items), data.loss_weights[data.test.items]
    mean = np.average(targets.reshape(-1, 5), axis=0, weights=weights.ravel())
    codes = np.zeros((len(data.test.items), 1), np.float32)
    assert outcome(squared_error(Flat(data, mean), codes, data)) == pytest.approx(target_variance(data), rel=1e-5)
    assert outcome(squared_error(Flat(data, mean + 1), codes, data)) > 1.5 * target_variance(data)
    padding = data.test.items == 0
    assert padding.any()
    assert (weights[padding] == (loss_over == "places")).all()


def test_all_that_finds_without_a_model_stands_beside_it(small_text: Any, tmp_path: Path) -> None:
    data = small_text(600, validation=0.1)
    metrics = outcome(TextComparison(data).metrics(Flat(data, 0), tmp_path, "now"))
    kinds = ("", "average_", "sif_", "tfidf_", "validation_")
    assert all(0 < metrics[f"{kind}precision_at_10"] <= 1 for kind in kinds)
    assert metrics["variance_left"] == pytest.approx(1, abs=0.2)
    assert "validation_precision_at_10" not in outcome(
        TextComparison(small_text(600)).metrics(Flat(data, 0), tmp_path, "now")
    )
