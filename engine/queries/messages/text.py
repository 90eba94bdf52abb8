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


class Walk(RunQuery, frozen=True, kw_only=True):
    """What lies between two sentences? Their codes are joined by a straight line, which is gone along in `steps` equal
    steps; the corpus is encoded as for `Neighbours`."""

    about: ClassVar[str] = "text"

    first: str
    second: str
    steps: int = 8


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A place on the way."""

    share: float
    """How much of the way lies behind it: 0 at the first sentence, 1 at the second."""
    reading: str
    """What the decoder says for the code, in as many words as both sentences have between them there."""
    back: float
    """Cosine of the code and the code of what the decoder says."""
    neighbour: Neighbour
    """The sentence of the corpus whose code is nearest."""
    average: Neighbour
    """The same on the straight line between both sentences' averaged word vectors, which no decoder can read."""


class Walked(RunAnswer, frozen=True, kw_only=True):
    """The answer."""

    first: Words
    second: Words
    stops: tuple[Stop, ...]
    """One more than steps."""
    cosine: float
    """Of the two codes."""
    searched: int
    """Sentences in the corpus."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two sentences, and how like people say they are."""

    first: str
    second: str
    score: float
    line: int = 0
    """Where it stands in a file."""


class Judge(RunQuery, frozen=True, kw_only=True):
    """Do cosines order pairs of sentences as people do? (Semantic textual similarity.)

    Beside the model stand averaged word vectors and smooth inverse frequency, fitted on the run's training sentences.
    """

    about: ClassVar[str] = "text"
    doing: ClassVar[str] = "comparing pairs of sentences"

    pairs: tuple[Pair, ...]
    draws: int = 1_000
    """Of pairs, for the intervals; 0: none."""
    seed: int = 0


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind of codes orders the pairs. Intervals hold 95 % of the draws."""

    features: str
    """"codes", "averaged word vectors", "smooth inverse frequency"."""
    cosines: tuple[float, ...]
    """Of each pair."""
    spearman: float
    """NaN where all cosines, or all scores, are the same."""
    pearson: float
    spearman_interval: tuple[float, float] | None = None
    pearson_interval: tuple[float, float] | None = None
    behind_interval: tuple[float, float] | None = None
    """Of the ρ of the model's codes less its own, in the same draws."""


class Judged(RunAnswer, frozen=True, kw_only=True):
    """The answer: the model's codes first."""

    rows: tuple[Agreed, ...]
    unread: tuple[int, ...]
    """Places of pairs of which one sentence has no word that the run knows: their cosine is 0 in every row."""
    words: int
    unknown: int
    """Of the words, so many are not in the vocabulary."""
    cut: int
    """Sentences with more words than the model reads."""
    missing: str = ""
    """Why smooth inverse frequency is left out."""
