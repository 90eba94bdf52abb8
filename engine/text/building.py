"""From documents to a corpus: split, tokenise, count, and put the pieces together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Report
from engine.text import segmenters
from engine.text.corpus import Corpus, by_frequency, starts_of
from engine.text.document import Document
from engine.text.splitting import Tables
from engine.text.tokeniser import without_controls
from engine.text.tokenising import Piece, Settings, tokenised, trained_punkt


class Sentences(NamedTuple):
    """All sentences of a corpus, with words in the order in which they were met."""

    words: list[str]
    tokens: NDArray[np.int32]
    token_counts: NDArray[np.int64]
    text: NDArray[np.uint8]
    text_lengths: NDArray[np.int64]
    document: NDArray[np.int32]


def build(
    key: str,
    path: Path | None,
    documents: Sequence[Document],
    tables: Tables | None,
    report: Report,
    *,
    keep: str | None = None,
    distinct: bool = False,
    segmentation: str = "",
) -> Corpus:
    """The corpus of `documents`; `keep` as in `Settings`, `distinct` takes equal sentences once, and `segmentation` is
    found out where none is given.

    What `report` raises ends the work, and no process is left.
    """
    prose = [document for document in documents if document.layout != "lines"]
    punkt = (tables.punkt if tables else trained_punkt(prose, report)) if prose else None
    segmentation = segmentation or segmenters.segmentation([document.text for document in documents])
    sentences = _joined(tokenised(documents, Settings(punkt, keep, segmentation), report))
    if distinct:
        sentences = _selected(sentences, _first_ones(sentences))
    words, counts, tokens = by_frequency(sentences.words, sentences.tokens)
    document_topics = [tuple(dict.fromkeys(map(without_controls, document.topics))) for document in documents]
    topics = tuple(sorted(set(chain.from_iterable(document_topics))))
    places = {topic: place for place, topic in enumerate(topics)}
    return Corpus(
        key=key,
        path=path,
        words=words,
        counts=counts,
        tokens=tokens,
        starts=starts_of(sentences.token_counts),
        text=sentences.text,
        text_starts=starts_of(sentences.text_lengths),
        document=sentences.document,
        documents=tuple(without_controls(document.name) for document in documents),
        topics=topics,
        document_topics=tuple(tuple(places[topic] for topic in its) for its in document_topics),
        splitter="; ".join([_in_words(len(prose), len(documents), tables), *_readings(documents)]),
        segmentation=segmentation,
    )


def _joined(pieces: list[Piece]) -> Sentences:
    """Empties `pieces`: a large corpus should not be in memory three times."""
    places: dict[str, int] = {}
    tokens = [np.zeros(0, np.int32)]
    text = bytearray()
    lengths, counts, documents = (list[bytes]() for _ in range(3))
    pieces.reverse()
    while pieces:
        piece = pieces.pop()
        # Each piece numbers its own words; here they get the numbers of the whole.
        numbers = np.array([places.setdefault(word, len(places)) for word in piece.words], np.int32)
        tokens.append(numbers[np.frombuffer(piece.tokens, np.int32)])
        text += piece.text
        lengths.append(piece.text_lengths)
        counts.append(piece.token_counts)
        documents.append(piece.documents)
    return Sentences(
        list(places),
        np.concatenate(tokens),
        _unpacked(counts).astype(np.int64),
        np.frombuffer(text, np.uint8),
        _unpacked(lengths).astype(np.int64),
        _unpacked(documents),
    )


def _unpacked(numbers: list[bytes]) -> NDArray[np.int32]:
    return np.frombuffer(b"".join(numbers), np.int32)


def _first_ones(sentences: Sentences) -> NDArray[np.bool_]:
    """(sentences,): whether no sentence before reads the same."""
    ends = np.cumsum(sentences.text_lengths)
    text = sentences.text.tobytes()
    seen: set[bytes] = set()
    first = np.zeros(len(ends), np.bool_)
    for i, (end, length) in enumerate(zip(ends.tolist(), sentences.text_lengths.tolist(), strict=True)):
        sentence = text[end - length : end]
        first[i] = sentence not in seen
        seen.add(sentence)
    return first


def _selected(sentences: Sentences, chosen: NDArray[np.bool_]) -> Sentences:
    return Sentences(
        sentences.words,
        sentences.tokens[np.repeat(chosen, sentences.token_counts)],
        sentences.token_counts[chosen],
        sentences.text[np.repeat(chosen, sentences.text_lengths)],
        sentences.text_lengths[chosen],
        sentences.document[chosen],
    )


_READINGS = 3
"""That are told with their reasons; of more only the heads."""


def _readings(documents: Sequence[Document]) -> list[str]:
    found = {document.reading for document in documents if document.reading}
    return sorted(found if len(found) <= _READINGS else {reading.partition(":")[0] for reading in found})


def _in_words(prose: int, documents: int, tables: Tables | None) -> str:
    lines = "one sentence a line"
    if not prose:
        return lines
    punkt = f"Punkt, English tables in {tables.place}" if tables else "Punkt, trained on this corpus"
    return punkt if prose == documents else f"{lines} in {documents - prose} of {documents} documents, else {punkt}"
