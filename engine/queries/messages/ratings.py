"""What a model of ratings can be asked."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from engine.queries.messages.message import RunAnswer, RunQuery


class Recommend(RunQuery, frozen=True, kw_only=True):
    """What may a user like that they have not rated?"""

    about: ClassVar[str] = "ratings"

    user: str
    """As the data name them."""
    count: int = 10


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """An item that a user has not rated, and the rating that the model expects."""

    item: str
    predicted: float


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """A rating that a user gave, and what the model says to it."""

    item: str
    rating: float
    predicted: float
    held_out: bool
    """Whether the model did not learn from it."""


class Recommendations(RunAnswer, frozen=True, kw_only=True):
    """The answer: `suggestions`, the best first, and all that the user rated, the best first."""

    user: str
    suggestions: tuple[Suggestion, ...]
    rated: tuple[Rated, ...]
    unrated: int
    """Items that the user has not rated."""
    range: tuple[float, float]
    """The lowest and the highest rating that the model learned from; no prediction lies outside."""
