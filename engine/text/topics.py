"""What the documents of a corpus are about, as classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.text.corpus import Corpus

CLASSES = 9
"""Topics with a class of their own, the most frequent ones; the others share one."""
OTHER = "other"


def document_classes(corpus: Corpus) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Names of classes, and each document's class, (documents,): the first of its topics that is frequent enough."""
    if not corpus.topics:
        return (corpus.key,), np.zeros(len(corpus.documents), np.int64)
    counts = np.bincount([topic for topics in corpus.document_topics for topic in topics], minlength=len(corpus.topics))
    frequent = np.argsort(-counts, kind="stable")[:CLASSES]
    place = {int(topic): number for number, topic in enumerate(frequent)}
    other = len(frequent)
    classes = [next((place[topic] for topic in topics if topic in place), other) for topics in corpus.document_topics]
    return (*(corpus.topics[topic] for topic in frequent), OTHER), np.asarray(classes, np.int64)


def topic_table(corpus: Corpus) -> NDArray[np.bool_]:
    """Which document has which topic, (documents, topics)."""
    table = np.zeros((len(corpus.documents), len(corpus.topics)), bool)
    for document, topics in enumerate(corpus.document_topics):
        table[document, list(topics)] = True
    return table
