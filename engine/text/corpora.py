"""The corpora there are, and the one way to get one: from the cache, else read, split, tokenised and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.datasets.data import Report
from engine.datasets.text_format import TextFormat
from engine.errors import BadData, UsageError
from engine.text import plain_text, pydocs, reuters, segmenters
from engine.text.asked import Asked
from engine.text.document import Document
from engine.text.splitting import find_tables
from engine.text.tokeniser import VERSION

if TYPE_CHECKING:
    from engine.text.corpus import Corpus

FEWEST = 20
"""Sentences that a corpus must have: less can be neither split into two parts nor learned from."""


class Reader(NamedTuple):
    """Where the text of a corpus comes from."""

    fingerprint: Callable[[Path | None], str]
    """Cheap: changes when the source does."""
    documents: Callable[..., Iterator[Document]]
    """Called as documents(path, report), for the user's own text also with what they ask for."""
    keep: str | None = None
    """Which of its sentences are kept, as "module:function"; None keeps all."""
    distinct: bool = False
    """Whether equal sentences are taken once."""


_OWN = Reader(plain_text.fingerprint, plain_text.documents)

READERS = {
    "reuters": Reader(reuters.fingerprint, reuters.documents),
    "pydocs": Reader(pydocs.fingerprint, pydocs.documents, "engine.text.docstrings:is_english", distinct=True),
    "text": _OWN,
}


def read_corpus(
    key: str, path: Path | None, data_dir: Path | None, report: Report, text_format: TextFormat = ""
) -> Corpus:
    """Corpus `key` from `path` (None for "pydocs"), with Punkt tables from `data_dir` if they are there.

    `text_format`: that of the user's own text. `report` is called with an activity and how much of it is done; what it
    raises ends the work.

    Raises:
        UsageError: no such corpus, no path or an impossible one.
        DataUnavailable: none of the packages whose docstrings are read is installed.
        BadData: the source is broken, is not text, or has fewer than 20 sentences.
    """
    given = (Asked(layout=text_format),) if text_format else ()
    return _read(key, _reader(key), path, data_dir, report, *given)


def own_corpus(name: str, path: Path, asked: Asked, data_dir: Path | None, report: Report) -> Corpus:
    """The user's own text at `path` as corpus `name`, read as `asked`. Raises as `read_corpus`."""
    segmenters.check(asked.segmentation)
    return _read(name, _OWN, path, data_dir, report, asked)


def _read(key: str, reader: Reader, path: Path | None, data_dir: Path | None, report: Report, *given: Asked) -> Corpus:
    from engine.text import corpus_cache
    from engine.text.building import build

    report(f"looking for the text of {key}", 0, 0)
    tables = find_tables(data_dir)
    rules = (VERSION, tables.digest if tables else "trained", sorted(segmenters.installed().items()))
    identity = _identity(reader.fingerprint(path), *rules, *given)
    corpus = corpus_cache.find(key, identity, path)
    if corpus is None:
        documents = list(reader.documents(path, report, *given))
        corpus = build(
            key,
            path,
            documents,
            tables,
            report,
            keep=reader.keep,
            distinct=reader.distinct,
            segmentation=given[0].segmentation if given else "",
        )
        if len(corpus) < FEWEST:
            raise BadData(path or key, f"expected at least {FEWEST} sentences, found {len(corpus)}; give more text")
        report(f"keeping {key}", 0, 0)
        corpus_cache.keep(corpus, identity)
    return corpus


def source_of(key: str, path: Path | None) -> str:
    """Changes when the text at `path` does; cheap. Raises as `read_corpus` does where there is no such text."""
    return _reader(key).fingerprint(path)


def _reader(key: str) -> Reader:
    if key not in READERS:
        raise UsageError("Unknown corpus", f"there is no corpus {key!r}; choose one of {', '.join(READERS)}")
    return READERS[key]


def _identity(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
