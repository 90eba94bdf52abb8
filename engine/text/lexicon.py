"""A vocabulary with its word vectors, and how sentences are read with it: all that a run needs to know of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import in_blocks
from engine.errors import RunError
from engine.storage.atomic import replacing
from engine.storage.npz import Malformed, read_npy
from engine.text import segmenters
from engine.text.sequences import PAD, SEQUENCERS, Sequencer, sequencer
from engine.text.tokeniser import without_controls

if TYPE_CHECKING:
    from engine.text.corpus import Corpus

UNK = 1
MARKS = ("<pad>", "<unk>")
"""What stands for the two in `Lexicon.words`."""

VOCABULARY, VECTORS, SOURCE = "vocabulary.txt", "vectors.npy", "vectors-source.txt"
SEGMENTATION = "segmentation.txt"
_NAMED = 80
"""Characters of a name out of a file that a message shows."""

_DISTANCES = 2**23
"""How many distances are held at once: 32 MiB."""

_LIMIT = 2**33
"""Bytes of the largest file read: a million words of 1,000 numbers take half of it."""


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words and their vectors; a word's place is its id."""

    words: tuple[str, ...]
    """(n,): the two `MARKS`, then the words, most frequent first."""

    vectors: NDArray[np.float32]
    """(n, dimensions): PAD zeros, UNK random, a word without a vector zeros."""

    source: str
    """In words, where the vectors come from."""

    sequencer: Sequencer = SEQUENCERS["tokens"]
    """How sentences become rows of ids."""

    segmentation: str = ""
    """What cuts scripts without spaces in it, see `engine.text.segmenters`."""

    @classmethod
    def assembled(cls, words: Sequence[str], vectors: NDArray[np.float32], source: str, seed: int) -> Self:
        """PAD, UNK and `words`; the vector of UNK is uniform in [-1, 1].

        `vectors`: (words, dimensions), a row of zeros for a word that has none.
        """
        unknown = np.random.default_rng(seed).uniform(-1, 1, vectors.shape[1])
        rows = np.vstack([np.zeros_like(unknown), unknown, vectors]).astype(np.float32)
        return cls((*MARKS, *words), rows, source)

    def __len__(self) -> int:
        """Words, PAD and UNK among them."""
        return len(self.words)

    @property
    def dimensions(self) -> int:
        """Numbers in a word's vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def found(self) -> NDArray[np.bool_]:
        """(n,): whether the word has a vector of its own; PAD and UNK have none."""
        found = np.array(self.vectors.any(axis=1))
        found[[PAD, UNK]] = False
        return found

    def ids(self, words: Sequence[str]) -> NDArray[np.int32]:
        """(words,): their ids, UNK for a word that is not in the vocabulary; neither padded nor cut."""
        return np.array([self._places.get(word, UNK) for word in words], np.int32)

    def row(self, sentence: str, length: int) -> NDArray[np.int32]:
        """(length,): the ids of a sentence, cut and padded as the run does it."""
        ids = self.ids(self.sequencer.words(sentence))
        [row] = self.sequencer.rows(ids, np.array([0, len(ids)]), length)
        return np.asarray(row, np.int32)

    def rows(self, corpus: Corpus, length: int) -> NDArray[np.int32]:
        """(sentences, length): all of `corpus` likewise."""
        tokenised = self.sequencer.tokenised(corpus)
        return self.sequencer.rows(self.ids(tokenised.words)[tokenised.tokens], tokenised.starts, length)

    def nearest(self, vectors: NDArray[np.floating]) -> NDArray[np.int32]:
        """The id of the word whose vector is nearest by Euclidean distance, the lower of two as near.

        PAD and words without a vector are never the answer; UNK can be. Shape (…, dimensions) → (…).
        """
        ids, candidates = self._candidates
        rows = np.asarray(vectors, np.float32).reshape(-1, self.dimensions)
        norms = np.square(candidates).sum(axis=1)
        places = np.empty(len(rows), np.intp)
        with np.errstate(invalid="ignore", over="ignore"):  # a run that diverges has outputs beyond all numbers
            for block in in_blocks(rows, max(1, _DISTANCES // len(ids))):
                # |x - v|² less |x|², which is the same for all v.
                distances = rows[block] @ (-2 * candidates.T)
                distances += norms
                distances.argmin(axis=1, out=places[block])
        return ids[places].reshape(np.shape(vectors)[:-1])

    def average(self, ids: NDArray[np.integer], weights: NDArray[np.floating] | None = None) -> NDArray[np.float32]:
        """Each row's mean vector over the words that have one, zeros where none has.

        `ids`: (rows, length), padded with 0; `weights`: (n,), what each word's vector is multiplied by before. Returns
        (rows, dimensions); the order of the words makes no difference, not even in the last digit.
        """
        from scipy.sparse import csr_array  # type: ignore[import-untyped]

        ordered = np.sort(ids, axis=1)
        counted = self.found[ordered]
        count = counted.sum(axis=1)
        shares = np.repeat(1 / np.maximum(count, 1), count).astype(np.float32)
        bounds = np.concatenate([[0], np.cumsum(count)])
        vectors = self.vectors if weights is None else self.vectors * weights[:, None].astype(np.float32)
        means = csr_array((shares, ordered[counted], bounds), (len(ids), len(self))) @ vectors
        return np.asarray(means, np.float32)

    def coverage(self, corpus: Corpus) -> tuple[float, float]:
        """The share of the corpus' running words that is in the vocabulary, and the share that has a vector."""
        ids = self.ids(corpus.words)
        running = max(1, int(corpus.counts.sum()))
        return float(corpus.counts[ids != UNK].sum() / running), float(corpus.counts[self.found[ids]].sum() / running)

    def read_by(self, ids: str, segmentation: str = "") -> Self:
        """The same words for sentences that become ids as the setting `ids` says, cut by `segmentation`."""
        return replace(self, sequencer=sequencer(ids, segmentation), segmentation=segmentation)

    def write(self, folder: Path) -> None:
        """Into `vocabulary.txt` (one word a line), `vectors.npy`, `vectors-source.txt` and, where spaces do not part
        all words, `segmentation.txt`; each whole or not at all."""
        if self.segmentation:
            _replace(folder / SEGMENTATION, f"{self.segmentation}\n".encode())
        _replace(folder / VOCABULARY, "".join(f"{word}\n" for word in self.words).encode())
        _replace(folder / SOURCE, f"{self.source}\n".encode())
        _replace(folder / VECTORS, _npy(self.vectors))

    @classmethod
    def read(cls, folder: Path, ids: str = "tokens") -> Self:
        """What `write` wrote; `ids` as the run's setting (the key of a sequencer).

        Raises:
            RunError: a file is missing, broken or does not fit the other.
        """
        words = tuple(_text(folder / VOCABULARY).removesuffix("\n").split("\n"))
        vectors = _array(folder / VECTORS)
        if words[:2] != MARKS or len(set(words)) < len(words):
            raise _broken(folder / VOCABULARY, f"{MARKS[PAD]}, {MARKS[UNK]} and then each word once, one a line")
        if len(words) != len(vectors):
            raise _broken(folder / VECTORS, f"a row for each of {len(words):,} words", f"{len(vectors):,} rows")
        return cls(words, vectors, _text(folder / SOURCE).strip()).read_by(ids, _segmentation(folder / SEGMENTATION))

    @cached_property
    def _places(self) -> dict[str, int]:
        """Ids by word, without the marks: they are no words, whoever types them."""
        return {word: place for place, word in enumerate(self.words) if place not in (PAD, UNK)}

    @cached_property
    def _candidates(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The lowest id of each distinct vector, ascending: rounding could prefer the higher of two that are equal."""
        ids = np.concatenate([[UNK], np.flatnonzero(self.found)])
        _, first = np.unique(self.vectors[ids], axis=0, return_index=True)
        ids = ids[np.sort(first)]
        return ids.astype(np.int32), self.vectors[ids]


def _segmentation(path: Path) -> str:
    """Raises RunError where it is none, or cannot be had here."""
    if not path.exists():  # spaces part all words; so did they for every run of old
        return ""
    found = _text(path).strip()
    missing = segmenters.missing(found)
    if missing:
        packages = without_controls(" ".join(missing))[:_NAMED]
        raise RunError(
            "A segmenter is missing",
            f"expected {packages}, which cut the words that this run knows ({path}), but it is not installed; install "
            "it, or train again without it",
        )
    return found


def _npy(array: NDArray[np.float32]) -> bytes:
    from io import BytesIO

    buffer = BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


def _replace(path: Path, content: bytes) -> None:
    with replacing(path) as file:
        file.write(content)


def _array(path: Path) -> NDArray[np.float32]:
    _check_size(path)
    try:
        array = read_npy(path, _LIMIT)
    except Malformed as error:
        raise _broken(path, "an array as NumPy writes it", error.fault) from error
    if array.ndim != 2 or array.dtype != np.float32 or not array.size:
        raise _broken(path, "float32 (words, dimensions)", f"{array.dtype} {array.shape}")
    if not np.isfinite(array).all():
        raise _broken(path, "finite numbers", "others among them")
    return np.array(array)


def _text(path: Path) -> str:
    _check_size(path)
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, "text in UTF-8", str(error)) from error


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _broken(path, "a file", error.strerror or str(error)) from error
    if size > _LIMIT:
        raise _broken(path, f"at most {_LIMIT:,} bytes", f"{size:,}")


def _broken(path: Path, expected: str, came: str = "something else") -> RunError:
    return RunError(
        "Unreadable words",
        f"expected {expected} in {path}, but found {came}; the run cannot be used without: train it again",
    )
