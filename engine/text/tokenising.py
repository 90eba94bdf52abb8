"""Documents → sentences and words: in passages, on all cores, and put together again in order."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from itertools import chain, islice
from typing import Any

import msgspec

from engine.datasets.data import Report
from engine.storage.workers import on_all_cores
from engine.text import splitting
from engine.text.document import Document, Layout
from engine.text.tokeniser import without_controls, words

BATCH = splitting.LONGEST
"""Characters of one task: a tenth of a second or two; a corpus of fewer is not worth starting processes for."""


class Passage(msgspec.Struct, frozen=True, array_like=True):
    """Text that no sentence reaches out of."""

    document: int
    text: str
    """Whole lines where the layout is one of lines."""
    layout: Layout


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """The sentences of some passages; none is without words. Numbers are packed as C integers of 32 bits."""

    documents: bytes
    """(sentences,): the number of each one's document."""
    text: bytes
    """All of them, in UTF-8."""
    text_lengths: bytes
    """(sentences,): bytes in `text`."""
    words: list[str]
    """The distinct words."""
    tokens: bytes
    """(running words,): places in `words`."""
    token_counts: bytes
    """(sentences,)."""


class Settings(msgspec.Struct, frozen=True):
    """What every worker has to know."""

    punkt: splitting.Punkt | None
    """None when every line is a sentence."""
    keep: str | None = None
    """Which sentences to keep, as "module:function" from a sentence to a truth value; None keeps all."""
    segmentation: str = ""
    """As `engine.text.segmenters`."""


def tokenised(documents: Sequence[Document], settings: Settings, report: Report) -> list[Piece]:
    """All sentences of `documents`, in order; what `report` raises ends the work."""
    batches = _batches(_passages(documents))
    total = sum(len(document.text) for document in documents)

    def tick(done: int) -> None:
        report("cutting into sentences and words", min(total, done * BATCH), total)

    first = list(islice(batches, 2))
    if len(first) < 2:
        tick(0)
        return [cutter(settings)(batch) for batch in first]
    results = on_all_cores("engine.text.tokenising:cutter_of_its_own", settings, chain(first, batches), tick)
    return [msgspec.convert(result, Piece) for result in results]


def trained_punkt(documents: Sequence[Document], report: Report) -> splitting.Punkt:
    """A Punkt model of `documents`; what `report` raises ends the work."""
    texts = splitting.sample([document.text for document in documents])

    def tick(done: int) -> None:
        report("learning where sentences end", 0, 0)

    if sum(map(len, texts)) < BATCH:
        tick(0)
        return splitting.train(texts)
    (result,) = on_all_cores("engine.text.tokenising:trainer", None, [texts], tick)
    return msgspec.convert(result, splitting.Punkt)


def cutter(settings: Any) -> Callable[[Any], Piece]:
    """From a batch of passages to their sentences; `settings` and batches as they are or as plain data."""
    known = msgspec.convert(settings, Settings)
    spans = splitting.spans(known.punkt) if known.punkt else None
    keep = _function(known.keep) if known.keep else None

    def sentences(passage: Passage) -> Iterator[tuple[int, str]]:
        for text in map(without_controls, _lines(passage)):
            found = [text[start:end] for start, end in spans(text)] if spans and passage.layout != "lines" else [text]
            yield from ((passage.document, sentence) for sentence in found if not keep or keep(sentence))

    def cut(batch: Any) -> Piece:
        found = chain.from_iterable(map(sentences, msgspec.convert(batch, list[Passage])))
        return _piece(found, known.segmentation)

    return cut


def cutter_of_its_own(settings: Any) -> Callable[[Any], Piece]:
    """`cutter` in a process that does nothing else and can be killed at any time."""
    gc.disable()  # nothing here makes cycles
    return cutter(settings)


def trainer(_: None) -> Callable[[list[str]], splitting.Punkt]:
    """The work of the worker that trains Punkt."""
    return splitting.train


def _piece(sentences: Iterable[tuple[int, str]], segmentation: str) -> Piece:
    documents, text_lengths, tokens, token_counts = (array("i") for _ in range(4))
    texts: list[bytes] = []
    places: dict[str, int] = {}
    for document, sentence in sentences:
        found = words(sentence, segmentation)
        if found:
            documents.append(document)
            texts.append(sentence.encode())
            text_lengths.append(len(texts[-1]))
            tokens.extend([places.setdefault(word, len(places)) for word in found])
            token_counts.append(len(found))
    numbers = (documents.tobytes(), text_lengths.tobytes(), tokens.tobytes(), token_counts.tobytes())
    return Piece(numbers[0], b"".join(texts), numbers[1], list(places), numbers[2], numbers[3])


def _passages(documents: Sequence[Document]) -> Iterator[Passage]:
    for number, document in enumerate(documents):
        texts = splitting.shortened(document.text) if document.layout == "whole" else _stretches(document.text)
        for text in texts:
            if text and not text.isspace():
                yield Passage(number, text, document.layout)


def _stretches(text: str) -> Iterator[str]:
    """`text` in stretches of whole lines, of about a batch each; longer lines alone."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + BATCH // 2)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _lines(passage: Passage) -> Iterator[str]:
    """What no sentence reaches out of, short enough."""
    if passage.layout == "whole":
        yield passage.text
        return
    for line in passage.text.split("\n"):
        yield from splitting.shortened(line.strip())


def _batches(passages: Iterator[Passage]) -> Iterator[list[Passage]]:
    batch: list[Passage] = []
    size = 0
    for passage in passages:
        batch.append(passage)
        size += len(passage.text)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _function(name: str) -> Callable[[str], bool]:
    module, _, attribute = name.partition(":")
    function: Callable[[str], bool] = getattr(import_module(module), attribute)
    return function
