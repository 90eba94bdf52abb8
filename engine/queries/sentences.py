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
    lexicon, length = lexicon_of(context), context.model.shape[0]
    ids = np.stack([_known(lexicon, text, length) for text in texts])
    vectors: NDArray[np.float32] = lexicon.vectors[ids]
    return ids, vectors


def lexicon_of(context: QueryContext) -> Lexicon:
    """The words that the run knows."""
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
    codes, average = context.model.encode(vectors), lexicon_of(context).average(ids)
    return Cosine(
        cosine=float(cosine(codes[:1], codes[1:])[0]),
        average=float(cosine(average[:1], average[1:])[0]),
        first=as_read(context, query.first),
        second=as_read(context, query.second),
        epoch=context.model.epoch,
    )


def reading(context: QueryContext, query: Read) -> Reading:
    """What the decoder says for a code, and the cosine of that code with the code of what it says. Raises as `read`."""
    _, vectors = read(context, (query.text,))
    codes = context.model.encode(vectors)
    outputs, sentence = context.model.decode(codes), as_read(context, query.text)
    return Reading(
        sentence=sentence,
        reading=read_out(lexicon_of(context), outputs[0], sentence.used),
        cosine=float(cosine(codes, context.model.encode(outputs))[0]),
        epoch=context.model.epoch,
    )


def as_read(context: QueryContext, text: str) -> Words:
    """`text` as the model reads it."""
    lexicon = lexicon_of(context)
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


class Searched(NamedTuple):
    """The codes of a corpus, made by `model`."""

    version: str
    model: Model
    codes: Index
    averages: Index


def _searched(context: QueryContext, data: TextData) -> Generator[tuple[int, int], None, Searched]:
    """The index that is stored for these weights and data, or one made now."""
    model, version = context.still(), version_with(data, context.version)
    stored = None if context.live else Index.read(context.folder, version, (len(data.items), model.code_size))
    if stored is None:
        stored = Index((yield from encoded(model, data, data.items)), version)
        if not context.live and not context.asked:
            with suppress(OSError):  # a full disk only makes the next query slower
                stored.write(context.folder)
    return Searched(version, model, stored, Index(data.lexicon.average(data.items), ""))


class Search:
    """Keeps the indices that were asked last: two, for one run beside another."""

    def __init__(self) -> None:
        self._kept: dict[Path, Searched] = {}

    def neighbours(self, context: QueryContext, query: Neighbours) -> Steps:
        """The nearest sentences of the corpus by codes, and by averages; encodes it if no index is kept.

        Raises:
            UsageError: fewer than one neighbour is asked for; as `read`.
        """
        ids, vectors = read(context, (query.text,))  # before the long work: a query may be refused
        if query.count < 1:
            raise UsageError("Neighbours", f"expected at least 1 neighbour, got {query.count}")
        data = cast("TextData", context.data())
        searched = yield from self.searched(context, data)
        return Nearest(
            sentence=as_read(context, query.text),
            neighbours=nearest(data, searched.codes, searched.model.encode(vectors)[0], query.count),
            average=nearest(data, searched.averages, data.lexicon.average(ids)[0], query.count),
            searched=len(data.items),
            epoch=searched.model.epoch,
        )

    def searched(self, context: QueryContext, data: TextData) -> Generator[tuple[int, int], None, Searched]:
        """The codes of the whole corpus, which are made now if none are kept."""
        found = self._kept.pop(context.folder, None)
        if found is None or found.version != version_with(data, context.version):
            found = yield from _searched(context, data)
        self._kept[context.folder] = found
        while len(self._kept) > INDICES:
            del self._kept[next(iter(self._kept))]
        return found


def nearest(data: TextData, index: Index, code: NDArray[np.float32], count: int) -> tuple[Neighbour, ...]:
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
