"""A body of text cut into sentences and words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.own.cutting import Cutting


class Corpus(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Sentences in the order of their documents; never changed once made."""

    kind: ClassVar[str] = "text"

    key: str
    path: Path | None
    """The file or folder it was read from; None for what comes with the installed packages."""
    words: tuple[str, ...]
    """The distinct words, the most frequent first, equally frequent ones in alphabetical order."""
    counts: NDArray[np.int64]
    """(distinct words,): how often each occurs."""
    tokens: NDArray[np.int32]
    """(running words,): places in `words`."""
    starts: NDArray[np.int64]
    """(sentences + 1,): sentence i is tokens[starts[i]:starts[i + 1]]; none is empty."""
    text: NDArray[np.uint8]
    """The sentences as they stood in the documents, one after the other, in UTF-8."""
    text_starts: NDArray[np.int64]
    """(sentences + 1,): where each begins in `text`, in bytes."""
    document: NDArray[np.int32]
    """(sentences,): places in `documents`."""
    documents: tuple[str, ...]
    topics: tuple[str, ...]
    document_topics: tuple[tuple[int, ...], ...]
    """For each document the places of its topics in `topics`."""
    splitter: str
    """In words, what cut the documents into sentences."""
    segmentation: str = ""
    """What cut the sentences into words where spaces do not, see `engine.text.segmenters`."""
    cutting: Cutting | None = None
    """How the user wants it cut into parts, see `engine.text.cut`; None: as every corpus is."""
    by_folder: bool = False
    """Whether the documents lie in folders that are called as parts."""

    def __len__(self) -> int:
        return len(self.document)

    def sentence(self, i: int) -> str:
        """Sentence `i` as it stood in its document, every run of spaces and line breaks as one space."""
        piece = self.text[self.text_starts[i] : self.text_starts[i + 1]]
        return " ".join(piece.tobytes().decode(errors="replace").split())

    def of(self, places: NDArray[np.integer]) -> Corpus:
        """The sentences at `places` (ascending) alone, their words counted anew; the documents stay as they are."""
        chosen = np.zeros(len(self), bool)
        chosen[places] = True
        token_counts, text_lengths = np.diff(self.starts), np.diff(self.text_starts)
        words, counts, tokens = by_frequency(self.words, self.tokens[np.repeat(chosen, token_counts)])
        return msgspec.structs.replace(
            self,
            words=words,
            counts=counts,
            tokens=tokens,
            starts=starts_of(token_counts[chosen]),
            text=self.text[np.repeat(chosen, text_lengths)],
            text_starts=starts_of(text_lengths[chosen]),
            document=self.document[chosen],
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over sentences, words, documents and topics: other settings of the tokeniser give another one."""
        digest = hashlib.sha256()
        for names in (self.words, self.documents, self.topics, [str(places) for places in self.document_topics]):
            digest.update(_joined(names))
        for array in (self.tokens, self.starts, self.text, self.text_starts, self.document):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def by_frequency(
    words: Sequence[str], tokens: NDArray[np.int32]
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int32]]:
    """Those of `words` that occur and their counts, the most frequent first, and the tokens in their new numbers."""
    counts = np.bincount(tokens, minlength=len(words)).astype(np.int64)
    often = counts.tolist()
    order = sorted((i for i in range(len(words)) if often[i]), key=lambda i: (-often[i], words[i]))
    places = np.zeros(len(words), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return tuple(words[i] for i in order), counts[order], places[tokens]


def starts_of(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n + 1,): where pieces of these lengths (n,) begin that stand one after the other, and where the last ends."""
    return np.concatenate(([0], np.cumsum(lengths)))


def _joined(names: Sequence[str]) -> bytes:
    return "\n".join([str(len(names)), *names, ""]).encode()
