"""What is asked of models of text, and what came back: the queries behind the sentences panel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from engine.queries.messages import (
    Cluster,
    Clusters,
    Cosine,
    Judge,
    Judged,
    Nearest,
    Neighbours,
    Pair,
    Query,
    Read,
    Reading,
    Similarity,
    Walk,
    Walked,
    Words,
)

COUNT = 10
"""Nearest sentences to ask for."""
STEPS, CLUSTERS = 8, 10
"""Unless the user says otherwise."""
WAYS = {
    "nearest": "what lies nearest to a sentence, and how like two are",
    "walk": "from the first sentence to the second, step by step",
    "clusters": "groups of like sentences, and their words",
    "pairs": "pairs of a file: do cosines order them as people do?",
}
"""The ways of asking, in the order in which a key goes through them."""

TYPED = ("nearest", "walk")
"""Those that need what stands in the fields."""
UNKEPT = ("clusters", "pairs")
"""Those of which nothing is kept that would make the next answer quicker."""
EMPTY = "type a sentence first"
_MISSING = {
    "walk": "a walk needs a second sentence to go to",
    "pairs": "name a file of pairs first: :sts FILE, with two sentences and a score a line",
}
_TODO = {
    "walk": "Two sentences and enter: what lies between them, in {steps} steps (:walk N takes others).",
    "clusters": "Enter looks for {clusters} clusters of sentences and their words (:clusters N for another number).",
    "pairs": ":sts FILE holds cosines against people's scores of pairs: two sentences and a score a line.",
}

_SLOTS: dict[type, str] = {
    Similarity: "cosine",
    Read: "reading",
    Neighbours: "nearest",
    Walk: "walked",
    Cluster: "clusters",
    Judge: "judged",
}


@dataclass(frozen=True)
class Question:
    """What is asked, in one of the `WAYS`."""

    way: str = "nearest"
    first: str = ""
    second: str = ""
    epoch: int = 0
    """As the run was after this epoch; 0: as it is."""
    quick: bool = False
    """Whether what takes long is left out."""
    steps: int = STEPS
    clusters: int = CLUSTERS
    pairs: tuple[Pair, ...] = ()
    file: str = ""
    """Where they come from."""

    @property
    def missing(self) -> str:
        """What has to be given before it can be asked; empty where all is there."""
        if self.way in TYPED and not self.first:
            return EMPTY
        complete = {"walk": bool(self.second), "pairs": bool(self.pairs)}.get(self.way, True)
        return "" if complete else _MISSING[self.way]

    @property
    def todo(self) -> str:
        """What there is to do, before anything was asked in this way."""
        return _TODO.get(self.way, "").format(steps=self.steps, clusters=self.clusters)


def way_of(query: Query) -> str:
    """In which way it is asked."""
    return {Walk: "walk", Cluster: "clusters", Judge: "pairs"}.get(type(query), "nearest")


def asked(run_id: str, question: Question) -> tuple[Query, ...]:
    """What is put to a run, what is answered soonest first."""
    epoch, first, second = question.epoch, question.first, question.second
    match question.way:
        case "walk":
            return (Walk(run_id=run_id, epoch=epoch, first=first, second=second, steps=question.steps),)
        case "clusters":
            return (Cluster(run_id=run_id, epoch=epoch, clusters=question.clusters, restarts=3, seeds=1),)
        case "pairs":
            return (Judge(run_id=run_id, epoch=epoch, pairs=question.pairs),)
    found = queries(run_id, first, second, epoch)
    return found[:-1] if question.quick else found


def queries(run_id: str, first: str, second: str, epoch: int = 0) -> tuple[Query, ...]:
    """All that there is to ask about one or two sentences, what is answered soonest first."""
    pair: tuple[Query, ...] = (Similarity(run_id=run_id, epoch=epoch, first=first, second=second),) if second else ()
    reading = Read(run_id=run_id, epoch=epoch, text=first)
    return (*pair, reading, Neighbours(run_id=run_id, epoch=epoch, text=first, count=COUNT))


@dataclass(frozen=True)
class Answers:
    """What one run said so far."""

    run_id: str
    name: str
    """Of the run, for people."""
    pair: bool = False
    """Whether two sentences were put to it."""
    question: Question = Question()
    cosine: Cosine | None = None
    reading: Reading | None = None
    nearest: Nearest | None = None
    walked: Walked | None = None
    clusters: Clusters | None = None
    judged: Judged | None = None
    failures: tuple[str, ...] = ()
    """Why there is no answer, each reason once."""
    came: int = 0
    """Answers and refusals so far."""

    @property
    def waiting(self) -> bool:
        """Whether more is to come."""
        expected = 2 + self.pair - self.question.quick if self.question.way == "nearest" else 1
        return self.came < expected

    @property
    def epoch(self) -> str:
        """The epoch that the newest weights asked had behind them, in words; empty before there is an answer."""
        slots = (self.cosine, self.reading, self.nearest, self.walked, self.clusters, self.judged)
        newest = max((answer for answer in slots if answer), key=lambda answer: answer.epoch, default=None)
        if newest is None:
            return ""
        best = ", the best" * (newest.weights == "best")
        kept = f", the nearest kept to {newest.asked:,}" * (newest.asked not in (0, newest.epoch))
        return f"{newest.epoch:,}{best}{kept}"

    @property
    def sentences(self) -> tuple[Words, ...]:
        """The sentences as the model reads them."""
        two = self.cosine or self.walked
        if two:
            return two.first, two.second
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
