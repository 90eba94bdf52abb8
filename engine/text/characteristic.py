"""Words by which groups of sentences differ from all others: log-odds ratios with an informative Dirichlet prior."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.features.outcomes import Characteristic

if TYPE_CHECKING:
    from engine.text.corpus import Corpus


def scores(group: NDArray[np.integer], whole: NDArray[np.integer], prior: float) -> NDArray[np.float64]:
    """How much more often each word stands in a group than in the rest: log-odds ratios in standard deviations, (n,).

    `group` and `whole`: how often each word stands in the group and in all groups together, (n,); the prior is that of
    `prior` words dealt out as in the whole, so that rare words need more than chance. 0 for words that stand nowhere.

    Monroe, Colaresi & Quinn, Fightin' Words, Political Analysis 16 (2008), equations 16 and 20 to 22.
    """
    inside = group.astype(np.float64)
    outside = whole - inside
    alpha = prior * whole / max(1, whole.sum())
    told = (alpha > 0) & (alpha < alpha.sum())  # neither a word that stands nowhere, nor the only one there is

    def odds(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        seen = counts + alpha
        found: NDArray[np.float64] = np.log(seen[told]) - np.log(seen.sum() - seen[told])
        return found

    deviation = np.sqrt(1 / (inside + alpha)[told] + 1 / (outside + alpha)[told])
    found = np.zeros(len(alpha))
    found[told] = (odds(inside) - odds(outside)) / deviation
    return found


def words_of_groups(
    corpus: Corpus, places: NDArray[np.int64], groups: NDArray[np.int64], count: int, most: int
) -> Iterator[tuple[Characteristic, ...]]:
    """For each of `count` groups up to `most` words that stand there more often than chance, the most telling first.

    `places`: of sentences in the corpus, (n,); `groups`: the group of each, (n,). Words without a letter are left out.
    """
    lengths = np.diff(corpus.starts)[places]
    first = np.repeat(corpus.starts[:-1][places] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    tokens = corpus.tokens[first + np.arange(lengths.sum())]
    owner = np.repeat(groups, lengths)
    order = np.argsort(owner, kind="stable")
    tokens, bounds = tokens[order], np.searchsorted(owner[order], np.arange(count + 1))
    whole = np.bincount(tokens, minlength=len(corpus.words))
    worded = np.array([any(map(str.isalpha, word)) for word in corpus.words], bool)
    for number in range(count):
        inside = np.bincount(tokens[bounds[number] : bounds[number + 1]], minlength=len(corpus.words))
        found = np.where(worded & (inside > 0), scores(inside, whole, len(tokens) / count), 0)
        best = np.argsort(-found, kind="stable")[:most]
        yield tuple(
            Characteristic(word=corpus.words[place], score=float(found[place]), count=int(inside[place]))
            for place in best.tolist()
            if found[place] > 0
        )
