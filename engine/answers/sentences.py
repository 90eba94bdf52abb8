"""Likeness, neighbours and readings of sentences that somebody types."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.analysis.neighbours import Index, encoded
from engine.analysis.sentences import cosine, read_out
from engine.answers.subject import Steps, Subject
from engine.errors import UsageError
from engine.queries import Cosine, Nearest, Neighbour, Neighbours, Read, Reading, Similarity, Words
from engine.text.lexicon import UNK, Lexicon, padded
from engine.text.text_data import TextData
from engine.text.tokeniser import words
from engine.training import Model


def read(subject: Subject, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Sentences as ids (count, length), and as the model sees them, (count, length, dimensions).

    Raises:
        UsageError: one has no words, or none that the model knows.
    """
    lexicon, length = subject.lexicon(), subject.model.shape[0]
    ids = np.stack([padded(_known(lexicon, text, length), length) for text in texts])
    vectors: NDArray[np.float32] = lexicon.vectors[ids]
    return ids, vectors


def _known(lexicon: Lexicon, text: str, length: int) -> NDArray[np.int32]:
    ids = lexicon.ids(words(text))
    if not len(ids):
        raise UsageError("No words", f"expected a sentence, got {text!r}")
    if (ids[:length] == UNK).all():
        raise UsageError(
            "No known word",
            f"none of the words of {text!r} is among the {len(lexicon):,} that this run learned; try others",
        )
    return ids


def similarity(subject: Subject, query: Similarity) -> Cosine:
    ids, vectors = read(subject, (query.first, query.second))
    codes, average = subject.model.encode(vectors), subject.lexicon().average(ids)
    return Cosine(
        cosine=float(cosine(codes[:1], codes[1:])[0]),
        average=float(cosine(average[:1], average[1:])[0]),
        first=_words(subject, query.first),
        second=_words(subject, query.second),
        epoch=subject.model.epoch,
    )


def reading(subject: Subject, query: Read) -> Reading:
    _, vectors = read(subject, (query.text,))
    codes = subject.model.encode(vectors)
    outputs, sentence = subject.model.decode(codes), _words(subject, query.text)
    return Reading(
        sentence=sentence,
        reading=read_out(subject.lexicon(), outputs[0], sentence.used),
        cosine=float(cosine(codes, subject.model.encode(outputs))[0]),
        epoch=subject.model.epoch,
    )


def _words(subject: Subject, text: str) -> Words:
    found = words(text)
    known = subject.lexicon().ids(found) != UNK
    return Words(
        text=text, words=tuple(found), known=tuple(known.tolist()), used=min(len(found), subject.model.shape[0])
    )


class _Searched(NamedTuple):
    """The codes of a corpus, made by `model`."""

    folder: Path
    version: str
    model: Model
    codes: Index
    averages: Index


class Search:
    """Keeps the index that was asked last."""

    def __init__(self) -> None:
        self._last: _Searched | None = None

    def neighbours(self, subject: Subject, query: Neighbours) -> Steps:
        ids, vectors = read(subject, (query.text,))  # before the long work: a query may be refused
        if query.count < 1:
            raise UsageError("Neighbours", f"expected at least 1 neighbour, got {query.count}")
        data = subject.data()
        assert isinstance(data, TextData), "a model with a lexicon learned from text"
        if self._last is None or self._last[:2] != (subject.folder, subject.version):
            self._last = None
            model = subject.still()
            stored = None if subject.live else Index.read(subject.folder, subject.version)
            if stored is None or len(stored.codes) != len(data.items):
                stored = Index((yield from encoded(model, data, data.items)), subject.version)
                if not subject.live:
                    with suppress(OSError):  # a full disk only makes the next question slower
                        stored.write(subject.folder)
            average = Index(data.lexicon.average(data.items), "")
            self._last = _Searched(subject.folder, subject.version, model, stored, average)
        searched = self._last
        return Nearest(
            sentence=_words(subject, query.text),
            neighbours=_nearest(data, searched.codes, searched.model.encode(vectors)[0], query.count),
            average=_nearest(data, searched.averages, data.lexicon.average(ids)[0], query.count),
            searched=len(data.items),
            epoch=searched.model.epoch,
        )


def _nearest(data: TextData, index: Index, code: NDArray[np.float32], count: int) -> tuple[Neighbour, ...]:
    """The nearest sentences, those that stand in the corpus more than once told once."""
    corpus, found = data.corpus, dict[str, Neighbour]()
    wanted = 4 * count
    while len(found) < count and wanted < 4 * len(corpus):
        for place, likeness in zip(*index.nearest(code, wanted), strict=True):
            document = int(corpus.document[place])
            sentence = corpus.sentence(int(place))
            topics = tuple(corpus.topics[topic] for topic in corpus.document_topics[document])
            one = Neighbour(
                sentence=sentence, cosine=float(likeness), document=corpus.documents[document], topics=topics
            )
            found.setdefault(sentence, one)
        wanted *= 4
    return tuple(found.values())[:count]
