"""What is asked of models of text, and what came back: the queries behind the sentences panel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from engine.queries.messages import Cosine, Nearest, Neighbours, Query, Read, Reading, Similarity, Words

COUNT = 10
"""Nearest sentences to ask for."""

_SLOTS: dict[type, str] = {Similarity: "cosine", Read: "reading", Neighbours: "nearest"}


def queries(run_id: str, first: str, second: str) -> tuple[Query, ...]:
    """All that there is to ask about one or two sentences, what is answered soonest first."""
    pair: tuple[Query, ...] = (Similarity(run_id=run_id, first=first, second=second),) if second else ()
    return (*pair, Read(run_id=run_id, text=first), Neighbours(run_id=run_id, text=first, count=COUNT))


@dataclass(frozen=True)
class Answers:
    """What one run said so far."""

    run_id: str
    name: str
    """Of the run, for people."""
    pair: bool = False
    """Whether two sentences were put to it."""
    cosine: Cosine | None = None
    reading: Reading | None = None
    nearest: Nearest | None = None
    failures: tuple[str, ...] = ()
    """Why there is no answer, each reason once."""
    came: int = 0
    """Answers and refusals so far."""

    @property
    def waiting(self) -> bool:
        """Whether more is to come."""
        return self.came < 2 + self.pair

    @property
    def epoch(self) -> str:
        """The epoch that the newest weights asked had behind them, in words; empty before there is an answer."""
        answers = [answer for answer in (self.cosine, self.reading, self.nearest) if answer]
        newest = max(answers, key=lambda answer: answer.epoch, default=None)
        return f"{newest.epoch:,}{', the best' * (newest.weights == 'best')}" if newest else ""

    @property
    def sentences(self) -> tuple[Words, ...]:
        """The sentences as the model reads them."""
        if self.cosine:
            return self.cosine.first, self.cosine.second
        one = self.reading or self.nearest
        return (one.sentence,) if one else ()

    def with_answer(self, query: Query, answer: Any) -> Answers:
        """The same with the answer to `query`."""
        changes: dict[str, Any] = {_SLOTS[type(query)]: answer, "came": self.came + 1}
        return replace(self, **changes)

    def with_failure(self, failure: str) -> Answers:
        """The same with a query that was refused; without a reason if that one stands elsewhere."""
        failures = tuple(dict.fromkeys([*self.failures, failure])) if failure else self.failures
        return replace(self, failures=failures, came=self.came + 1)
