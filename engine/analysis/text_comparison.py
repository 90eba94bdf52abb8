"""What a run on text shows beside its model: averaged word vectors; and what it achieves at its end."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.analysis import plane
from engine.analysis.neighbours import Index, encoded, version_with
from engine.analysis.sentences import cosine
from engine.samples import Samples
from engine.text.text_data import TextData
from engine.training import Model

QUERIES = 1_000
"""Test sentences whose neighbours are looked up for the precision."""
NEIGHBOURS = 10
RECONSTRUCTED = 500
WORD_ORDERS = (
    ("the dog bit the man", "the man bit the dog"),
    ("the model fits the data", "the data fits the model"),
)
"""The same words in another order; the first pair counts that is not the same to a lexicon without these words."""


class TextComparison:
    """The baseline of a code is the mean of the sentence's word vectors, which knows nothing of their order."""

    def __init__(self, data: TextData) -> None:
        self._data = data
        part = data.validation
        shown = plane.items(part.labels, data.plane_items)
        self._labels = part.labels[shown]
        self._points = plane.project(data.lexicon.average(part.items[shown]))

    def completed(self, samples: Samples, codes: NDArray[np.float32]) -> Samples:
        """`samples` with the latent plane, and the same items' averaged vectors in a plane."""
        return msgspec.structs.replace(
            samples, points=plane.project(codes), image_points=self._points, point_labels=self._labels
        )

    def figures(self, model: Model, folder: Path, version: str) -> Generator[tuple[int, int], None, dict[str, float]]:
        """See `engine.events.RunFinished.figures`. Yields how many sentences are encoded, and how many there are.

        The codes of the corpus are kept in the run's `folder` for questions about neighbours.
        """
        data = self._data
        codes = yield from encoded(model, data, data.items)
        index = Index(codes, version_with(data, version))
        with suppress(OSError):  # a full disk only makes the first question slower
            index.write(folder)
        figures = reconstruction_cosines(model, codes[data.test_places[:RECONSTRUCTED]])
        average = Index(data.lexicon.average(data.items), "")
        for name, compared in (("precision_at_10", index), ("average_precision_at_10", average)):
            yield len(codes), len(codes)
            found = precision(compared.codes, data)
            if found is not None:
                figures[name] = found
        return {**figures, **word_order(model, data)}


def reconstruction_cosines(model: Model, codes: NDArray[np.float32]) -> dict[str, float]:
    """Mean and quartiles of the cosine of encoder(x) and encoder(decoder(encoder(x)))."""
    again = np.concatenate([model.encode(model.decode(codes[at : at + 100])) for at in range(0, len(codes), 100)])
    cosines = cosine(codes, again)
    q1, median, q3 = np.quantile(cosines, (0.25, 0.5, 0.75)).tolist()
    return {"cosine_mean": float(cosines.mean()), "cosine_q1": q1, "cosine_median": median, "cosine_q3": q3}


def precision(codes: NDArray[np.float32], data: TextData) -> float | None:
    """Mean share of the 10 nearest training sentences of other documents that have a topic in common with the query.

    `codes`: (sentences, k) of length 1. The queries are up to 1,000 test sentences of documents with topics, spread
    over the corpus; None where there are none.
    """
    document, topics = data.corpus.document, topic_table(data)
    train = data.train_places
    queries = data.test_places[topics[document[data.test_places]].any(axis=1)]
    # Every so many: the corpus lies in the order of its documents.
    queries = queries[:: max(1, len(queries) // QUERIES)][:QUERIES]
    if not len(queries):
        return None
    shares = []
    for start in range(0, len(queries), 100):
        block = queries[start : start + 100]
        cosines = codes[block] @ codes[train].T
        cosines[document[block][:, None] == document[train][None]] = -2
        nearest = train[np.argpartition(-cosines, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]]
        shared = (topics[document[block]][:, None] & topics[document[nearest]]).any(axis=2)
        shares.append(shared.mean(axis=1))
    return float(np.concatenate(shares).mean())


def topic_table(data: TextData) -> NDArray[np.bool_]:
    """Which document has which topic, (documents, topics)."""
    table = np.zeros((len(data.corpus.documents), len(data.corpus.topics)), bool)
    for document, topics in enumerate(data.corpus.document_topics):
        table[document, list(topics)] = True
    return table


def word_order(model: Model, data: TextData) -> dict[str, float]:
    """Cosine of two sentences of the same words in another order, by codes and by averaged vectors; nothing where
    the lexicon knows too few of the words to tell."""
    for pair in WORD_ORDERS:
        ids = np.stack([data.lexicon.row(text, data.shape[0]) for text in pair])
        if (ids[0] != ids[1]).any():
            codes, average = model.encode(data.as_floats(ids)), data.lexicon.average(ids)
            return {
                "word_order": float(cosine(codes[:1], codes[1:])[0]),
                "average_word_order": float(cosine(average[:1], average[1:])[0]),
            }
    return {}
