from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.text.lexicon import PAD, UNK, Lexicon
from engine.text.text_data import TextData


def test_every_sentence_is_in_one_part_and_the_cut_is_always_the_same(small_text: Any) -> None:
    data, again = small_text(60), small_text(60)
    places = np.concatenate([data.train_places, data.test_places])
    assert sorted(places) == list(range(60))
    assert len(data.train.items) == 42
    assert np.array_equal(data.train_places, again.train_places)
    assert data.fingerprint == again.fingerprint
    assert data.fingerprint != small_text(60, length=5).fingerprint


def test_ids_are_the_corpus_words_cut_and_padded_on_the_right(small_text: Any) -> None:
    data = small_text(30, length=4)
    corpus, words = data.corpus, data.lexicon.words
    for place, row in enumerate(data.items):
        tokens = corpus.tokens[corpus.starts[place] : corpus.starts[place + 1]]
        said = [corpus.words[token] for token in tokens][:4]
        assert [words[word] for word in row if word != PAD] == said
        assert (row[len(said) :] == PAD).all()


def test_words_outside_the_vocabulary_are_the_unknown_one(small_text: Any) -> None:
    corpus = small_text(30).corpus
    lexicon = Lexicon.assembled(corpus.words[:2], np.ones((2, 3), np.float32), "made up", 0)
    data = TextData(corpus, lexicon, 5, "uniform", {})
    assert set(np.unique(data.items)) == {PAD, UNK, 2, 3}
    assert data.as_floats(data.items).shape == (30, 5, 3)
    assert not data.as_floats(data.items)[data.items == PAD].any()


def test_labels_are_the_topics_of_the_documents(small_text: Any) -> None:
    data = small_text(60)
    for place, label in zip(data.train_places, data.train.labels, strict=True):
        topics = data.corpus.document_topics[data.corpus.document[place]]
        assert data.classes[label] == data.corpus.topics[topics[0]]


@pytest.mark.parametrize("weighting", ["uniform", "frequency", "idf"])
def test_padding_counts_nothing_and_a_running_word_1_on_average(small_text: Any, weighting: str) -> None:
    data = small_text(60, length=7, weighting=weighting)
    counts = np.bincount(data.items.ravel(), minlength=len(data.lexicon))
    counts[PAD] = 0
    assert data.word_weights[PAD] == 0
    assert np.average(data.word_weights, weights=counts) == pytest.approx(1)
    common, rare = counts[2:].argmax() + 2, counts[2:].argmin() + 2
    assert (data.word_weights[rare] > data.word_weights[common]) == (weighting != "uniform")
