"""Clusters of sentences, told in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.features.outcomes import Told
from engine.text.characteristic import words_of_groups

if TYPE_CHECKING:
    from engine.features.grouping import Grouping
    from engine.text.corpus import Corpus
    from engine.text.text_data import TextData

LOOKED_AT = 4
"""For one of the nearest sentences so many are looked at: the same one may stand in a corpus often."""


def told(data: TextData, grouping: Grouping) -> Iterator[Told]:
    """Of each cluster, in the order of their numbers; an empty one has size 0."""
    places: NDArray[np.int64] = getattr(data, f"{grouping.part}_places")
    labels = getattr(data, grouping.part).labels
    found = words_of_groups(data.corpus, places, grouping.assigned, grouping.clusters, grouping.words)
    for number, words in enumerate(found):
        members = np.flatnonzero(grouping.assigned == number)
        counts = np.bincount(labels[members], minlength=len(data.classes))
        topical = bool(data.corpus.topics) and len(members) > 0
        yield Told(
            cluster=number,
            size=len(members),
            words=words,
            nearest=_nearest(data.corpus, places[members], grouping.distances[members], grouping.nearest),
            label=data.classes[counts.argmax()] if topical else "",
            share=float(counts.max() / len(members)) if topical else 0.0,
        )


def _nearest(corpus: Corpus, places: NDArray[np.int64], distances: NDArray[np.float32], count: int) -> tuple[str, ...]:
    order = np.argsort(distances, kind="stable")[: LOOKED_AT * count]
    return tuple(dict.fromkeys(corpus.sentence(int(places[at])) for at in order))[:count]
