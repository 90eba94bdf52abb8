"""What of a variant's configuration the reader of its data has to know."""

from __future__ import annotations

from typing import Literal

import msgspec


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How data are to be seen, of whatever kind."""

    validation: float = 0.0
    """Share of what is not for the test that is held out."""
    normal: str = ""
    """The class that alone is learned from and chosen by; empty for all."""


class TextReading(Reading, frozen=True, kw_only=True):
    """How a corpus becomes items."""

    vocabulary: int
    """Distinct words, padding and "unknown" included."""
    length: int
    """Words of a sentence."""
    vectors: str
    """Where word vectors come from, see `engine.text.vectors`."""
    dimensions: int
    weighting: Literal["uniform", "frequency", "idf"]
    loss_over: Literal["places", "words"]
    """Whether padding counts in the loss."""
    ids: Literal["tokens", "split"]
    """How sentences become ids, see `engine.text.sequences`."""
    seed: int


class RatingsReading(Reading, frozen=True, kw_only=True):
    """How ratings become rows."""

    rows: Literal["items", "users"]
    """What a row is."""
