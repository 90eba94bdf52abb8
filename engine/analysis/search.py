"""How well sentences are found: topic precision among the ten nearest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import in_blocks
from engine.text.cut import published
from engine.text.text_data import TextData
from engine.text.topics import topic_table

QUERIES = 1_000
"""Sentences whose neighbours are looked up."""
NEIGHBOURS = 10
BLOCK = 100
CHOSEN_ON = "reuters"
"""The corpus on which settings of presets were chosen, by queries from its published test part."""


def precision(codes: Any, data: TextData, places: NDArray[np.int64]) -> float | None:
    """Mean share of the 10 nearest training sentences of other documents that have a topic in common with the query.

    `codes`: (sentences, k) of length 1, dense or sparse; `places`: those of the queries, of which up to 1,000 with
    topics are taken. None where there are none.
    """
    document, topics = data.corpus.document, topic_table(data.corpus)
    queries, train = _spread(_with_topics(data, places)), data.train_places
    if not len(queries):
        return None
    known = codes[train].T if isinstance(codes, np.ndarray) else codes[train].T.tocsr()
    shares = []
    for rows in in_blocks(queries, BLOCK):
        block = queries[rows]
        likeness = codes[block] @ known
        cosines = likeness if isinstance(likeness, np.ndarray) else likeness.toarray()
        cosines[document[block][:, None] == document[train][None]] = -2
        nearest = train[np.argpartition(-cosines, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]]
        shared = (topics[document[block]][:, None] & topics[document[nearest]]).any(axis=2)
        shares.append(shared.mean(axis=1))
    return float(np.concatenate(shares).mean())


def unseen(data: TextData) -> NDArray[np.int64]:
    """Test sentences by which nothing was chosen, not even a preset: no document of a query of former days."""
    if not data.held_out or data.key != CHOSEN_ON:
        return data.test_places
    document = data.corpus.document
    former = _with_topics(data, published(data.corpus).test)
    former = former[:: max(1, len(former) // QUERIES)][:QUERIES]
    return data.test_places[~np.isin(document[data.test_places], document[former])]


def _with_topics(data: TextData, places: NDArray[np.int64]) -> NDArray[np.int64]:
    return places[topic_table(data.corpus)[data.corpus.document[places]].any(axis=1)]


def _spread(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """At most `QUERIES` of them from all over the corpus, which lies in the order of its documents."""
    return places[np.linspace(0, len(places) - 1, min(len(places), QUERIES)).round().astype(np.int64)]
