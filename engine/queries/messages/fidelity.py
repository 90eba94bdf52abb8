"""How well a model gives back what it did not learn from, in a measure that models with other losses share."""

from __future__ import annotations

from typing import ClassVar

from engine.queries.messages.message import RunAnswer, RunQuery


class Fidelity(RunQuery, frozen=True, kw_only=True):
    """How far are the answers to the items of validation from what should be answered?

    The items are seen as they are: without the noise of the run's own settings, and by their mean codes.
    """

    doing: ClassVar[str] = "measuring what is given back"


class Fidelities(RunAnswer, frozen=True, kw_only=True):
    """The answer."""

    error: float
    """Mean squared error of all numbers that are known; infinite where an answer is no number."""
    left: float
    """Σ(x − x̂)² / Σ(x − x̄)² of each number of an item that varies, at most 1, mean over these: the same however they
    are scaled."""
    items: int
