"""A body of text cut into sentences and words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray


class Corpus(msgspec.Struct, frozen=True, eq=False, dict=True):
    """Sentences in the order of their documents; never changed once made."""

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

    def __len__(self) -> int:
        return len(self.document)

    def sentence(self, i: int) -> str:
        """Sentence `i` as it stood in its document, every run of spaces and line breaks as one space."""
        piece = self.text[self.text_starts[i] : self.text_starts[i + 1]]
        return " ".join(piece.tobytes().decode(errors="replace").split())

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over sentences, words, documents and topics: other settings of the tokeniser give another one."""
        digest = hashlib.sha256()
        for names in (self.words, self.documents, self.topics, [str(places) for places in self.document_topics]):
            digest.update(_joined(names))
        for array in (self.tokens, self.starts, self.text, self.text_starts, self.document):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def _joined(names: Sequence[str]) -> bytes:
    return "\n".join([str(len(names)), *names, ""]).encode()
