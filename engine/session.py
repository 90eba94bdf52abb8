"""The engine: one background thread that owns TensorFlow, a queue of jobs, and queries answered between chunks.

The thread trains one run at a time itself, or has other processes train (`engine.processes`) and watches them. Commands
go down through methods that return at once; events come up through `emit`, which is called on the engine's thread and
must return quickly.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import msgspec

from engine.backend import Backend
from engine.datasets.cache import DatasetCache
from engine.errors import EngineError
from engine.events import (
    EngineFailed,
    EngineLoading,
    EngineReady,
    Event,
    RunCancelled,
    RunHandedOver,
    RunResumed,
    RunStarted,
)
from engine.processes.crew import END, Crew
from engine.processes.late import LateBackend
from engine.processes.messages import Tell, Terms
from engine.processes.shares import check_jobs, step_back
from engine.processes.worker import Hire, hired
from engine.queries.messages import Answer, Query
from engine.queries.queue import QueryQueue, closed
from engine.queries.service import QueryService
from engine.runs import adjusting, groups
from engine.runs.control import ENDING, Command, Emit, Stopped
from engine.runs.every import Every
from engine.runs.execution import Execution
from engine.runs.jobs import HandOver, Job, Order
from engine.runs.reins import REQUEST_SECONDS, Reins
from engine.runs.run_queue import RunQueue
from engine.runs.store import RunStore
from engine.workers.cluster import Cluster

BACKGROUND_NICENESS = 10
BUILDING_SECONDS = 0.5
"""How long to wait for a run that has not begun when everything is handed over: what is built cannot be interrupted."""
IDLE_SECONDS = 5.0
"""How often the thread looks at other processes that have nothing to do."""


def tensorflow_backend(device: str, cluster: Cluster | None = None) -> Backend:
    """Ring 1, reached by name: nothing in ring 0 imports it. `cluster`: the processes that it trains together with."""
    backend: Backend = importlib.import_module("engine.nn.tensorflow_backend").KerasBackend(device, cluster)
    return backend


class Engine:
    """Trains runs and answers queries meanwhile. Every public method may be called from any thread."""

    def __init__(
        self,
        emit: Emit,
        store: RunStore,
        *,
        device: str = "auto",
        data_dir: Path | None = None,
        backend: Callable[[str], Backend] = tensorflow_backend,
        niceness: int = BACKGROUND_NICENESS,
        jobs: int = 1,
        isolate: bool = False,
        keep_one: bool = False,
        hire: Hire = hired,
    ) -> None:
        """`niceness`: how far the engine's threads step back behind all others; 0: not, where nobody draws a screen.

        So many `jobs` are trained at once. With more than one, or if they are to be `isolate`d, each has a process of
        its own, and this one loads TensorFlow only for queries; with `keep_one` the engine's thread trains one of
        several, and other processes the rest. `hire` starts such a process.

        Raises:
            UsageError: `jobs` is no number of runs.
        """
        check_jobs(jobs)
        self._send = emit
        self._store = store
        self._device = device
        self._datasets = DatasetCache(data_dir)
        self._make_backend = backend
        self._niceness = niceness
        self._trains = not isolate and (jobs == 1 or keep_one)
        """Whether the engine's own thread does."""
        self._crew: Crew | None = None
        if jobs > 1 or isolate:
            terms = Terms(
                runs=str(store.root.absolute()),
                data_dir=str(data_dir.absolute()) if data_dir else None,
                device=device,
                niceness=niceness,
            )
            self._crew = Crew(jobs - self._trains, jobs, terms, store, hire)
        self._queue = RunQueue(store.root, self._crew.ring if self._crew else lambda: None)
        self._queries = QueryQueue(self._emit)
        self.ready = False
        """Whether TensorFlow is loaded, here or in a process that is to train."""
        self._failed = False
        self._due = Every(REQUEST_SECONDS)
        self._departure = threading.Lock()
        self._handed: HandOver | None = None
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    def start(self) -> None:
        """Start the thread; it loads TensorFlow first. `EngineLoading`, then `EngineReady` or `EngineFailed` follow."""
        self._thread.start()

    def submit(self, job: Job, place: int | None = None) -> str:
        """Queue a job and return the run's id; the run's events follow. `place` as in `Order`.

        Raises:
            UsageError: the job cannot be meant: unknown variant, data set, preset or run, impossible setting, a
                name that means something already; or the run is complete or being trained already.
        """
        groups.check_name(job, self._store)
        return self._queue.put(Execution.of(job, self._store), "run", place)

    def adopt(self, order: Order) -> str:
        """Queue what another process left to this one. Raises as `submit`."""
        return self._queue.put(Execution.ordered(order, self._store), "pause" if order.paused else "run", order.place)

    def cancel(self, run_id: str) -> None:
        """Stop the run after the present chunk, keeping its weights; a run that still waits never starts."""
        self._command(run_id, "stop")

    def pause(self, run_id: str) -> None:
        """Hold the run after the present chunk; its checkpoint is written."""
        self._command(run_id, "pause")

    def resume(self, run_id: str) -> None:
        """Let a paused run go on. (A run of an earlier session is continued with `submit(ResumeJob(…))`.)"""
        self._command(run_id, "run")

    def adjust(self, run_id: str, config: Mapping[str, Any]) -> None:
        """Have settings of a run that trains, here or in another process, be others from its next epoch on, of one that
        waits here from the first; `SettingsChanged` follows.

        Raises:
            UsageError: they cannot be meant, or may not change; the run is not trained now, or only elsewhere before
                it. The message holds the range.
            RunError: the run cannot be asked.
        """
        if not self._queue.adjust(run_id, config):
            adjusting.ask(self._store, run_id, config)

    def move(self, run_id: str, by: int) -> list[str]:
        """Let a run that waits change places: `by` places later, sooner if negative, as far as the queue goes.
        Returns the ids of those that wait, the next one first; a run that does not wait stays where it is."""
        return self._queue.move(run_id, by)

    def heed(self) -> list[str]:
        """Stop what other processes took back before it began, and return that. While TensorFlow loads nobody else
        looks for it."""
        unwanted = self._queue.unwanted()
        for run_id in unwanted:
            self.cancel(run_id)
        return unwanted

    def forget(self, run_id: str) -> None:
        """Take away what other processes see of a run that was cancelled before TensorFlow was loaded."""
        self._queue.begun(run_id)

    def behind(self, run_ids: list[str]) -> None:
        """Each of these runs of other processes takes the room of one of ours for as long as it is trained."""
        if self._crew is not None:
            self._crew.wait_for(run_ids)

    def withdraw(self) -> None:
        """Leave nothing that has not begun for other processes to take up: this one is about to end."""
        self._queue.withdraw()

    def query(self, query: Query) -> Future[Answer]:
        """Put a query; the future's exception is an `EngineError` where there is no answer."""
        with self._queue.changed:
            if not self._queue.closing:
                future = self._queries.put(query)
                self._queue.wake()
                return future
        late: Future[Answer] = Future()
        late.set_exception(closed())
        return late

    def close(self, timeout: float = 10.0) -> None:
        """Stop and save what runs, drop what waits, end the thread."""
        self._queue.closing = True
        self._queue.wake()
        if self._thread.is_alive():
            self._thread.join(timeout)
        else:
            self._refuse_all()
        if not self._queue.leaving:
            self._queue.withdraw()

    def hand_over(self, timeout: float = 30.0) -> HandOver:
        """Let go of what runs, its checkpoint written, and of what waits, so that another process goes on with it.
        Runs that have a process of their own live on as they are.

        A run that has not begun yet is waited for but a moment: nothing of it would be lost. Whoever comes second, a
        lost connection while the user leaves, gets the same.
        """
        with self._departure:
            if self._handed is None:
                self._handed = self._let_go_of_all(timeout)
            return self._handed

    def _let_go_of_all(self, timeout: float) -> HandOver:
        with self._queue.changed:
            present = self._queue.present
            left, paused = self._queue.left()
            living = tuple(self._crew.living()) if self._crew else ()
        if self._thread.is_alive():
            self._thread.join(timeout if present and present.training else BUILDING_SECONDS)
        orders = [
            msgspec.structs.replace(
                execution.order or Order(run_id=execution.run_id, job=execution.submitted),
                paused=execution.run_id in paused,
                place=self._queue.place_of(execution.run_id),
            )
            for execution in left
            if not execution.ended
        ]
        self._queue.withdraw()
        return HandOver(orders, clean=not self._thread.is_alive(), living=living)

    def _command(self, run_id: str, command: Command) -> None:
        if self._queue.ask(run_id, command) and self._crew is not None:
            self._crew.tell(Tell(run_id=run_id, command=command))

    # What follows runs on the engine's thread.

    def _main(self) -> None:
        step_back(self._niceness)
        try:
            self._emit(EngineLoading())
            backend = self._load() if self._trains else LateBackend(lambda: self._make_backend(self._device))
            if backend is not None:
                self._answers = QueryService(backend, self._store, self._datasets)
                if self._crew is not None and not self._trains:
                    self._hear(self._crew.warm())
                while (execution := self._next()) is not None:
                    self._execute(execution, backend)
                    backend.release()
        finally:
            if self._crew is not None:
                self._crew.close()
            self._refuse_all()

    def _emit(self, event: Event) -> None:
        if isinstance(event, RunStarted | RunResumed | END) and event.run_id and self._queue.begun(event.run_id):
            self.cancel(event.run_id)
        # A listener that fails must not take the training with it.
        with contextlib.suppress(Exception):
            self._send(event if event.at else msgspec.structs.replace(event, at=time.time()))

    def _load(self) -> Backend | None:
        began = time.perf_counter()
        try:
            backend = self._make_backend(self._device)
        except EngineError as error:
            self._emit(failure(error))
        except Exception as error:  # an import can fail in any way; the screen must live on and say it
            message = f"{type(error).__name__}: {error}; `aetui doctor` looks for the cause"
            self._emit(EngineFailed(title="TensorFlow did not load", message=message))
        else:
            self.ready = True
            self._emit(EngineReady(device=backend.device, seconds=time.perf_counter() - began))
            return backend
        return None

    def _next(self) -> Execution | None:
        """The next run for this thread, waiting for it, answering queries and watching other processes meanwhile; None
        when the engine closes."""
        queue, crew = self._queue, self._crew
        while True:
            if crew is None:
                with queue.changed:
                    queue.changed.wait_for(lambda: queue.closing or queue or self._queries)
                if queue.closing:
                    return None
            self._tidy()
            self._answer()
            if self._trains and (execution := queue.take()) is not None:
                return execution
            if crew is not None:
                self._watch()
                if self._failed or (queue.closing and (queue.leaving or not crew.at_work)):
                    return None
                self._hear(crew.listen(0 if self._queries else IDLE_SECONDS))

    def _watch(self) -> None:
        """Tell what happens in other processes, and give them what they have room for."""
        queue, crew = self._queue, self._crew
        if crew is None or self._failed:
            return
        self._hear(crew.listen(0))
        if self._due():
            self.heed()
        if queue.closing and not queue.leaving:
            for run_id in crew.at_work:
                self.cancel(run_id)
        said: list[Event] = []
        with queue.changed:
            while (queue.present or not self._trains) and queue and crew.has_room():
                passed = queue.pass_on()
                if passed is None:
                    break
                order, place, seq = passed
                said += crew.begin(order, place=place, seq=seq)
            if not queue:
                crew.rest(keep=0 if self._trains else 1)
        self._hear(said)

    def _hear(self, told: Iterable[Event]) -> None:
        for event in told:
            if isinstance(event, EngineReady):
                self.ready = True
            if isinstance(event, END):
                self._queue.forget(event.run_id)
                if not event.run_id:
                    self._failed = self._queue.closing = True
            self._emit(event)

    def _execute(self, execution: Execution, backend: Backend) -> None:
        self._watch()
        end = self._end_of(execution, backend)
        execution.ended = not isinstance(end, RunCancelled | RunHandedOver)
        self._queue.forget(execution.run_id)
        if not (self._queue.leaving and isinstance(end, RunCancelled)):  # it begins elsewhere
            self._emit(end)

    def _answer(self, execution: Execution | None = None) -> None:
        self._queries.work(
            self._answers, execution, lambda: execution is not None and self._queue.asked(execution.run_id) in ENDING
        )

    def _end_of(self, execution: Execution, backend: Backend) -> Event:
        """Let the run live, and say how that ended."""
        try:
            return execution.live(backend, self._store, self._datasets, self._emit, self._reins(execution))
        except Stopped:
            return RunCancelled(run_id=execution.run_id)
        except EngineError as error:
            return failure(error, execution.run_id)
        except Exception as error:  # before its first event a run leaves no trace: the screen has to say it
            message = f"{type(error).__name__}: {error}"
            return EngineFailed(run_id=execution.run_id, title="The run could not start", message=message)

    def _reins(self, execution: Execution) -> Reins:
        return Reins(
            execution,
            self._queue,
            look=self._look,
            heed=self.heed,
            ask=self._command,
            answer=self._answer,
            queries=self._queries,
        )

    def _look(self) -> None:
        self._tidy()
        self._watch()

    def _tidy(self) -> None:
        """Take runs out of the queue that are not to begin."""
        dropped = self._queue.dropped()
        for run_id in dropped if not self._queue.leaving else ():
            self._emit(RunCancelled(run_id=run_id))

    def _refuse_all(self) -> None:
        """Leave nobody waiting for an answer or a run."""
        self._queue.closing = True
        self._queries.refuse()
        self._tidy()


def failure(error: EngineError, run_id: str = "") -> EngineFailed:
    """`error` as an event, of a run or of the engine itself."""
    return EngineFailed(run_id=run_id, title=error.title, message=error.message, exit_code=error.exit_code)
