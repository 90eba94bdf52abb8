from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.text.lexicon import UNK, Lexicon
from engine.text.sequences import PAD
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


@pytest.mark.parametrize(
    ("made", "fingerprint"),
    [
        ({"sentences": 60}, "7ffec3822e467d5ba37647eddb03f30959c3b2196147b8871a70a8a5dfaa29f7"),
        ({"sentences": 600, "length": 5}, "b7b19f6e6c9278f22659d0d324ea3f56f3674065c5932b8a205c1cf80fd2c03a"),
    ],
)
def test_runs_from_before_there_were_three_parts_find_their_data_again(
    made: dict[str, int], fingerprint: str, small_text: Any
) -> None:
    assert small_text(**made).fingerprint == fingerprint


@pytest.mark.parametrize("weighting", ["frequency", "idf"])
def test_weights_of_words_are_those_of_the_training_part(small_text: Any, weighting: str) -> None:
    data = small_text(60, weighting=weighting, validation=0.1)
    counts = np.bincount(data.train.items.ravel(), minlength=len(data.lexicon))
    counts[PAD] = 0
    assert np.average(data.word_weights, weights=counts) == pytest.approx(1)
    assert not np.allclose(data.word_weights, small_text(60, weighting=weighting).word_weights)


def test_a_part_of_a_corpus_counts_its_own_words(small_text: Any) -> None:
    corpus = small_text(60).corpus
    part = corpus.of(np.array([3, 10, 11]))
    said = [corpus.sentence(place) for place in (3, 10, 11)]
    assert [part.sentence(i) for i in range(3)] == said
    tokens = [part.tokens[part.starts[i] : part.starts[i + 1]] for i in range(3)]
    assert [" ".join(part.words[token] for token in row) for row in tokens] == [one.lower()[:-1] for one in said]
    assert part.counts.tolist() == sorted(part.counts, reverse=True)
    assert part.counts.sum() == len(part.tokens)
    assert set(part.words) < set(corpus.words)
    assert part.document.tolist() == [1, 3, 3]
    assert part.fingerprint != corpus.fingerprint
