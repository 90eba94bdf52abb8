"""Tokenised corpora in the cache: one file each, taken when it is whole and of the same source and settings."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.places import cache_dir
from engine.text.corpus import Corpus

_ARRAYS = ("counts", "tokens", "starts", "text", "text_starts", "document")


class Names(msgspec.Struct, frozen=True):
    """What of a corpus is not an array."""

    key: str
    words: tuple[str, ...]
    documents: tuple[str, ...]
    topics: tuple[str, ...]
    document_topics: tuple[tuple[int, ...], ...]
    splitter: str


def find(key: str, identity: str, path: Path | None) -> Corpus | None:
    """The corpus kept under `key` and `identity`; None when there is none, or a damaged one."""
    try:
        with np.load(_place(key, identity), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _ARRAYS}
            names = msgspec.msgpack.decode(stored["names"].tobytes(), type=Names)
    except Exception:
        # Not there, or damaged: zipfile, zlib, numpy and msgspec raise a dozen types between them. It is made anew.
        return None
    for array in arrays.values():
        array.flags.writeable = False
    return Corpus(path=path, **msgspec.structs.asdict(names), **arrays)


def keep(corpus: Corpus, identity: str) -> None:
    """Store `corpus` instead of what was there under its key; a cache that cannot be written is done without."""
    place = _place(corpus.key, identity)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        _write(corpus, place)
        for other in place.parent.glob(f"{corpus.key}-*.npz"):
            if other != place:
                other.unlink(missing_ok=True)


def _place(key: str, identity: str) -> Path:
    return cache_dir() / "corpora" / f"{key}-{identity[:16]}.npz"


def _write(corpus: Corpus, place: Path) -> None:
    """Beside, then renamed: another process sees the old file or the new one, whole."""
    names = Names(corpus.key, corpus.words, corpus.documents, corpus.topics, corpus.document_topics, corpus.splitter)
    packed: NDArray[np.uint8] = np.frombuffer(msgspec.msgpack.encode(names), np.uint8)
    descriptor, beside = tempfile.mkstemp(dir=place.parent, prefix=f".{place.stem}-", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, names=packed, **{name: getattr(corpus, name) for name in _ARRAYS})
        Path(beside).replace(place)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
