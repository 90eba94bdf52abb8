"""How a corpus is cut into parts: the same cut for every run, so that their figures can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.splits import stratified
from engine.text.topics import document_classes

if TYPE_CHECKING:
    from engine.text.corpus import Corpus

TEST_SHARE = 0.3
SPLIT_SEED = 11
"""Of the published cut, which is by sentence."""
FEW = 20
"""With fewer documents, parts of whole documents would be too unlike each other."""


class Cut(NamedTuple):
    """Where the sentences of each part stand in the corpus, ascending."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    """Where nothing was held out, the test part."""
    test: NDArray[np.int64]
    name: str = ""
    """As `engine.datasets.data.Data.split`."""
    by: str = "by sentence"
    """In words, what stays in one piece."""


def cut(corpus: Corpus, validation: float) -> Cut:
    """30 % of the documents for the test, and the share `validation` of the others held out, by class of document.

    With few documents it is sentences that are dealt out. Without `validation`, two parts as published.
    """
    if not validation:
        return published(corpus)
    documents, owner = np.unique(corpus.document, return_inverse=True)
    by_document = len(documents) >= FEW
    classes = document_classes(corpus)[1][documents if by_document else corpus.document]
    part = _dealt(classes, validation)
    part = part[owner] if by_document else part
    train, held_out, test = (np.flatnonzero(part == number) for number in range(3))
    by = "by document" if by_document else f"by sentence (fewer than {FEW} documents)"
    return Cut(train, held_out, test, f"held-out-{validation:g}-", by)


def published(corpus: Corpus) -> Cut:
    """70 % of the sentences and 30 %, drawn from the whole corpus: parts of one document lie in both."""
    order = np.random.default_rng(SPLIT_SEED).permutation(len(corpus))
    train = round((1 - TEST_SHARE) * len(order))
    test = np.sort(order[train:])
    return Cut(np.sort(order[:train]), test, test)


def _dealt(classes: NDArray[np.int64], validation: float) -> NDArray[np.int64]:
    """(n,): 0 to train, 1 held out (one at least), 2 for the test."""
    part = np.zeros(len(classes), np.int64)
    part[stratified(classes, TEST_SHARE)] = 2
    rest = np.flatnonzero(part == 0)
    part[rest[stratified(classes[rest], max(validation, 1 / len(rest)))]] = 1
    return part
