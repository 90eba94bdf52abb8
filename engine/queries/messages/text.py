"""What a model of sentences can be asked."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from engine.queries.messages.message import RunAnswer, RunQuery


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A typed sentence as the model reads it."""

    text: str
    words: tuple[str, ...]
    """As the run cuts it into words."""
    known: tuple[bool, ...]
    """Whether each word is in the run's vocabulary; the others all look the same to the model."""
    used: int
    """How many words the model reads; longer sentences are cut."""
    first: int = 0
    """The place of the first word that it reads."""


class Similarity(RunQuery, frozen=True, kw_only=True):
    """How like are two sentences?"""

    about: ClassVar[str] = "text"

    first: str
    second: str


class Cosine(RunAnswer, frozen=True, kw_only=True):
    """The answer: cosine of the two codes, and, as `average`, of the sentences' averaged word vectors (0 where one
    has no word with a vector)."""

    cosine: float
    average: float
    first: Words
    second: Words


class Read(RunQuery, frozen=True, kw_only=True):
    """What comes back of a sentence when the decoder has only its code?"""

    about: ClassVar[str] = "text"

    text: str


class Reading(RunAnswer, frozen=True, kw_only=True):
    """The answer: at each place the word whose vector lies nearest to the reconstruction."""

    sentence: Words
    reading: str
    cosine: float
    """Of the sentence's code and the reconstruction's code."""


class Neighbours(RunQuery, frozen=True, kw_only=True):
    """Which sentences of the run's corpus lie nearest to `text`? The first such query of a checkpoint has the whole
    corpus encoded, with progress; a training that runs meanwhile goes on."""

    about: ClassVar[str] = "text"

    text: str
    count: int = 10


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of the corpus."""

    sentence: str
    cosine: float
    document: str
    topics: tuple[str, ...] = ()


class Nearest(RunAnswer, frozen=True, kw_only=True):
    """The answer, nearest first: `neighbours` by cosine of codes, `average` by cosine of averaged word vectors."""

    sentence: Words
    neighbours: tuple[Neighbour, ...]
    average: tuple[Neighbour, ...]
    searched: int
    """Sentences in the corpus."""
