from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from engine.datasets.data import silence
from engine.errors import BadData
from engine.text import cooccurrence
from engine.text.cooccurrence import cooccurrences, positive_pmi, trained


def corpus(*sentences: list[int]) -> SimpleNamespace:
    """Sentences of places in the vocabulary."""
    starts = np.cumsum([0, *map(len, sentences)])
    tokens = np.array([token for sentence in sentences for token in sentence], np.int32)
    return SimpleNamespace(key="toy", path=None, tokens=tokens, starts=starts)


def grammar(sentences: int = 400) -> SimpleNamespace:
    """The words 0 to 3 are animals, 4 to 7 things that they do, 8 to 11 tools and 12 to 15 what these do."""
    random = np.random.default_rng(0)
    kinds = random.choice([0, 8], sentences)[:, None] + np.array([0, 4])
    return corpus(*(kinds + random.integers(0, 4, (sentences, 2))).tolist())


def test_nearness_counts_by_distance_within_the_sentence_and_the_window() -> None:
    counts = cooccurrences(corpus([0, 1, 2], [0, 3, 3, 3, 3, 3, 1]), 3).toarray()
    assert np.allclose(counts, [[0, 1, 0.5], [1, 0, 1], [0.5, 1, 0]])


def test_words_beyond_the_vocabulary_hold_their_places() -> None:
    assert cooccurrences(corpus([0, 9, 1]), 2).toarray().tolist() == [[0, 0.5], [0.5, 0]]


def test_positive_pmi_is_by_the_definition() -> None:
    counts = cooccurrences(grammar(), 16)
    dense = counts.toarray()
    contexts = dense.sum(axis=0) ** 0.75 / (dense.sum(axis=0) ** 0.75).sum()
    with np.errstate(divide="ignore"):
        expected = np.log(dense / dense.sum() / (dense.sum(axis=1, keepdims=True) / dense.sum() * contexts))
    assert np.allclose(positive_pmi(counts).toarray(), np.maximum(expected, 0))


def test_words_used_alike_lie_nearer_than_others() -> None:
    vectors = trained(grammar(), 16, 4, 0, silence)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    group = np.arange(16) // 4
    alike = (group[:, None] == group) & ~np.eye(16, dtype=bool)
    assert cosines[alike].min() > cosines[group[:, None] != group].max() + 0.5


def test_the_numbers_are_as_large_as_glove_s() -> None:
    vectors = trained(grammar(), 20, 4, 0, silence)
    assert np.sqrt(np.square(vectors[:16]).mean()) == pytest.approx(cooccurrence.SCALE, rel=1e-4)


def test_the_same_seed_gives_the_same_vectors() -> None:
    assert (trained(grammar(), 16, 4, 3, silence) == trained(grammar(), 16, 4, 3, silence)).all()


def test_a_word_that_stands_alone_has_no_vector() -> None:
    found = trained(corpus([0, 1], [0, 2], [3]), 4, 4, 0, silence).any(axis=1)
    assert found.tolist() == [True, True, True, False]


def test_more_numbers_than_words_are_filled_with_zeros() -> None:
    vectors = trained(grammar(), 16, 50, 0, silence)
    assert vectors.shape == (16, 50)
    assert not vectors[:, 16:].any()


def test_sentences_of_one_word_teach_nothing_and_say_so() -> None:
    with pytest.raises(BadData, match=r"toy: .*expected sentences"):
        trained(corpus([0], [1], [0]), 2, 2, 0, silence)


def test_progress_is_reported_so_that_it_can_be_stopped() -> None:
    activities: list[str] = []
    trained(grammar(), 16, 4, 0, lambda activity, *_: activities.append(activity))
    assert activities == ["training word vectors on toy: counting", "training word vectors on toy: decomposing"]
