from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from engine.text.cut import cut


def test_documents_stay_whole_and_every_part_has_its_share_of_each_class(small_text: Any) -> None:
    corpus = small_text(600).corpus
    parts = cut(corpus, 0.1)
    assert sorted(np.concatenate(parts[:3])) == list(range(600))
    documents = [set(corpus.document[places].tolist()) for places in parts[:3]]
    assert [len(found) for found in documents] == [126, 14, 60]
    assert len(set.union(*documents)) == 200
    topics = Counter(topics[0] for topics in corpus.document_topics)
    tested = Counter(corpus.document_topics[document][0] for document in documents[2])
    assert all(abs(tested[topic] - 0.3 * count) < 1 for topic, count in topics.items())
    again = cut(corpus, 0.1)
    assert all(np.array_equal(a, b) for a, b in zip(parts[:3], again[:3], strict=True))


def test_few_documents_are_cut_by_sentence_and_that_is_said(small_text: Any) -> None:
    data = small_text(57, validation=0.1)  # 19 documents
    assert (len(data.train.items), len(data.validation.items), len(data.test.items)) == (36, 4, 17)
    assert "by sentence (fewer than 20 documents)" in data.metadata["parts"]
    assert "by document" in small_text(60, validation=0.1).metadata["parts"]


def test_something_is_held_out_however_small_the_share(small_text: Any) -> None:
    assert len(small_text(60, validation=0.001).validation.items) == 3


def test_the_published_cut_has_two_parts(small_text: Any) -> None:
    data = small_text(60)
    assert (data.held_out, data.split) == (False, "")
    assert np.array_equal(data.validation.items, data.test.items)
    assert "as published" in data.metadata["parts"]
    held_out = small_text(60, validation=0.1)
    assert held_out.held_out
    assert "training part alone" in held_out.metadata["fitted"]
