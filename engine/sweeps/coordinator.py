"""Carries a sweep out: takes trials from their source, has an engine train them, and judges them by their events."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Protocol

from engine.errors import EngineError, RunError, UsageError
from engine.events import DataProgress, EngineFailed, Event, RunCancelled, RunFinished, RunInterrupted, complete_epochs
from engine.runs.commands import take_command, withdraw_command
from engine.runs.jobs import Order
from engine.runs.store import RunStore, has_begun
from engine.sweeps.attempt import Attempt, SeedRun
from engine.sweeps.left import ask_to_stop, in_hand
from engine.sweeps.source import Source
from engine.sweeps.sweep import LOCK, Sweep, folder
from engine.sweeps.trials import Trial

TICK_SECONDS = 0.2
MOST_FAILURES = 3
"""In a row: then something is wrong that the next trial would meet as well."""


class Trains(Protocol):
    """What of `engine.session.Engine` is used."""

    def adopt(self, order: Order) -> str:
        """Queue a run."""

    def cancel(self, run_id: str) -> None:
        """Stop a run."""


class Coordinator:
    """One process of a sweep. `tell` hears of every event and of every trial that begins or is judged."""

    def __init__(
        self,
        sweep: Sweep,
        store: RunStore,
        source: Source,
        engine: Trains,
        events: SimpleQueue[Event],
        *,
        jobs: int = 1,
        tell: Callable[[Event | Trial], None] = lambda told: None,
    ) -> None:
        self._sweep = sweep
        self._store = store
        self._source = source
        self._engine = engine
        self._events = events
        self._jobs = jobs
        self._tell = tell
        self._attempts: dict[int, Attempt] = {}
        self._training: dict[str, tuple[Attempt, SeedRun]] = {}
        self._failures = 0
        self.stopping = False
        """Whether it was told to stop: what runs keeps its weights, and no trial is judged any more."""

    def run(self) -> None:
        """Until every trial is judged, or it is told to stop.

        Raises:
            EngineError: the engine cannot work, a metric is not there, or trials fail one after the other.
        """
        self._fill()
        while self._attempts or (self._source.left and not self.stopping):
            self._look_for_commands()
            try:
                event = self._events.get(timeout=TICK_SECONDS)
            except Empty:
                self._fill()  # where other hosts share the study, what is waited for comes without an event
                continue
            self._tell(event)
            self._take(event)
            self._fill()

    def stop(self) -> None:
        """Begin nothing more and stop what runs; may be called by a signal."""
        self.stopping = True
        for run_id in list(self._training):
            self._engine.cancel(run_id)

    def _look_for_commands(self) -> None:
        if not self.stopping and take_command(folder(self._store, self._sweep.id)) == "stop":
            self.stop()

    # Beginning.

    def _fill(self) -> None:
        while not self.stopping and len(self._training) < self._jobs:
            trial = self._source.next()
            if trial is None:
                break
            self._tell(trial)
            attempt = Attempt(trial, self._sweep, self._source.earlier(trial.number))
            self._attempts[trial.number] = attempt
            self._go_on(attempt)
        if self.stopping:
            self._attempts = {attempt.trial.number: attempt for attempt, _ in self._training.values()}

    def _go_on(self, attempt: Attempt) -> None:
        """Train what is to be trained of a trial now; judge it where nothing is."""
        mine = {run.run_id for own, run in self._training.values() if own is attempt}
        for run in attempt.due():
            if not (self.stopping or run.outcome or run.run_id in mine):
                self._begin(attempt, run)
        mine = {run.run_id for own, run in self._training.values() if own is attempt}
        todo = [run for run in attempt.due() if not run.outcome and run.run_id not in mine]
        if todo and not self.stopping and not mine:  # what was found done allows the others
            self._go_on(attempt)
        elif not (mine or todo) and attempt.trial.number in self._attempts:
            self._judge(attempt)

    def _begin(self, attempt: Attempt, run: SeedRun) -> None:
        """Queue a run, from where a former life of the sweep left it; nothing where that was its end."""
        self._recall(attempt, run)
        if not run.outcome and self._awaited(run.run_id):  # it went on meanwhile
            self._recall(attempt, run)
        if run.outcome or self.stopping:
            return
        try:
            self._engine.adopt(Order(run_id=run.run_id, job=self._sweep.job_of(attempt.trial.settings, run.seed)))
        except UsageError as error:  # settings that are possible each but not together
            run.outcome, run.message = "failed", str(error)
        else:
            self._training[run.run_id] = (attempt, run)

    def _recall(self, attempt: Attempt, run: SeedRun) -> None:
        """What a run has reached by now, as its folder tells it."""
        record = self._store.get(run.run_id)
        if record is not None and has_begun(record.folder):
            history = record.events()[0]
            run.points.clear()
            for event in (*history[:1], *complete_epochs(history)):
                run.take(event)
            if record.status in ("completed", "diverged"):
                end = record.end
                run.outcome, run.message = record.status, end.message if end else ""
        if run is attempt.runs[0] and attempt.look():
            if not run.outcome and in_hand(self._store, run.run_id):  # nobody needs what it goes on for
                ask_to_stop(self._store, run.run_id)
            run.outcome = run.outcome or "stopped"

    def _awaited(self, run_id: str) -> bool:
        """Whether another process had the run, that was waited for: one that trains for a killed coordinator goes on to
        the run's end."""
        found = False
        while not self.stopping and in_hand(self._store, run_id):
            if not found:
                told = f"{run_id} is still trained by another process, which is waited for"
                hint = f"`aetui stop {run_id}` ends it there, and it goes on here"
                self._tell(DataProgress(run_id=run_id, dataset="", activity=f"{told}; {hint}", done=0, total=0))
            found = True
            time.sleep(TICK_SECONDS)
            self._look_for_commands()
        return found

    # What happens.

    def _take(self, event: Event) -> None:
        if isinstance(event, EngineFailed) and not event.run_id:
            error = EngineError(event.title, event.message)
            error.exit_code = event.exit_code
            raise error
        found = self._training.get(event.run_id)
        if found is None:
            return
        attempt, run = found
        match event:
            case RunFinished():
                run.outcome, run.message = event.outcome, event.message
            case RunCancelled():
                run.outcome = "stopped"
            case RunInterrupted():
                run.outcome, run.message = "failed", event.message
            case EngineFailed():
                run.outcome, run.message = "failed", f"{event.title}: {event.message}"
            case _:
                run.take(event)
                if run is attempt.runs[0] and attempt.cut is None and attempt.look():
                    self._engine.cancel(run.run_id)
        if run.outcome:
            del self._training[run.run_id]
            self._ended(attempt, run)

    def _ended(self, attempt: Attempt, run: SeedRun) -> None:
        if run.outcome == "stopped" and self.stopping:
            return  # not judged: it goes on when the sweep does
        if run.outcome == "stopped" and attempt.cut is None:
            run.outcome, run.message = "failed", "it was stopped by itself; `aetui sweep --resume` goes on with it"
        self._go_on(attempt)

    def _judge(self, attempt: Attempt) -> None:
        del self._attempts[attempt.trial.number]
        if self.stopping and any(run.outcome in ("", "stopped") for run in attempt.runs) and attempt.cut is None:
            return
        trial = self._source.judge(attempt.judged())
        self._tell(trial)
        self._failures = self._failures + 1 if trial.state == "failed" else 0
        if self._failures >= MOST_FAILURES:
            raise RunError(
                "The sweep stopped",
                f"{self._failures} trials failed one after the other, trial {trial.number} with: {trial.message}; once "
                f"that is mended, `aetui sweep --resume {self._sweep.called}` tries them again",
            )


@contextmanager
def held(sweep: Sweep, store: RunStore) -> Iterator[None]:
    """While this lasts no other process of this machine carries the sweep out.

    Raises:
        UsageError: another one does.
    """
    place = folder(store, sweep.id)
    try:
        lock = os.open(place / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise RunError("Cannot keep the sweep", f"{place / LOCK}: {error}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(
                "Sweep in use",
                f"{sweep.id} is being carried out by another process; `aetui sweep stop {sweep.id}` ends it",
            ) from error
        withdraw_command(place)  # of a process that was killed
        yield
    finally:
        os.close(lock)
