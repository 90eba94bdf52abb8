"""How a corpus is cut into parts: the same cut for every run, so that their figures can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.own.cutting import CALLED, Cutting
from engine.datasets.own.cutting import cut as own_cut
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

    @property
    def held_out(self) -> bool:
        """Whether there is a part of its own to choose by."""
        return self.validation is not self.test


def cut(corpus: Corpus, validation: float) -> Cut:
    """30 % of the documents for the test, and the share `validation` of the others held out, by class of document.

    With few documents it is sentences that are dealt out. Without `validation`, two parts as published. Where the user
    said how, or has the documents in folders that are called as parts, it is done so, and `validation` only counts
    where that leaves two parts.

    Raises:
        UsageError: as `engine.datasets.own.cutting.cut`.
    """
    if corpus.cutting or corpus.by_folder:
        return _as_asked(corpus, validation)
    if not validation:
        return published(corpus)
    units = _units(corpus)
    part = _dealt(units.classes, validation)[units.owner]
    train, held_out, test = (np.flatnonzero(part == number) for number in range(3))
    return Cut(train, held_out, test, f"held-out-{validation:g}-", units.by)


def described(corpus: Corpus) -> str:
    """In words, how `corpus` will be cut where the variant's settings say nothing else."""
    if corpus.by_folder:
        return "by the folders train, validation and test"
    if corpus.cutting:
        order = "the first ones to train on" if corpus.cutting.split_by == "order" else "drawn"
        return f"{corpus.cutting.split}, {_units(corpus).by}, {order}"
    return f"{TEST_SHARE:.0%} to test, and of the others the share `validation` to choose by, {_units(corpus).by}"


def in_folders(corpus: Corpus) -> bool:
    """Whether the documents lie in folders train and test, and perhaps one to validate."""
    first = {name.partition("/")[0].lower() if "/" in name else "" for name in corpus.documents}
    return first <= set(CALLED) and {0, 2} <= {CALLED[name] for name in first}


class _Units(NamedTuple):
    """What stays in one piece: documents, or sentences where there are few documents."""

    classes: NDArray[np.int64]
    """(units,)."""
    owner: NDArray[np.int64]
    """(sentences,): the unit of each."""
    documents: NDArray[np.int32]
    """(units,): the document of each."""
    by: str
    """In words."""


def _units(corpus: Corpus, *, whole: bool = False) -> _Units:
    """`whole`: documents, however few."""
    documents, owner = np.unique(corpus.document, return_inverse=True)
    classes = document_classes(corpus)[1]
    if whole or len(documents) >= FEW:
        return _Units(classes[documents], owner, documents, "by document")
    by = f"by sentence (fewer than {FEW} documents)"
    return _Units(classes[corpus.document], np.arange(len(corpus)), corpus.document, by)


def _as_asked(corpus: Corpus, validation: float) -> Cut:
    units, asked = _units(corpus, whole=corpus.by_folder), corpus.cutting or Cutting()
    parts = [corpus.documents[place].partition("/")[0] for place in units.documents] if corpus.by_folder else None
    places = own_cut(len(units.classes), units.classes, asked, parts=parts)
    train, held_out = places.train, places.validation
    if held_out is None and validation and len(train) > 1:
        chosen = stratified(units.classes[train], min(max(validation, 1 / len(train)), 1 - 1 / len(train)))
        train, held_out = train[~chosen], train[chosen]
    part = np.full(len(units.classes), 2, np.int64)
    part[train] = 0
    if held_out is not None:
        part[held_out] = 1
    of_sentence = part[units.owner]
    first, second, test = (np.flatnonzero(of_sentence == number) for number in range(3))
    how = "folders" if corpus.by_folder else f"{asked.split.replace('/', '-')}-{asked.split_by}"
    name = f"{how}-{validation:g}-" if places.validation is None else f"{how}-"
    return Cut(
        first, second if held_out is not None else test, test, name, "by folder" if corpus.by_folder else units.by
    )


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
