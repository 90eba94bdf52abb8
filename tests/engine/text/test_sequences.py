from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.text.lexicon import UNK
from engine.text.sequences import PAD, SEQUENCERS, Tokenised


def test_published_ids_keep_the_last_words_behind_padding_and_ours_the_first_before_it() -> None:
    ids, starts = np.arange(1, 6, dtype=np.int32), np.array([0, 4, 4, 5])
    assert SEQUENCERS["tokens"].rows(ids, starts, 3).tolist() == [[1, 2, 3], [PAD] * 3, [5, PAD, PAD]]
    assert SEQUENCERS["split"].rows(ids, starts, 3).tolist() == [[2, 3, 4], [PAD] * 3, [PAD, PAD, 5]]


def test_published_words_are_what_stands_between_spaces_numbers_as_they_are() -> None:
    assert SEQUENCERS["split"].words("U.S. exports\n rose 3.5 pct,") == ["u.s.", "exports", "rose", "3.5", "pct,"]
    assert SEQUENCERS["tokens"].words("U.S. exports\n rose 3.5 pct,") == ["u.s.", "exports", "rose", "9", "pct", ","]


@pytest.mark.parametrize("ids", SEQUENCERS)
@pytest.mark.parametrize("count", [0, 2, 3, 5])
def test_used_words_and_their_places_in_the_row_go_together(ids: str, count: int) -> None:
    sequencer, tokenised = SEQUENCERS[ids], np.arange(1, count + 1, dtype=np.int32)
    [row] = sequencer.rows(tokenised, np.array([0, count]), 3)
    assert row[sequencer.places(count, 3)].tolist() == tokenised[sequencer.used(count, 3)].tolist()
    assert np.count_nonzero(row) == min(count, 3)


def _words(tokenised: Tokenised, place: int) -> list[str]:
    return [tokenised.words[token] for token in tokenised.tokens[tokenised.starts[place] : tokenised.starts[place + 1]]]


@pytest.mark.parametrize("ids", SEQUENCERS)
def test_a_corpus_is_read_as_its_sentences_are(ids: str, small_text: Any) -> None:
    data = small_text(30, ids=ids, length=5)
    corpus, lexicon = data.corpus, data.lexicon
    if ids == "split":  # the corpus of these tests was not made by a tokeniser: it has no full stops
        assert [_words(lexicon.sequencer.tokenised(corpus), i) for i in range(30)] == [
            lexicon.sequencer.words(corpus.sentence(i)) for i in range(30)
        ]
        assert (data.items[:, -1] == UNK).all()
        assert np.array_equal(data.items[3], lexicon.row(corpus.sentence(3), 5))
    assert ("as published" in data.metadata["ids"]) == (ids == "split")
