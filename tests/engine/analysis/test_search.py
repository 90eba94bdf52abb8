from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.analysis import search
from engine.analysis.search import precision, unseen
from engine.analysis.sentences import unit
from engine.text.topics import topic_table


def test_codes_that_tell_the_topic_have_full_precision_and_random_ones_that_of_chance(small_text: Any) -> None:
    data = small_text(600)
    topics = topic_table(data.corpus)[data.corpus.document].astype(np.float32)
    assert precision(topics, data, data.test_places) == 1
    random = unit(np.random.default_rng(0).normal(size=(600, 8))).astype(np.float32)
    assert 0.1 < precision(random, data, data.test_places) < 0.25  # six topics


def test_sentences_of_the_same_document_do_not_count(small_text: Any) -> None:
    data = small_text(600)
    same = np.eye(200, dtype=np.float32)[data.corpus.document]  # nothing is like another document
    assert precision(same, data, data.test_places) < 0.5


def test_sparse_codes_find_what_dense_ones_find(small_text: Any) -> None:
    from scipy.sparse import csr_array

    data = small_text(600, validation=0.1)
    codes = unit(np.random.default_rng(0).normal(size=(600, 8))).astype(np.float32)
    found = [precision(each, data, data.validation_places) for each in (codes, csr_array(codes))]
    assert found[0] == pytest.approx(found[1])


def test_no_document_of_a_former_query_is_asked_again(small_text: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    data = small_text(600, validation=0.1)
    assert np.array_equal(unseen(data), data.test_places)
    monkeypatch.setattr(search, "CHOSEN_ON", "text")
    monkeypatch.setattr(search, "QUERIES", 20)
    former = small_text(600).test_places[:: 180 // 20][:20]
    asked = data.corpus.document[unseen(data)]
    assert 0 < len(asked) < len(data.test_places)
    assert not set(asked) & set(data.corpus.document[former])
    assert np.array_equal(unseen(small_text(600)), small_text(600).test_places)  # as published
