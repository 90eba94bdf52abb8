"""Steers one run by what its engine was told about it."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.runs.control import ENDING, Command, Control
from engine.runs.every import Every
from engine.runs.execution import Execution
from engine.runs.run_queue import RunQueue

REQUEST_SECONDS = 0.2
"""How often it is looked whether another process asks something of a run."""


class Reins(Control):
    """What is asked for comes from the engine's queue; what other processes ask goes into it."""

    def __init__(
        self,
        execution: Execution,
        queue: RunQueue,
        *,
        look: Callable[[], None],
        heed: Callable[[], object],
        ask: Callable[[str, Command], None],
        answer: Callable[[Execution], None],
        queries: object,
    ) -> None:
        """`look`: at all that changes beside the run; `heed`: what others take back; `answer`: the `queries` that have
        come."""
        self._execution = execution
        self._queue = queue
        self._look, self._heed, self._ask, self._answer = look, heed, ask, answer
        self._queries = queries
        self._due = Every(REQUEST_SECONDS)

    def command(self) -> Command:
        """See `Control`."""
        run_id = self._execution.run_id
        self._look()
        if self._due():
            self._heed()
            request = self._execution.command()
            if request is not None:
                self._ask(run_id, request)
        return self._queue.asked(run_id)

    def serve(self) -> Command:
        """See `Control`."""
        self._answer(self._execution)
        return self.command()

    def rest(self, seconds: float) -> Command:
        """See `Control`."""
        before, until = self.command(), time.monotonic() + seconds
        while (command := self.serve()) == before and (left := until - time.monotonic()) > 0:
            if command in ENDING:  # it came before the rest began
                break
            self._queue.sleep(self._execution.run_id, command, self._queries, min(left, REQUEST_SECONDS))
        return command
