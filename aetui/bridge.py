"""Where the engine's thread ends and the screen begins: events come in as messages, nothing else crosses."""

from __future__ import annotations

from asyncio import get_running_loop
from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from textual.message import Message

from aetui.terminal.budget import PROGRESS, Budget
from engine.events import Event
from engine.runs.jobs import HandOver, Job, Order

if TYPE_CHECKING:
    from concurrent.futures import Future

    from textual.message_pump import MessagePump
    from textual.timer import Timer

    from engine.queries.messages import Query

Emit = Callable[[Event], None]

AT_ONCE_SECONDS = 0.01
"""For which the screen hears events without looking at anything else."""


class EngineLike(Protocol):
    """What the screen asks of an engine; `engine.session.Engine` is one."""

    def start(self) -> None:
        """Begin loading; returns at once. EngineLoading, then EngineReady or EngineFailed follow as events."""

    def submit(self, job: Job) -> str:
        """Put `job` in the queue; returns the run id.

        Raises:
            EngineError: the job is impossible (unknown data set, setting out of range, run in use …).
        """

    def adopt(self, order: Order) -> str:
        """Put a run whose id is given in the queue. Raises as `submit`."""

    def adjust(self, run_id: str, config: dict[str, Any]) -> None:
        """Give a run that trains, in whichever process, other settings from its next epoch on.

        Raises:
            EngineError: a setting cannot change, has no such value, or the run does not train.
        """

    def cancel(self, run_id: str) -> None:
        """Stop the run and keep its weights."""

    def pause(self, run_id: str) -> None:
        """Hold the run still after the present chunk; its checkpoint is written."""

    def resume(self, run_id: str) -> None:
        """Let a run go on that was paused; one of an earlier session goes on by `submit`."""

    def move(self, run_id: str, by: int) -> list[str]:
        """Let a run that waits begin `by` places later, sooner if negative; returns those that wait, in order."""

    def query(self, query: Query) -> Future[Any]:
        """Put a query; the future has the answer, or as its exception the reason why there is none."""

    def close(self, timeout: float = 10.0) -> None:
        """Stop and save a run that is going, then end the thread."""

    def hand_over(self, timeout: float = 30.0) -> HandOver:
        """Save a run that is going, so that another process can go on with it and with what waits; end the thread."""


class EngineNews(Message):
    """Events of the engine are there, on their way through the screen's message queue."""

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self._mailbox = mailbox

    def each(self, hear: Callable[[Event], None]) -> None:
        """Have them heard, in order; of very many at once, as a fork of a long run begins with, some now, and the rest
        when the keys that came meanwhile have had their turn."""
        until = monotonic() + AT_ONCE_SECONDS
        try:
            while monotonic() < until and (event := self._mailbox.next()) is not None:
                hear(event)
        finally:
            self._mailbox.go_on()


class Mailbox:
    """Events between the engine's thread and the screen's, in order; one message a time says that there are some."""

    def __init__(self, pump: MessagePump) -> None:
        self._pump = pump
        self._events: deque[Event] = deque()
        self._lock = Lock()
        self._told = False
        """Whether a message is under way."""

    def put(self, event: Event) -> None:
        """Leave an event, from any thread; void after exit."""
        with self._lock:
            self._events.append(event)
            tell, self._told = not self._told, True
        if tell:
            self._pump.post_message(EngineNews(self))

    def next(self) -> Event | None:
        """Take the oldest, if there is any."""
        with self._lock:
            return self._events.popleft() if self._events else None

    def go_on(self) -> None:
        """A message was dealt with, in the screen's thread: another one follows where there is something left.

        Not at once: a queue of messages that is never empty lets nothing else happen, not even keys arrive.
        """
        with self._lock:
            self._told = bool(self._events)
        if self._told:
            get_running_loop().call_soon(self._pump.post_message, EngineNews(self))


def emitter(pump: MessagePump) -> Emit:
    """A callback for the engine's thread. It keeps the order."""
    return Mailbox(pump).put


class Queried(Message):
    """Queries of `sender`, which wants the answers with this `stamp`; those of other stamps not any more.

    `stop`: no more work is to be done for those, not even where it has begun and would be of use later.
    """

    def __init__(self, sender: MessagePump, stamp: int, queries: Sequence[Query], *, stop: bool = False) -> None:
        super().__init__()
        self.sender = sender
        self.stamp = stamp
        self.queries = queries
        self.stop_old = stop


class Answered(Message):
    """What came of a query: the answer, or the error that stands for it. `stamp` is the one it was asked with."""

    def __init__(self, query: Query, stamp: int, answer: Any, error: BaseException | None) -> None:
        super().__init__()
        self.query = query
        self.stamp = stamp
        self.answer = answer
        self.error = error


def query(engine: EngineLike, query: Query, stamp: int, pump: MessagePump) -> Future[Any]:
    """Put a query; `pump` gets an `Answered` unless the query is taken back before its turn."""
    future = engine.query(query)

    def done(finished: Future[Any]) -> None:
        if not finished.cancelled():
            error = finished.exception()
            pump.post_message(Answered(query, stamp, None if error else finished.result(), error))

    future.add_done_callback(done)
    return future


class Throttle:
    """Calls `action` for a burst of requests at once, then at most every `interval` seconds; the last one counts.

    More seldom while more is sent to the terminal than it is to get; how soon that is felt is a matter of `patience`.
    Without requests there is no timer, so an idle screen costs nothing.
    """

    def __init__(
        self, pump: MessagePump, interval: float, action: Callable[[], None], patience: float = PROGRESS
    ) -> None:
        self._pump = pump
        self._interval = interval
        self._action = action
        self._patience = patience
        self._timer: Timer | None = None
        self._last = -interval

    def request(self) -> None:
        """Have `action` called now or as soon as the interval allows."""
        if self._timer is None:
            self._run_in_turn()

    def at_once(self) -> None:
        """Call `action` for a user who asked for it: nothing is waited for."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._run()

    def _run_in_turn(self) -> None:
        self._timer = None
        wait = self._wait()
        if wait > 0:
            self._timer = self._pump.set_timer(wait, self._run_in_turn)
        else:
            self._run()

    def _wait(self) -> float:
        budget = getattr(self._pump.app, "budget", None)
        if isinstance(budget, Budget):
            return budget.wait(self._interval, self._last, self._patience)
        return self._interval - (monotonic() - self._last)

    def _run(self) -> None:
        self._last = monotonic()
        if self._pump.app.is_running:  # while the app ends, the children go before the timers do
            self._action()
