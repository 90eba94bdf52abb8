"""Has several workers train one run: starts them, watches them, and starts all anew when one is lost.

There is no elasticity. A worker that dies takes its share of every step along, so the others are ended and all begin
anew from the last checkpoint; the curve is that of a run that nothing happened to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Literal, NamedTuple

from engine import events
from engine.errors import EngineError, UsageError
from engine.events import CheckpointSaved, Event
from engine.launching.hosts import Place
from engine.launching.worker import Plan, Said, Worker

DONE, STOPPED, LEFT, NO_SSH = 0, 130, 75, 255
BEAT_SECONDS = 5.0
TICK_SECONDS = 0.05
ANSWER_SECONDS = 120.0
"""How long a host may take to start its keeper."""
SETTLING_SECONDS = 3.0
"""After the first end: others may follow, and the reason may be theirs."""
ENDING_SECONDS = 60.0
"""How long all may take to end together, weights written."""
FREED_SECONDS = 10.0
LONGEST_PAUSE = 30.0
Word = Literal["stop", "leave"]


class Ended(NamedTuple):
    """How the supervision ended."""

    status: int
    """What the command line should end with."""
    message: str = ""
    """What went wrong; empty where nothing did, or where the chief has said it."""


class Supervisor:
    """Trains by several workers until the run is complete, is stopped, or cannot be gone on with."""

    def __init__(
        self,
        plan: Plan,
        places: Callable[[], Sequence[Place]],
        *,
        restarts: int,
        heard: Callable[[Event], None],
        say: Callable[[str], None],
        passed: Callable[[str], None],
    ) -> None:
        """`places` for each life: a port that was free may be taken by then. `restarts`: how often all are started anew
        without a newer checkpoint in between. `heard` gets the chief's events, `passed` its lines on standard error,
        `say` what happens to the workers."""
        self._plan = plan
        self._places = places
        self._restarts = restarts
        self._hear = heard
        self._say = say
        self._pass = passed
        self._workers: list[Worker] = []
        self._lines: SimpleQueue[Said] = SimpleQueue()
        self._furthest = (0, 0)
        self._in_vain = 0
        self._asked: Word | None = None
        self._asked_at = 0.0
        self._at_once = False

    def ask(self, word: Word) -> None:
        """Have the run `stop` or `leave` (to be gone on with later), its weights kept; asked twice, end all at once.
        May be called in a signal handler."""
        self._at_once |= self._asked is not None
        self._asked = self._asked or word

    def run(self) -> Ended:
        """Until the end; no worker is left then."""
        lives = 0
        while True:
            lives += 1
            before = self._furthest
            try:
                ended = self._live(first=lives == 1)
            finally:
                self._end_all()
            if ended.status != LEFT or self._asked:
                return ended
            self._in_vain = 0 if self._furthest > before else self._in_vain + 1
            if self._in_vain > self._restarts:
                told = f"{ended.message}; all were started {lives} times, the last {self._in_vain} without a checkpoint"
                return Ended(1, f"{told} in between: given up")
            self._say(f"{ended.message}; all begin again {self._whence()}")
            if not self._pause():
                return Ended(STOPPED)

    def _whence(self) -> str:
        epoch, step = self._furthest
        return f"from epoch {epoch}, step {step}" if epoch else "from the last checkpoint"

    def _pause(self) -> bool:
        """Ever longer where nothing helps; False if somebody asks for the end meanwhile."""
        until = time.monotonic() + (min(2.0 ** (self._in_vain - 1), LONGEST_PAUSE) if self._in_vain > 1 else 0)
        while time.monotonic() < until and not self._asked:
            time.sleep(TICK_SECONDS)
        return not self._asked

    def _live(self, *, first: bool) -> Ended:
        """One life of all workers. `LEFT`: they are to be started anew."""
        self._lines = SimpleQueue()
        plan = self._plan._replace(places=self._free_places(0.0 if first else FREED_SECONDS))
        try:
            for index in range(len(plan.places)):
                self._workers.append(Worker(plan, index, self._lines))
        except OSError as error:
            return Ended(1, f"a worker could not be started: {error}")
        began = beaten = time.monotonic()
        told = False
        while True:
            self._listen()
            now = time.monotonic()
            if now - beaten > BEAT_SECONDS:
                beaten = now
                for worker in self._workers:
                    worker.tell("beat")
            if self._asked and not told:
                told, self._asked_at = True, now
                self._workers[0].tell(self._asked)  # the others end with the chief
            if self._at_once or (told and now - self._asked_at > ENDING_SECONDS):
                return Ended(STOPPED, "" if self._at_once else f"not ended within {ENDING_SECONDS:.0f} s: killed")
            over = {worker.index: status for worker in self._workers if (status := worker.status()) is not None}
            if over:
                return self._verdict(self._settled(over), first)
            late = [worker for worker in self._workers if not worker.answered]
            if late and now - began > ANSWER_SECONDS:
                told_by = f"{late[0].place.host} did not answer within {ANSWER_SECONDS:.0f} s"
                return Ended(1 if first else LEFT, told_by)

    def _free_places(self, seconds: float) -> Sequence[Place]:
        """The ports of those that were killed may take a moment to be free. Raises UsageError."""
        until = time.monotonic() + seconds
        while True:
            try:
                return self._places()
            except UsageError:
                if time.monotonic() > until:
                    raise
                time.sleep(TICK_SECONDS)

    def _listen(self) -> None:
        """Take what has been said, waiting a moment for the first word."""
        try:
            self._take(self._lines.get(timeout=TICK_SECONDS))
            while True:
                self._take(self._lines.get_nowait())
        except Empty:
            pass

    def _take(self, said: Said) -> None:
        if said.worker:
            return
        if said.where == "err":
            self._pass(said.line.decode("utf-8", "replace").rstrip())
            return
        try:
            event = events.decode(said.line)
        except events.UNREADABLE:  # some library has printed something
            return
        if isinstance(event, CheckpointSaved):
            self._furthest = max(self._furthest, (event.epoch, event.step))
        self._hear(event)

    def _settled(self, over: dict[int, int]) -> dict[int, int]:
        """How all ended that end soon after the first one; those that were told to end get the time for it."""
        orderly = over.get(0) in (DONE, STOPPED) or (0 not in over and set(over.values()) == {DONE})
        until = time.monotonic() + (ENDING_SECONDS if orderly and 0 not in over else SETTLING_SECONDS)
        while len(over) < len(self._workers) and time.monotonic() < until and not self._at_once:
            self._listen()
            over = {worker.index: status for worker in self._workers if (status := worker.status()) is not None}
            if over.get(0) == DONE:
                break
        self._listen()
        return over

    def _verdict(self, over: dict[int, int], first: bool) -> Ended:
        chief = over.get(0)
        if chief in (DONE, STOPPED):
            return Ended(chief)
        if self._asked:
            return Ended(LEFT if self._asked == "leave" else STOPPED)
        failed = [index for index, status in over.items() if 0 < status < 128 and status != LEFT]
        if failed:
            return self._failure(failed[0], over[failed[0]])
        killed = [index for index, status in over.items() if status >= 128]
        for index in killed:
            if over[index] == NO_SSH:
                return self._not_reached(self._workers[index], first)
        lost = self._workers[killed[0] if killed else next(iter(over))]
        how = f"was ended by signal {over[lost.index] - 128}" if killed else "lost another worker"
        return Ended(LEFT, f"{lost.name} {how}")

    def _failure(self, index: int, status: int) -> Ended:
        """One that starting anew would not mend."""
        worker = self._workers[index]
        if not index and worker.answered:
            return Ended(status)  # it has said why, and that was passed on
        why = "; ".join(line for line in list(worker.last)[-3:] if line) or f"status {status}"
        return Ended(status if worker.answered else 1, f"{worker.name} failed: {why}")

    def _not_reached(self, worker: Worker, first: bool) -> Ended:
        why = "; ".join(list(worker.last)[-2:]) or "ssh ended with status 255"
        if worker.answered:
            return Ended(LEFT, f"the connection to {worker.place.host} was lost: {why}")
        return Ended(1 if first else LEFT, f"{worker.place.host} could not be reached: {why}")

    def _end_all(self) -> None:
        for worker in self._workers:  # all at once, then one by one
            worker.tell("kill")
        for worker in self._workers:
            worker.end()
        self._listen()
        self._workers = []


def error_of(ended: Ended) -> EngineError | None:
    """What to end a command with; None where all is well or said already."""
    if not ended.message:
        return None
    error = EngineError("Not trained", ended.message)
    error.exit_code = ended.status
    return error
