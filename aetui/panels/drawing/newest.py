"""Work for the newest of many requests: what came between it and the one at work is never begun."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Generic, TypeVar

from textual.widget import Widget

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

DIRECT = 0.004
"""Seconds of work up to which it is done at once: a thread would have to wait for its turn."""


class Newest(Generic[Asked, Answered]):
    """Does `work` and hands what came of it to `done`, on the screen's thread: at once where that takes no time, else
    in a thread. What `work` raises is a fault of the program and ends as any."""

    def __init__(self, owner: Widget, work: Callable[[Asked], Answered], done: Callable[[Answered], None]) -> None:
        self._owner = owner
        self._work = work
        self._done = done
        self._next: Asked | None = None
        self._busy = False
        self._took = DIRECT * 2

    def ask(self, asked: Asked) -> None:
        """Instead of whatever waits."""
        if self._busy:
            self._next = asked
        elif self._took <= DIRECT:
            self._done(self._timed(asked))
        else:
            self._busy, self._next = True, asked
            self._owner.run_worker(self._go_on(), group="newest", exclusive=False)

    def _timed(self, asked: Asked) -> Answered:
        began = perf_counter()
        answer = self._work(asked)
        self._took = perf_counter() - began
        return answer

    async def _go_on(self) -> None:
        try:
            while self._next is not None:
                asked, self._next = self._next, None
                answer = await asyncio.to_thread(self._timed, asked)
                if self._owner.is_attached:
                    self._done(answer)
        finally:
            self._busy = False
