"""The engine: one background thread that owns TensorFlow, a queue of jobs, and queries answered between chunks.

This is the only threading code of the project. Commands go down through methods that return at once; events come up
through `emit`, which is called on the engine's thread and must return quickly.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import msgspec

from engine.backend import Backend
from engine.datasets.cache import DatasetCache
from engine.errors import EngineError, UsageError
from engine.events import EngineFailed, EngineLoading, EngineReady, Event, Every, RunCancelled, RunHandedOver
from engine.queries.messages import Answer, Query
from engine.queries.queue import QueryQueue, closed
from engine.queries.service import QueryService
from engine.runs import groups
from engine.runs.control import ENDING, Command, Control, Emit, Stopped
from engine.runs.execution import Execution
from engine.runs.jobs import HandOver, Job, Order
from engine.runs.store import RunStore
from engine.workers.cluster import Cluster

BACKGROUND_NICENESS = 10
BUILDING_SECONDS = 0.5
"""How long to wait for a run that has not begun when everything is handed over: what is built cannot be interrupted."""
REQUEST_SECONDS = 0.2
"""How often it is looked whether another process asks something of a run."""


def tensorflow_backend(device: str, cluster: Cluster | None = None) -> Backend:
    """Ring 1, reached by name: nothing in ring 0 imports it. `cluster`: the processes that it trains together with."""
    backend: Backend = importlib.import_module("engine.nn.tensorflow_backend").KerasBackend(device, cluster)
    return backend


class Engine:
    """Trains one run at a time and answers queries meanwhile. Every public method may be called from any thread."""

    def __init__(
        self,
        emit: Emit,
        store: RunStore,
        *,
        device: str = "auto",
        data_dir: Path | None = None,
        backend: Callable[[str], Backend] = tensorflow_backend,
        niceness: int = BACKGROUND_NICENESS,
    ) -> None:
        """`niceness`: how far the engine's threads step back behind all others; 0: not, where nobody draws a screen."""
        self._send = emit
        self._store = store
        self._device = device
        self._datasets = DatasetCache(data_dir)
        self._make_backend = backend
        self._niceness = niceness
        self._changed = threading.Condition()
        self._jobs: deque[Execution] = deque()
        self._present: Execution | None = None
        self._queries = QueryQueue(self._emit)
        self._commands: dict[str, Command] = {}
        self._closing = self._leaving = False
        self.ready = False
        """Whether TensorFlow is loaded."""
        self._departure = threading.Lock()
        self._handed: HandOver | None = None
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    def start(self) -> None:
        """Start the thread; it loads TensorFlow first. `EngineLoading`, then `EngineReady` or `EngineFailed` follow."""
        self._thread.start()

    def submit(self, job: Job) -> str:
        """Queue a job and return the run's id; the run's events follow.

        Raises:
            UsageError: the job cannot be meant: unknown variant, data set, preset or run, impossible setting, a
                name that means something already; or the run is complete or being trained already.
        """
        groups.check_name(job, self._store)
        return self._queue(Execution.of(job, self._store), "run")

    def adopt(self, order: Order) -> str:
        """Queue what another process left to this one. Raises as `submit`."""
        return self._queue(Execution.ordered(order, self._store), "pause" if order.paused else "run")

    def _queue(self, execution: Execution, command: Command) -> str:
        with self._changed:
            if self._closing:
                raise UsageError("Engine closed", "the engine takes no more jobs")
            if execution.run_id in self._commands:
                raise UsageError("Run in use", f"{execution.run_id} is being trained or waits for its turn")
            self._jobs.append(execution)
            self._commands[execution.run_id] = command
            self._changed.notify_all()
        return execution.run_id

    def cancel(self, run_id: str) -> None:
        """Stop the run after the present chunk, keeping its weights; a run that still waits never starts."""
        self._command(run_id, "stop")

    def pause(self, run_id: str) -> None:
        """Hold the run after the present chunk; its checkpoint is written."""
        self._command(run_id, "pause")

    def resume(self, run_id: str) -> None:
        """Let a paused run go on. (A run of an earlier session is continued with `submit(ResumeJob(…))`.)"""
        self._command(run_id, "run")

    def move(self, run_id: str, by: int) -> list[str]:
        """Let a run that waits change places: `by` places later, sooner if negative, as far as the queue goes.
        Returns the ids of those that wait, the next one first; a run that does not wait stays where it is."""
        with self._changed:
            waiting = list(self._jobs)
            at = next((at for at, execution in enumerate(waiting) if execution.run_id == run_id), None)
            if at is not None:
                moved = waiting.pop(at)
                waiting.insert(max(0, at + by), moved)
                self._jobs.clear()
                self._jobs.extend(waiting)
            return [execution.run_id for execution in waiting]

    def query(self, query: Query) -> Future[Answer]:
        """Put a query; the future's exception is an `EngineError` where there is no answer."""
        with self._changed:
            if not self._closing:
                self._changed.notify_all()
                return self._queries.put(query)
        future: Future[Answer] = Future()
        future.set_exception(closed())
        return future

    def close(self, timeout: float = 10.0) -> None:
        """Stop and save what runs, drop what waits, end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout)
        else:
            self._refuse_all()

    def hand_over(self, timeout: float = 30.0) -> HandOver:
        """Let go of what runs, its checkpoint written, and of what waits, so that another process goes on with it.

        A run that has not begun yet is waited for but a moment: nothing of it would be lost. Whoever comes second, a
        lost connection while the user leaves, gets the same.
        """
        with self._departure:
            if self._handed is None:
                self._handed = self._let_go_of_all(timeout)
            return self._handed

    def _let_go_of_all(self, timeout: float) -> HandOver:
        with self._changed:
            present, waiting = self._present, list(self._jobs)
            paused = {run_id for run_id, command in self._commands.items() if command == "pause"}
            left = [
                execution
                for execution in (present, *waiting)
                if execution and self._commands.get(execution.run_id) != "stop"
            ]
            self._closing = self._leaving = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout if present and present.training else BUILDING_SECONDS)
        orders = [
            msgspec.structs.replace(
                execution.order or Order(run_id=execution.run_id, job=execution.submitted),
                paused=execution.run_id in paused,
            )
            for execution in left
            if not execution.ended
        ]
        return HandOver(orders, clean=not self._thread.is_alive())

    def _command(self, run_id: str, command: Command) -> None:
        with self._changed:
            if self._commands.get(run_id, "stop") != "stop":  # who is to stop is not asked for anything else
                self._commands[run_id] = command
                self._changed.notify_all()

    # What follows runs on the engine's thread.

    def _main(self) -> None:
        _step_back(self._niceness)
        try:
            self._emit(EngineLoading())
            backend = self._load()
            if backend is not None:
                self._answers = QueryService(backend, self._store, self._datasets)
                while (execution := self._next()) is not None:
                    self._execute(execution, backend)
                    backend.release()
        finally:
            self._refuse_all()

    def _emit(self, event: Event) -> None:
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
        """The next job, waiting for it and answering queries meanwhile; None when the engine closes."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._jobs or self._queries)
                if self._closing:
                    return None
            self._tidy()
            self._answer()
            with self._changed:
                if self._jobs and not self._closing:
                    self._present = self._jobs.popleft()
                    return self._present

    def _execute(self, execution: Execution, backend: Backend) -> None:
        end = self._end_of(execution, backend)
        execution.ended = not isinstance(end, RunCancelled | RunHandedOver)
        with self._changed:
            self._commands.pop(execution.run_id, None)
            self._present = None
        if not (self._leaving and isinstance(end, RunCancelled)):  # it begins elsewhere
            self._emit(end)

    def _answer(self, execution: Execution | None = None) -> None:
        self._queries.work(
            self._answers, execution, lambda: execution is not None and self._command_for(execution) in ENDING
        )

    def _end_of(self, execution: Execution, backend: Backend) -> Event:
        """Let the run live, and say how that ended."""
        try:
            return execution.live(backend, self._store, self._datasets, self._emit, _Reins(self, execution))
        except Stopped:
            return RunCancelled(run_id=execution.run_id)
        except EngineError as error:
            return failure(error, execution.run_id)
        except Exception as error:  # before its first event a run leaves no trace: the screen has to say it
            message = f"{type(error).__name__}: {error}"
            return EngineFailed(run_id=execution.run_id, title="The run could not start", message=message)

    def _tidy(self) -> None:
        """Take runs out of the queue that are not to begin."""
        with self._changed:
            dropped = [
                execution for execution in self._jobs if self._closing or self._commands[execution.run_id] == "stop"
            ]
            for execution in dropped:
                self._jobs.remove(execution)
                del self._commands[execution.run_id]
                execution.let_go()
        for execution in dropped if not self._leaving else ():
            self._emit(RunCancelled(run_id=execution.run_id))

    def _command_for(self, execution: Execution) -> Command:
        with self._changed:
            command = self._commands[execution.run_id]
            if self._leaving:
                return command if command == "stop" else "leave"
            return "stop" if self._closing else command

    def _sleep(self, execution: Execution, command: Command, seconds: float) -> None:
        """Until there is a query, another command, or the end."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._queries) or self._command_for(execution) != command, seconds)

    def _refuse_all(self) -> None:
        """Leave nobody waiting for an answer or a run."""
        with self._changed:
            self._closing = True
        self._queries.refuse()
        self._tidy()


def _step_back(niceness: int) -> None:
    """Let every other thread go first. On Linux a priority belongs to a thread, and TensorFlow's threads inherit it
    from the one that loads it: a screen in this process is then drawn at once, though a training uses every core.
    """
    if sys.platform == "linux" and niceness:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)


def failure(error: EngineError, run_id: str = "") -> EngineFailed:
    """`error` as an event, of a run or of the engine itself."""
    return EngineFailed(run_id=run_id, title=error.title, message=error.message, exit_code=error.exit_code)


class _Reins(Control):
    """Steers one execution by what the engine was told about it."""

    def __init__(self, engine: Engine, execution: Execution) -> None:
        self._engine = engine
        self._execution = execution

        self._due = Every(REQUEST_SECONDS)

    def command(self) -> Command:
        self._engine._tidy()
        if self._due():
            request = self._execution.command()
            if request is not None:
                self._engine._command(self._execution.run_id, request)
        return self._engine._command_for(self._execution)

    def serve(self) -> Command:
        self._engine._answer(self._execution)
        return self.command()

    def rest(self, seconds: float) -> Command:
        before, until = self.command(), time.monotonic() + seconds
        while (command := self.serve()) == before and (left := until - time.monotonic()) > 0:
            if command in ENDING:  # it came before the rest began
                break
            self._engine._sleep(self._execution, command, min(left, REQUEST_SECONDS))
        return command
