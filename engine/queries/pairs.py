"""Pairs of sentences that people judged: how well cosines order them."""

from __future__ import annotations

from collections.abc import Generator
from typing import cast

import numpy as np
from numpy.typing import NDArray

from engine.analysis.rank_correlation import bootstrapped, pearson, spearman
from engine.analysis.sentences import cosine
from engine.analysis.text_baselines import Sif
from engine.datasets.data import in_blocks
from engine.errors import EngineError, UsageError
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import Agreed, Judge, Judged, Words
from engine.queries.sentences import as_read, lexicon_of
from engine.text.sequences import PAD
from engine.text.text_data import TextData

FEWEST = 3
"""Pairs: two are always in order, or the other way round."""
SIF = "smooth inverse frequency"


def judged(context: QueryContext, query: Judge) -> Steps:
    """Cosines of codes, of averages and of SIF beside the scores, each with ρ, r and their intervals.

    Raises:
        UsageError: there are fewer than 3 pairs, none with known words, all scores are the same, or draws below 0.
    """
    scores = np.array([pair.score for pair in query.pairs], np.float64)
    _check(scores, query.draws)
    texts = [text for pair in query.pairs for text in (pair.first, pair.second)]
    lexicon, model = lexicon_of(context), context.still()
    total, sentences = 2 * len(texts), list[Words]()
    ids = np.full((len(texts), model.shape[0]), PAD, np.int32)
    for block in in_blocks(texts, model.block):
        for place in range(block.start, block.stop):
            ids[place] = lexicon.row(texts[place], model.shape[0])
            sentences.append(as_read(context, texts[place]))
        yield block.stop, total
    known: NDArray[np.bool_] = lexicon.found[ids].any(axis=1).reshape(-1, 2).min(axis=1)
    if not known.any():
        raise UsageError("No known words", f"of {len(known):,} pairs not one has two sentences with words of this run")
    codes = np.empty((len(texts), model.code_size), np.float32)
    for block in in_blocks(texts, model.block):
        codes[block] = model.encode(lexicon.vectors[ids[block]])
        yield len(texts) + block.stop, total
    rows, missing = {"codes": codes, "averaged word vectors": lexicon.average(ids)}, ""
    try:
        rows[SIF] = Sif(cast("TextData", context.data())).encode(ids)
    except EngineError as error:  # the rest needs the run alone
        missing = str(error)
    cosines = {name: np.where(known, cosine(row[::2], row[1::2]), 0) for name, row in rows.items()}
    return Judged(
        rows=(yield from _agreed(cosines, scores, query)),
        unread=tuple(np.flatnonzero(~known).tolist()),
        words=sum(len(sentence.words) for sentence in sentences),
        unknown=sum(sentence.known.count(False) for sentence in sentences),
        cut=sum(len(sentence.words) > sentence.used for sentence in sentences),
        missing=missing,
        epoch=model.epoch,
    )


def _check(scores: NDArray[np.float64], draws: int) -> None:
    if len(scores) < FEWEST:
        raise UsageError("Too few pairs", f"expected at least {FEWEST} pairs, got {len(scores)}")
    if not np.isfinite(scores).all():
        raise UsageError("Scores", "expected a finite number as the score of each pair")
    if (scores == scores[0]).all():
        raise UsageError("Scores", f"all {len(scores):,} pairs have the score {scores[0]:g}: there is nothing to order")
    if draws < 0:
        raise UsageError("Draws", f"expected 0 draws or more, got {draws}")


def _agreed(
    cosines: dict[str, NDArray[np.float32]], scores: NDArray[np.float64], query: Judge
) -> Generator[tuple[int, int], None, tuple[Agreed, ...]]:
    found = None
    if query.draws:
        found = yield from bootstrapped(list(cosines.values()), scores, query.draws, query.seed)
    rows = []
    for number, (name, row) in enumerate(cosines.items()):
        spearman_interval, pearson_interval, behind = (_pair(each[number]) for each in found) if found else (None,) * 3
        rows.append(
            Agreed(
                features=name,
                cosines=tuple(row.astype(float).tolist()),
                spearman=float(spearman(row, scores)),
                pearson=float(pearson(row, scores)),
                spearman_interval=spearman_interval,
                pearson_interval=pearson_interval,
                behind_interval=behind,
            )
        )
    return tuple(rows)


def _pair(interval: NDArray[np.float64]) -> tuple[float, float]:
    low, high = interval.tolist()
    return low, high
