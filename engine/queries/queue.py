"""Queries in the order in which they were put, answered on the engine's thread, a long one a moment at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import NamedTuple

from engine.datasets.data import Report
from engine.errors import RunError, UsageError
from engine.events import DataProgress, Unit
from engine.queries.context import Steps
from engine.queries.messages import Answer, Query
from engine.queries.service import QueryService
from engine.runs.control import Emit, Stopped
from engine.runs.every import Every
from engine.runs.execution import Execution
from engine.runs.loop import PROGRESS_SECONDS


class Awaited(Future[Answer]):
    """An answer to come. One whose work has begun can no more be cancelled, but `drop` ends a long one."""

    dropped = False

    def drop(self) -> None:
        """Have no more work done for it, from any thread: it gets an error, unless the answer was there before."""
        if not self.cancel():
            self.dropped = True


ANSWER_SECONDS = 0.2
"""How long a training waits for an answer that takes longer, before its next chunk."""


class _LongAnswer(NamedTuple):
    """An answer under way."""

    run_id: str
    doing: str
    steps: Steps
    future: Awaited


class QueryQueue:
    """`put` may be called from any thread, everything else from the engine's."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._waiting: deque[tuple[Query, Awaited]] = deque()
        self._long: deque[_LongAnswer] = deque()
        self._new: deque[_LongAnswer] = deque()
        """Those that nobody has worked at."""
        self._due = Every(PROGRESS_SECONDS)

    def __bool__(self) -> bool:
        """Whether there is something to do."""
        return bool(self._waiting or self._new or self._long)

    def put(self, query: Query) -> Awaited:
        """Have `query` answered by a later `work`; until its turn it can be cancelled, and dropped to its end."""
        future = Awaited()
        self._waiting.append((query, future))
        return future

    def work(self, answers: QueryService, execution: Execution | None, ending: Callable[[], bool]) -> None:
        """Answer what can be answered at once, and work for a moment at a long answer: at a new one, since most are
        done by then, else at the first.

        `execution` is the run that waits meanwhile; once it is `ending`, data for an answer are read no further.
        """
        while self._waiting:
            query, future = self._waiting.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer = answers.answer(query, execution, self._reporter(query.run_id, ending))
            except Exception as error:  # the one who asked gets it
                _settle(future, error)
                continue
            if isinstance(answer, Generator):
                self._new.append(_LongAnswer(query.run_id, query.doing, answer, future))
            else:
                _settle(future, answer)
        self._work_at_long_answers()

    def refuse(self) -> None:
        """Leave nobody waiting for an answer."""
        while self._waiting:
            _, future = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                _settle(future, closed())
        for begun in (self._new, self._long):
            while begun:
                _settle(begun.popleft().future, closed())

    def _work_at_long_answers(self) -> None:
        """A long answer is brought to its end even if nobody waits any more, unless it is dropped: the next query finds
        its index."""
        until = time.monotonic() + ANSWER_SECONDS
        while (begun := self._new or self._long) and time.monotonic() < until:
            run_id, doing, steps, future = begun[0]
            try:
                if future.dropped:
                    steps.close()
                    raise UsageError("Stopped", "the question was taken back; ask again")
                self._tell_progress(run_id, doing, *next(steps))
                continue
            except StopIteration as end:
                _settle(future, end.value)
            except Exception as error:
                _settle(future, error)
            begun.popleft()
            self._tell_progress(run_id, doing, 1, 1)
        if self._new:  # it has had its moment
            self._long.append(self._new.popleft())

    def _reporter(self, run_id: str, ending: Callable[[], bool]) -> Report:
        """Tells how far the reading of data for an answer is."""

        def report(activity: str, done: int, total: int, unit: Unit = "items", /) -> None:
            if ending():
                raise Stopped
            self._tell_progress(run_id, activity, done, total, unit)

        return report

    def _tell_progress(self, run_id: str, activity: str, done: int, total: int, unit: Unit = "items") -> None:
        if self._due(always=done == total):
            event = DataProgress(run_id=run_id, dataset="", activity=activity, done=done, total=total, unit=unit)
            self._emit(event)


def closed() -> UsageError:
    """What a query gets that comes too late."""
    return UsageError("Engine closed", "the engine answers no more queries")


def _settle(future: Future[Answer], outcome: Answer | Exception) -> None:
    """Give the answer, or the reason why there is none, to whoever asked."""
    if isinstance(outcome, Stopped):
        outcome = RunError("Not answered", "the run was stopped meanwhile; ask again")
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
