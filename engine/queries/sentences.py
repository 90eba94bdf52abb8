"""Likeness, neighbours and readings of sentences that somebody types."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from engine.analysis.neighbours import Index, encoded, version_with
from engine.analysis.sentences import cosine, read_out
from engine.backend import Model
from engine.errors import UsageError
from engine.queries.context import QueryContext, Steps
from engine.queries.messages import Cosine, Nearest, Neighbour, Neighbours, Read, Reading, Similarity, Words
from engine.text.lexicon import UNK, Lexicon
from engine.text.sequences import PAD
from engine.text.text_data import TextData

QUOTED = 80
"""Characters of a sentence that are repeated in a message."""


def read(context: QueryContext, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Sentences as ids (count, length), and as the model sees them, (count, length, dimensions).

    Raises:
        UsageError: one has no words, or none that the model knows.
    """
    lexicon, length = _lexicon(context), context.model.shape[0]
    ids = np.stack([_known(lexicon, text, length) for text in texts])
    vectors: NDArray[np.float32] = lexicon.vectors[ids]
    return ids, vectors


def _lexicon(context: QueryContext) -> Lexicon:
    return cast("Lexicon", context.kept())


def _known(lexicon: Lexicon, text: str, length: int) -> NDArray[np.int32]:
    row = lexicon.row(text, length)
    read = row[row != PAD]
    if not len(read):
        raise UsageError("No words", f"expected a sentence, got {text!r}")
    told = f"{text[:QUOTED]!r}{'…' * (len(text) > QUOTED)}"
    if (read == UNK).all():
        raise UsageError(
            "No known word",
            f"none of the words of {told} is among the {len(lexicon):,} that this run learned; try others",
        )
    if not lexicon.vectors[read].any():
        raise UsageError("No word with a vector", f"the words of {told} have no vectors in this run; try others")
    return row


def similarity(context: QueryContext, query: Similarity) -> Cosine:
    """Cosine of the codes of two sentences, and of the means of their words' vectors. Raises as `read`."""
    ids, vectors = read(context, (query.first, query.second))
    codes, average = context.model.encode(vectors), _lexicon(context).average(ids)
    return Cosine(
        cosine=float(cosine(codes[:1], codes[1:])[0]),
        average=float(cosine(average[:1], average[1:])[0]),
        first=_words(context, query.first),
        second=_words(context, query.second),
        epoch=context.model.epoch,
    )


def reading(context: QueryContext, query: Read) -> Reading:
    """What the decoder says for a code, and the cosine of that code with the code of what it says. Raises as `read`."""
    _, vectors = read(context, (query.text,))
    codes = context.model.encode(vectors)
    outputs, sentence = context.model.decode(codes), _words(context, query.text)
    return Reading(
        sentence=sentence,
        reading=read_out(_lexicon(context), outputs[0], sentence.used),
        cosine=float(cosine(codes, context.model.encode(outputs))[0]),
        epoch=context.model.epoch,
    )


def _words(context: QueryContext, text: str) -> Words:
    lexicon = _lexicon(context)
    found = lexicon.sequencer.words(text)
    known = lexicon.ids(found) != UNK
    used = lexicon.sequencer.used(len(found), context.model.shape[0])
    return Words(
        text=text,
        words=tuple(found),
        known=tuple(known.tolist()),
        first=used.start or 0,
        used=len(found[used]),
    )


INDICES = 2
"""Kept in memory: one run beside another. A large one takes 100 MB."""


class _Searched(NamedTuple):
    """The codes of a corpus, made by `model`."""

    version: str
    model: Model
    codes: Index
    averages: Index


def _searched(context: QueryContext, data: TextData) -> Generator[tuple[int, int], None, _Searched]:
    """The index that is stored for these weights and data, or one made now."""
    model, version = context.still(), version_with(data, context.version)
    stored = None if context.live else Index.read(context.folder, version, (len(data.items), model.code_size))
    if stored is None:
        stored = Index((yield from encoded(model, data, data.items)), version)
        if not context.live:
            with suppress(OSError):  # a full disk only makes the next query slower
                stored.write(context.folder)
    return _Searched(version, model, stored, Index(data.lexicon.average(data.items), ""))


class Search:
    """Keeps the indices that were asked last: two, for one run beside another."""

    def __init__(self) -> None:
        self._kept: dict[Path, _Searched] = {}

    def neighbours(self, context: QueryContext, query: Neighbours) -> Steps:
        """The nearest sentences of the corpus by codes, and by averages; encodes it if no index is kept.

        Raises:
            UsageError: fewer than one neighbour is asked for; as `read`.
        """
        ids, vectors = read(context, (query.text,))  # before the long work: a query may be refused
        if query.count < 1:
            raise UsageError("Neighbours", f"expected at least 1 neighbour, got {query.count}")
        data = cast("TextData", context.data())
        searched = self._kept.pop(context.folder, None)
        if searched is None or searched.version != version_with(data, context.version):
            searched = yield from _searched(context, data)
        self._kept[context.folder] = searched
        while len(self._kept) > INDICES:
            del self._kept[next(iter(self._kept))]
        return Nearest(
            sentence=_words(context, query.text),
            neighbours=_nearest(data, searched.codes, searched.model.encode(vectors)[0], query.count),
            average=_nearest(data, searched.averages, data.lexicon.average(ids)[0], query.count),
            searched=len(data.items),
            epoch=searched.model.epoch,
        )


def _nearest(data: TextData, index: Index, code: NDArray[np.float32], count: int) -> tuple[Neighbour, ...]:
    """The nearest sentences, those that stand in the corpus more than once told once."""
    corpus, found = data.corpus, dict[str, Neighbour]()
    looked, wanted = 0, 4 * count
    while len(found) < count and looked < len(corpus):
        looked = min(wanted, len(corpus))
        for place, likeness in zip(*index.nearest(code, looked), strict=True):
            document = int(corpus.document[place])
            sentence = corpus.sentence(int(place))
            topics = tuple(corpus.topics[topic] for topic in corpus.document_topics[document])
            one = Neighbour(
                sentence=sentence, cosine=float(likeness), document=corpus.documents[document], topics=topics
            )
            found.setdefault(sentence, one)
        wanted *= 4
    return tuple(found.values())[:count]
