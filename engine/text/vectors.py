"""The lexicon of a corpus: its most frequent words, with vectors from GloVe, a file or the corpus itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Report
from engine.errors import BadData, SettingError
from engine.storage.atomic import make_folder, replacing
from engine.storage.npz import Malformed, read_npz
from engine.text import cooccurrence, glove
from engine.text.lexicon import MARKS, Lexicon
from engine.text.vector_file import UnknownWords, VectorFile

if TYPE_CHECKING:
    from engine.text.corpus import Corpus

ENOUGH = 0.5
"""Share of the vocabulary's running words that GloVe must know: of other languages it knows names and marks."""

Make = Callable[[], NDArray[np.float32]]


def lexicon(
    corpus: Corpus,
    size: int,
    vectors: str,
    dimensions: int,
    seed: int,
    data_dir: Path | None,
    cache: Path,
    report: Report,
) -> Lexicon:
    """PAD, UNK and the corpus' `size` - 2 most frequent words (fewer if it has fewer), with their vectors.

    `vectors`: "auto" (GloVe with `dimensions` numbers if it is on this machine and knows half of the running words,
    else trained on the corpus), "glove", "corpus", or the path of a file in GloVe's text format, plain or in a zip,
    whatever number of numbers it has.

    Raises:
        DataUnavailable: "glove", and it is not on this machine.
        SettingError: `vectors` is none of these, or no file.
        BadData: the vectors' file, or the corpus to train on, is not fit for it.
    """
    words = corpus.words[: size - len(MARKS)]
    if vectors == "glove":
        source: glove.GloVe | None = glove.needed(dimensions, data_dir, cache)
    else:
        source = glove.find(dimensions, data_dir, cache) if vectors == "auto" else None
    because = ""
    if source is not None:
        rows, known = _of_source(source, corpus, words, optional=vectors == "auto", cache=cache, report=report)
        few = f"GloVe knows {known:.0%} of the vocabulary's running words"
        if rows.shape[1] != dimensions:
            raise BadData(source.file.path, f"expected {dimensions} numbers a word, got {rows.shape[1]}")
        if known >= ENOUGH:
            return Lexicon.assembled(words, rows, str(source), seed)
        if vectors == "glove":
            return Lexicon.assembled(words, rows, f"{source}; {few} only: vectors=corpus may do better", seed)
        because = f"; {few} only"
    if vectors in ("auto", "corpus"):
        rows = _trained(corpus, len(words), dimensions, seed, cache, report)
        return Lexicon.assembled(words, rows, f"trained on {corpus.key} (positive PMI, truncated SVD){because}", seed)
    file = VectorFile(_file(vectors))
    rows = _read(file, words, cache, report)
    return Lexicon.assembled(words, rows, f"{rows.shape[1]} numbers, file {file.path}", seed)


def _of_source(
    source: glove.GloVe, corpus: Corpus, words: tuple[str, ...], *, optional: bool, cache: Path, report: Report
) -> tuple[NDArray[np.float32], float]:
    """The vectors of `words`, and for which share of their running words there is one.

    Raises:
        BadData: no word has one, unless they are `optional`.
    """
    try:
        rows = _read(source.file, words, cache, report)
    except UnknownWords:
        if not optional:
            raise
        rows = np.zeros((len(words), source.dimensions), np.float32)
    counts = corpus.counts[: len(words)]
    return rows, float(counts[rows.any(axis=1)].sum() / max(1, counts.sum()))


def _file(setting: str) -> Path:
    try:
        path = Path(setting).expanduser()
        if path.is_file():
            return path
        fault = "no such file"
    except (OSError, RuntimeError) as error:  # a folder that may not be entered, a user that there is not
        fault = str(error)
    raise SettingError("vectors", f"expected auto, glove, corpus or a file of word vectors, got {setting!r}: {fault}")


def _read(file: glove.Rows, words: tuple[str, ...], cache: Path, report: Report) -> NDArray[np.float32]:
    """The rows of `words`; the file itself is read once, a gigabyte of text takes a while."""
    status = file.path.stat()
    key = (repr(file), status.st_size, status.st_mtime_ns, *words)
    return _kept(cache, key, len(words), lambda: file.rows(words, report))


def _trained(
    corpus: Corpus, words: int, dimensions: int, seed: int, cache: Path, report: Report
) -> NDArray[np.float32]:
    key = ("trained", cooccurrence.VERSION, corpus.fingerprint, words, dimensions, seed)
    return _kept(cache, key, words, lambda: cooccurrence.trained(corpus, words, dimensions, seed, report))


def _kept(cache: Path, key: tuple[object, ...], words: int, make: Make) -> NDArray[np.float32]:
    """The vectors of so many words that `make` returned the last time for this key, out of the cache; a cache that
    fails is done without."""
    name = hashlib.sha256("\n".join(map(str, key)).encode()).hexdigest()
    path = cache / "lexicons" / f"{name[:32]}.npz"
    try:
        rows = read_npz(path, lambda _: ["vectors"])["vectors"]
        if rows.dtype == np.float32 and rows.ndim == 2 and len(rows) == words and np.isfinite(rows).all():
            return rows
    except Malformed:
        """Not there, or damaged."""
    rows = make()
    try:
        _keep(path, rows)
    except OSError:
        """The next run reads or trains them again."""
    return rows


def _keep(path: Path, rows: NDArray[np.float32]) -> None:
    make_folder(path.parent)
    with replacing(path, flush=False) as file:
        np.savez(file, vectors=rows)
