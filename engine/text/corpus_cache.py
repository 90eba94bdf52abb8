"""Tokenised corpora in the cache: one file each, taken when it is whole and of the same source and settings."""

from __future__ import annotations

import glob
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.folders import cache_dir
from engine.storage.atomic import make_folder, replacing
from engine.storage.npz import Malformed, read_npz
from engine.text.corpus import Corpus

ARRAYS = {
    "counts": np.int64,
    "tokens": np.int32,
    "starts": np.int64,
    "text": np.uint8,
    "text_starts": np.int64,
    "document": np.int32,
}


_DIGITS = 16
"""Of an identity in a file's name."""


class Names(msgspec.Struct, frozen=True):
    """What of a corpus is not an array."""

    key: str
    words: tuple[str, ...]
    documents: tuple[str, ...]
    topics: tuple[str, ...]
    document_topics: tuple[tuple[int, ...], ...]
    splitter: str
    segmentation: str


def find(key: str, identity: str, path: Path | None) -> Corpus | None:
    """The corpus kept under `key` and `identity`; None when there is none, or a damaged one."""
    try:
        arrays: dict[str, Any] = read_npz(_place(key, identity), lambda _: (*ARRAYS, "names"))
        names = msgspec.msgpack.decode(arrays.pop("names").tobytes(), type=Names)
        corpus = Corpus(path=path, **msgspec.structs.asdict(names), **arrays)
        return corpus if _fits_together(corpus) else None
    except (Malformed, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None  # not there, or damaged: it is made anew


def _fits_together(corpus: Corpus) -> bool:
    """Whether every number in it points at something."""
    arrays = {name: getattr(corpus, name) for name in ARRAYS}
    if any(array.dtype != ARRAYS[name] or array.ndim != 1 for name, array in arrays.items()):
        return False
    sentences = len(corpus.document)
    return (
        len(corpus.counts) == len(corpus.words)
        and len(corpus.document_topics) == len(corpus.documents)
        and _cuts(corpus.starts, sentences, len(corpus.tokens))
        and _cuts(corpus.text_starts, sentences, len(corpus.text))
        and _inside(corpus.tokens, len(corpus.words))
        and _inside(corpus.document, len(corpus.documents))
        and all(0 <= topic < len(corpus.topics) for topics in corpus.document_topics for topic in topics)
    )


def _cuts(starts: NDArray[np.int64], pieces: int, length: int) -> bool:
    ends = len(starts) == pieces + 1 and starts[0] == 0 and starts[-1] == length
    return bool(ends and (np.diff(starts) > 0).all())


def _inside(places: NDArray[np.int32], count: int) -> bool:
    return not len(places) or bool(places.min() >= 0 and places.max() < count)


def keep(corpus: Corpus, identity: str) -> None:
    """Store `corpus` instead of what was there under its key; a cache that cannot be written is done without."""
    place = _place(corpus.key, identity)
    with suppress(OSError):
        make_folder(place.parent)
        _write(corpus, place)
        for other in place.parent.glob(f"{glob.escape(corpus.key)}-{'?' * _DIGITS}.npz"):
            if other != place:
                other.unlink(missing_ok=True)


def _place(key: str, identity: str) -> Path:
    return cache_dir() / "corpora" / f"{key}-{identity[:_DIGITS]}.npz"


def _write(corpus: Corpus, place: Path) -> None:
    names = Names(**{name: getattr(corpus, name) for name in Names.__struct_fields__})
    packed: NDArray[np.uint8] = np.frombuffer(msgspec.msgpack.encode(names), np.uint8)
    with replacing(place, flush=False) as file:
        np.savez(file, names=packed, **{name: getattr(corpus, name) for name in ARRAYS})
