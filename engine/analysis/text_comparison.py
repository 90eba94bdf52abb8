"""What a run on text shows beside its model: averaged word vectors; and what it achieves at its end."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis import plane
from engine.analysis.neighbours import Index, encoded, version_with
from engine.analysis.search import precision, unseen
from engine.analysis.sentences import cosine
from engine.analysis.text_baselines import sif, tfidf
from engine.backend import Model
from engine.datasets.data import in_blocks
from engine.runs.snapshots import Samples
from engine.text.text_data import TextData

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

    def views(self, samples: Samples, codes: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """The latent plane, and the same items' averaged vectors in a plane."""
        del samples
        return {"points": plane.project(codes), "baseline_points": self._points, "point_labels": self._labels}

    def metrics(self, model: Model, folder: Path, version: str) -> Generator[tuple[int, int], None, dict[str, float]]:
        """See `engine.events.RunFinished.metrics`. Yields how many sentences are encoded, and how many there are.

        The codes of the corpus are kept in the run's `folder` for queries about neighbours.
        """
        data = self._data
        codes = yield from encoded(model, data, data.items)
        index = Index(codes, version_with(data, version))
        with suppress(OSError):  # a full disk only makes the first query slower
            index.write(folder)
        tested = codes[data.test_places]
        metrics = {"target_variance": target_variance(data)}
        if metrics["target_variance"] > 0:
            error = yield from squared_error(model, tested, data)
            metrics["variance_left"] = error / metrics["target_variance"]
        metrics |= reconstruction_cosines(model, tested[:RECONSTRUCTED])
        for name, found in self._found(index):
            yield len(codes), len(codes)
            if found is not None:
                metrics[name] = found
        return {**metrics, **word_order(model, data)}

    def _found(self, index: Index) -> Iterator[tuple[str, float | None]]:
        """How well the codes find sentences, and what stands beside them."""
        data = self._data
        if not data.corpus.topics:
            return
        if data.held_out:
            yield "validation_precision_at_10", precision(index.codes, data, data.validation_places)
        queries = unseen(data)
        yield "precision_at_10", precision(index.codes, data, queries)
        average = Index(data.lexicon.average(data.items), "")
        yield "average_precision_at_10", precision(average.codes, data, queries)
        yield "sif_precision_at_10", precision(Index(sif(data), "").codes, data, queries)
        yield "tfidf_precision_at_10", precision(tfidf(data), data, queries)


def reconstruction_cosines(model: Model, codes: NDArray[np.float32]) -> dict[str, float]:
    """Mean and quartiles of the cosine of encoder(x) and encoder(decoder(encoder(x)))."""
    again = np.concatenate([model.encode(model.decode(codes[block])) for block in in_blocks(codes, 100)])
    cosines = cosine(codes, again)
    q1, median, q3 = np.quantile(cosines, (0.25, 0.5, 0.75)).tolist()
    return {"cosine_mean": float(cosines.mean()), "cosine_q1": q1, "cosine_median": median, "cosine_q3": q3}


def target_variance(data: TextData) -> float:
    """Mean squared deviation of the test part's target vectors from their mean, weighted as in the loss."""
    counts = np.bincount(data.test.items[:].ravel(), minlength=len(data.lexicon)) * data.loss_weights.astype(np.float64)
    share = counts / max(counts.sum(), np.finfo(float).tiny)
    vectors = data.lexicon.vectors.astype(np.float64)
    return float(share @ np.square(vectors - share @ vectors).mean(axis=1))


def squared_error(model: Model, codes: NDArray[np.float32], data: TextData) -> Generator[tuple[int, int], None, float]:
    """Mean squared error of what is decoded of the test part's `codes`, weighted likewise; yields as `encoded`."""
    items, error, weight = data.test.items, 0.0, 0.0
    for block in in_blocks(items, model.block):
        errors = np.square(model.decode(codes[block]) - data.as_floats(items[block])).mean(axis=-1)
        weights = data.loss_weights[items[block]]
        error += float((weights * errors).sum(dtype=np.float64))
        weight += float(weights.sum(dtype=np.float64))
        yield block.stop, len(items)
    return error / max(weight, np.finfo(float).tiny)


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
