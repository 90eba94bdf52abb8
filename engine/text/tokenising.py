"""Documents → sentences and words: in passages, on all cores, and put together again in order."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import chain
from typing import Any

import msgspec

from engine.datasets.data import Report
from engine.storage.workers import on_all_cores
from engine.text import splitting
from engine.text.document import Document, Layout
from engine.text.tokeniser import without_controls, words

BATCH = 200_000
"""Characters of one task: about a quarter of a second; a corpus of fewer is not worth starting processes for."""


class Passage(msgspec.Struct, frozen=True, array_like=True):
    """Text that no sentence reaches out of."""

    document: int
    text: str
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


def tokenised(documents: Sequence[Document], settings: Settings, report: Report) -> list[Piece]:
    """All sentences of `documents`, in order; what `report` raises ends the work."""
    batches = list(_batches(_passages(documents)))
    total = sum(len(document.text) for document in documents)

    def tick(done: int) -> None:
        report("cutting into sentences and words", total * done // max(1, len(batches)), total)

    if len(batches) < 2:
        tick(0)
        return [cutter(settings)(batch) for batch in batches]
    results = on_all_cores("engine.text.tokenising:cutter_of_its_own", settings, batches, tick)
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
        text = without_controls(passage.text)
        bounds = [(0, len(text))] if passage.layout == "lines" or not spans else spans(text)
        found = (text[start:end] for start, end in bounds)
        return ((passage.document, sentence) for sentence in found if not keep or keep(sentence))

    def cut(batch: Any) -> Piece:
        return _piece(chain.from_iterable(map(sentences, msgspec.convert(batch, list[Passage]))))

    return cut


def cutter_of_its_own(settings: Any) -> Callable[[Any], Piece]:
    """`cutter` in a process that does nothing else and can be killed at any time."""
    with suppress(ImportError):  # which NLTK before 3.10 has not
        from nltk import redos

        redos.DEFAULT_TIMEOUT = None  # the watch over each regular expression takes half of the time
    gc.disable()  # nothing here makes cycles
    return cutter(settings)


def trainer(_: None) -> Callable[[list[str]], splitting.Punkt]:
    """The work of the worker that trains Punkt."""
    return splitting.train


def _piece(sentences: Iterator[tuple[int, str]]) -> Piece:
    documents, text_lengths, tokens, token_counts = (array("i") for _ in range(4))
    texts: list[bytes] = []
    places: dict[str, int] = {}
    for document, sentence in sentences:
        found = words(sentence)
        if found:
            documents.append(document)
            texts.append(sentence.encode())
            text_lengths.append(len(texts[-1]))
            tokens.extend(places.setdefault(word, len(places)) for word in found)
            token_counts.append(len(found))
    numbers = (documents.tobytes(), text_lengths.tobytes(), tokens.tobytes(), token_counts.tobytes())
    return Piece(numbers[0], b"".join(texts), numbers[1], list(places), numbers[2], numbers[3])


def _passages(documents: Sequence[Document]) -> Iterator[Passage]:
    for number, document in enumerate(documents):
        texts = [document.text] if document.layout == "whole" else document.text.split("\n")
        for text in chain.from_iterable(map(_shortened, texts)):
            if text and not text.isspace():
                yield Passage(number, text, document.layout)


def _shortened(text: str) -> Iterator[str]:
    """`text`, in several parts when it is very long: parted after a sentence, else at a space, if there is one."""
    start = 0
    while len(text) - start > BATCH:
        found = (text.rfind(mark, start, start + BATCH) for mark in (". ", ".\n", " "))
        end = next((place + 1 for place in found if place > start), start + BATCH)
        yield text[start:end]
        start = end
    yield text[start:]


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
