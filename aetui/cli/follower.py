"""Follows the runs of an engine from the main thread, and lets signals stop them."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, NoReturn

import typer

from aetui.cli.engines import error_of

if TYPE_CHECKING:
    from aetui.cli.event_stream import EventStream
    from aetui.cli.options import Options
    from engine.events import Event, RunCancelled, RunFinished, RunInterrupted

    End = RunFinished | RunInterrupted | RunCancelled
    from engine.session import Engine

LEFT = 75
"""Exit status of what is to be started again (EX_TEMPFAIL)."""
LEAVING_SECONDS = 3.0
"""How long it may take to end the processes that read text."""


class Follower:
    """Tells what happens to `run_ids`, which wait for an engine or are trained by it, some at once.

    From its making on, SIGINT and SIGTERM stop them all, keeping the weights; the second signal ends the program.
    Without its terminal it leaves them to a process of their own. On SIGUSR1, which batch queues send before the time
    limit, it writes the checkpoint and ends the program with status 75: whoever starts it again goes on. When the
    `stream` that its events go to cannot be written, they are stopped, too.
    """

    def __init__(
        self,
        engine: Engine,
        events: SimpleQueue[Event],
        run_ids: Sequence[str],
        options: Options,
        stream: EventStream | None = None,
    ) -> None:
        from aetui.cli.narration import Narrator

        self._engine = engine
        self._events = events
        self._run_ids = run_ids
        self._options = options
        self._narrator = Narrator(options.quiet)
        self._stream = stream
        self._reading = self._begun = False
        self._left: list[str] = []
        stop_on_signals(self._stop)
        signal.signal(signal.SIGUSR1, lambda number, frame: self._leave_for_later())
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            signal.signal(signal.SIGHUP, lambda number, frame: self._hand_over())

    def follow(self, run_id: str) -> RunFinished:
        """Until the one run, `run_id`, ends.

        Raises:
            EngineError: it could not even begin, or its process is gone.
            typer.Exit: it was stopped before it began.
        """
        from engine.errors import RunError
        from engine.events import RunFinished, RunInterrupted

        for end in self.ends():
            if isinstance(end, RunFinished):
                return end
            if isinstance(end, RunInterrupted):
                raise RunError("Interrupted", end.message)
        raise typer.Exit(130)

    def ends(self) -> Iterator[End]:
        """The end of each run, as it comes.

        Raises:
            EngineError: one could not even begin.
        """
        from engine.events import (
            DataProgress,
            EngineFailed,
            RunCancelled,
            RunFinished,
            RunHandedOver,
            RunInterrupted,
            RunResumed,
            RunStarted,
        )

        left = set(self._run_ids)
        try:
            while left:
                event = self._events.get()
                self._reading |= isinstance(event, DataProgress)
                self._begun |= isinstance(event, RunStarted | RunResumed)
                self._tell(event)
                if isinstance(event, EngineFailed):
                    raise error_of(event)
                if isinstance(event, RunHandedOver) and not event.run_id:
                    self._end_for_later()
                if isinstance(event, RunFinished | RunInterrupted | RunCancelled) and event.run_id in left:
                    left.discard(event.run_id)
                    self._narrator.close()
                    yield event
        finally:
            self._narrator.close()

    def _tell(self, event: Event) -> None:
        try:
            if self._stream and not self._stream.write(event):
                self._cancel()
            self._narrator.tell(event)
        except OSError as error:
            if error.errno == errno.EIO:  # a terminal that is gone; the signal comes later than that
                self._hand_over()
            raise

    def _stop(self) -> None:
        if not self._begun:
            self._leave()
        self._narrator.say("stopping …")
        self._cancel()

    def _leave(self) -> NoReturn:
        """End the program before any training.

        What loads TensorFlow, or builds the network, cannot be cut short. What reads the data can, and must be: where
        it is text, other processes are at work, which would outlive us.
        """
        self._narrator.close()
        self._cancel()  # other processes hear of it
        self._engine.withdraw()
        if self._reading:
            self._engine.close(LEAVING_SECONDS)
        typer.echo("aetui: stopped before the training began; nothing new was kept", err=True)
        os._exit(130)

    def _hand_over(self) -> NoReturn:
        """Nobody is at the terminal any more: the runs go on without it."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a second one would find this thread waiting for itself
        from aetui.follow.detaching import detach
        from engine.errors import EngineError

        handed = self._engine.hand_over()
        if handed.orders:
            with suppress(EngineError):  # they can be resumed
                detach(self._options, handed)
        os._exit(128 + signal.SIGHUP)

    def _leave_for_later(self) -> None:
        """What was told until then is told to the end: the word for it comes after all events."""
        from engine.events import RunHandedOver

        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        handed = self._engine.hand_over()
        self._left = [order.run_id for order in handed.orders]
        if self._left:  # else what there was to train has just ended
            self._events.put(RunHandedOver(epoch=0, step=0))

    def _end_for_later(self) -> NoReturn:
        self._narrator.close()
        run_ids = " ".join(self._left)
        typer.echo(f"aetui: told to leave, the checkpoint is written; `aetui resume` goes on with {run_ids}", err=True)
        sys.stdout.flush()
        os._exit(LEFT)

    def _cancel(self) -> None:
        for run_id in self._run_ids:
            self._engine.cancel(run_id)


def outcome_of(end: End) -> str:
    """How it ended, in a word."""
    from engine.events import RunCancelled, RunFinished

    if isinstance(end, RunFinished):
        return end.outcome
    return "stopped" if isinstance(end, RunCancelled) else "interrupted"


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Have the first SIGINT or SIGTERM call `stop`; the second one interrupts."""
    came: list[int] = []

    def on_signal(number: int, frame: object) -> None:
        came.append(number)
        if len(came) > 1:  # the user means it
            raise KeyboardInterrupt
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
