from __future__ import annotations

from math import log, sqrt
from typing import Any

import numpy as np
import pytest

from engine.text.characteristic import scores, words_of_groups


def test_scores_are_log_odds_with_the_prior_in_standard_deviations() -> None:
    group, whole, prior = np.array([8, 1, 1, 0]), np.array([10, 20, 10, 0]), 4.0
    alpha = [prior * count / 40 for count in whole]
    found = scores(group, whole, prior)
    for word in range(3):
        inside, outside = group[word] + alpha[word], whole[word] - group[word] + alpha[word]
        odds = log(inside / (10 + prior - inside)) - log(outside / (30 + prior - outside))
        assert found[word] == pytest.approx(odds / sqrt(1 / inside + 1 / outside))
    assert found[3] == 0


def test_a_word_that_is_all_there_is_tells_nothing() -> None:
    assert scores(np.array([5]), np.array([9]), 3.0).tolist() == [0.0]


def test_each_group_is_told_by_the_words_that_were_put_there_and_not_by_those_that_stand_everywhere(
    small_text: Any,
) -> None:
    corpus = small_text(300).corpus
    first = np.array([corpus.words[corpus.tokens[start + 1]] for start in corpus.starts[:-1]])
    nouns = sorted(set(first))
    places = np.flatnonzero(np.isin(first, nouns[:3]))  # every other group is empty
    groups = np.array([nouns.index(noun) for noun in first[places]])
    told = list(words_of_groups(corpus, places, groups, len(nouns), 3))
    assert [words[0].word for words in told[:3]] == nouns[:3]
    assert told[3:] == [()] * (len(nouns) - 3)
    assert all("the" not in [word.word for word in words] for words in told)
    counted = sum(
        corpus.words[token] == nouns[0]
        for place in places[groups == 0]
        for token in corpus.tokens[corpus.starts[place] : corpus.starts[place + 1]]
    )
    assert told[0][0].count == counted
