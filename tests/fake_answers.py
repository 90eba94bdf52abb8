"""What the fake model says to questions about text."""

from __future__ import annotations

from typing import Any

from engine.errors import UsageError
from engine.queries.messages import Cosine, Nearest, Neighbour, Neighbours, Query, Read, Reading, Similarity, Words

SENTENCES = ("the dog bit the man", "profits rose by 9 per cent in the quarter", "see the notes below for details")
LONG = "oil prices fell as the ministers of the exporting countries could not agree how much each was to sell, he said"
UNKNOWN = "frobnicate"
"""The one word that the fake model does not know."""


def words(text: str) -> Words:
    """`text` as the fake model reads it: five words, all known but one."""
    split = tuple(text.lower().split())
    return Words(text=text, words=split, known=tuple(word != UNKNOWN for word in split), used=min(5, len(split)))


def answer(query: Query, epoch: int = 3) -> Any:
    """What the fake model says to a question about text.

    Raises:
        UsageError: there is no word that it knows.
    """
    texts = (query.first, query.second) if isinstance(query, Similarity) else (getattr(query, "text", ""),)
    read = [words(text) for text in texts]
    if not all(any(each.known) for each in read):
        raise UsageError("No known word", "expected a sentence with a word of the vocabulary")
    if isinstance(query, Similarity):
        return Cosine(cosine=0.999812, average=1.0, first=read[0], second=read[1], epoch=epoch)
    if isinstance(query, Read):
        return Reading(sentence=read[0], reading=f"{query.text} again", cosine=0.9871, epoch=epoch)
    assert isinstance(query, Neighbours)
    found, average = (
        tuple(
            Neighbour(
                sentence=f"{kind} {place}: {LONG if place == 1 else SENTENCES[place % 3]}",
                cosine=0.9990 - place / 1000,
                document=f"training/{place}",
                topics=("crude", "ship", "gas")[: place % 4],
            )
            for place in range(1, query.count + 1)
        )
        for kind in ("near", "average")
    )
    return Nearest(sentence=read[0], neighbours=found, average=average, searched=50_470, epoch=epoch)
