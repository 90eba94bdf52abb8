from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.analysis.sentences import unit
from engine.analysis.text_comparison import precision, topic_table, word_order
from engine.text.lexicon import Lexicon
from engine.text.text_data import TextData


def test_codes_that_tell_the_topic_have_full_precision_and_random_ones_that_of_chance(small_text: Any) -> None:
    data = small_text(600)
    topics = topic_table(data)[data.corpus.document].astype(np.float32)
    assert precision(topics, data) == 1
    random = unit(np.random.default_rng(0).normal(size=(600, 8))).astype(np.float32)
    assert 0.1 < precision(random, data) < 0.25  # six topics


def test_sentences_of_the_same_document_do_not_count(small_text: Any) -> None:
    data = small_text(600)
    same = np.eye(200, dtype=np.float32)[data.corpus.document]  # nothing is like another document
    assert precision(same, data) < 0.5


def test_word_order_makes_no_difference_to_an_average_and_all_to_a_first_word(small_text: Any) -> None:
    data = small_text(60)
    first = SimpleNamespace(encode=lambda items: items[:, 1])
    figures = word_order(first, data)
    assert figures["average_word_order"] == pytest.approx(1)
    assert figures["word_order"] < 0.99
    deaf = Lexicon.assembled(("zebra",), np.ones((1, 5), np.float32), "made up", 0)
    assert word_order(first, TextData(data.corpus, deaf, 6, "uniform", {})) == {}
