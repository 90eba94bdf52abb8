"""Codes of sentences compared, and reconstructions read as words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.text.lexicon import Lexicon


def cosine(first: NDArray[np.floating], second: NDArray[np.floating]) -> NDArray[np.float32]:
    """Cosine of each row of `first` and the same row of `second`, (n, k) and (n, k) → (n,); 0 where one is zero."""
    dot = (unit(first).astype(np.float64) * unit(second)).sum(axis=1)
    cosines: NDArray[np.float32] = np.clip(dot, -1, 1).astype(np.float32)
    return cosines


def unit(rows: NDArray[np.floating]) -> NDArray[np.float64]:
    """Rows (n, k) scaled to length 1; rows of zeros, and what is not finite, become zeros."""
    whole = np.nan_to_num(rows.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(whole, axis=1, keepdims=True)
    scaled: NDArray[np.float64] = whole / np.where(lengths > 0, lengths, 1)
    return scaled


def read_out(lexicon: Lexicon, vectors: NDArray[np.floating], words: int) -> str:
    """The words nearest to `vectors` (length, dimensions) at the places where a sentence of so many words stands.

    As many as went in: whether the other places come out as padding depends on what the loss was over.
    """
    ids = lexicon.nearest(vectors[lexicon.sequencer.places(words, len(vectors))])
    return " ".join(lexicon.words[word] for word in ids)
