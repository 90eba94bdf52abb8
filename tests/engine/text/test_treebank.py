from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.text import treebank

PIECES = (
    *"a9.,:;!?()[]<>{}-–'\"*/_$%&#@é€’…“ \u00a0\u093e",
    *("--", "..", "n't", "'s", "'ll", "it", "can", "not", "cannot", "don't", "u.s.", "3.5", "1,", " ", "  "),
)


@settings(deadline=None)  # the first sentence imports NLTK
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_the_short_way_gives_the_words_that_all_rules_give(sentence: str) -> None:
    assert treebank.treebank(sentence) == treebank.by_nltk(sentence)


@pytest.mark.parametrize(
    "sentence", ["the effect of x-rays on cells", "prices rose 3.5 pct, he said.", "it's (not) so!"]
)
def test_plain_sentences_do_without_nltk(sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = treebank.by_nltk(sentence)
    monkeypatch.setattr(treebank, "by_nltk", lambda _: pytest.fail("asked NLTK"))
    assert treebank.treebank(sentence) == expected
