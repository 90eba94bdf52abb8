"""Where the engine's thread ends and the screen begins: events come in as messages, nothing else crosses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


class EngineEvent(Message):
    """An event of the engine, on its way through the screen's message queue."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


def emitter(pump: MessagePump) -> Emit:
    """A callback for the engine's thread. Posting is thread-safe, keeps the order, and is void after exit."""

    def emit(event: Event) -> None:
        pump.post_message(EngineEvent(event))

    return emit


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
