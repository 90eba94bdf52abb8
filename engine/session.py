"""The engine: one background thread that owns TensorFlow, a queue of jobs, and questions answered between chunks.

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
from collections.abc import Callable, Generator
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.answers.subject import Steps
from engine.control import Control, Emit, Stopped, Wish
from engine.course import PROGRESS_SECONDS
from engine.datasets.data import Report
from engine.datasets.shelf import Shelf
from engine.errors import EngineError, RunError, UsageError
from engine.events import DataProgress, EngineFailed, EngineLoading, EngineReady, Event, RunCancelled
from engine.jobs import Job
from engine.life import Life
from engine.queries import Answer, Query
from engine.questions import Questions
from engine.store import RunStore
from engine.training import Backend

BACKGROUND_NICENESS = 10
ANSWER_SECONDS = 0.2
"""How long a training waits for an answer that takes longer, before its next chunk."""
ENCODING = "encoding the data"


def tensorflow_backend(device: str) -> Backend:
    """Ring 1, reached by name: nothing in ring 0 imports it."""
    backend: Backend = importlib.import_module("engine.nn.backend").KerasBackend(device)
    return backend


class Engine:
    """Trains one run at a time and answers questions meanwhile. Every public method may be called from any thread."""

    def __init__(
        self,
        emit: Emit,
        store: RunStore,
        *,
        device: str = "auto",
        data_dir: Path | None = None,
        backend: Callable[[str], Backend] = tensorflow_backend,
    ) -> None:
        self._send = emit
        self._store = store
        self._device = device
        self._shelf = Shelf(data_dir)
        self._make_backend = backend
        self._changed = threading.Condition()
        self._jobs: deque[Life] = deque()
        self._questions: deque[tuple[Query, Future[Answer]]] = deque()
        self._long: deque[_LongAnswer] = deque()
        self._told_at = 0.0
        self._wishes: dict[str, Wish] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    def start(self) -> None:
        """Start the thread; it loads TensorFlow first. `EngineLoading`, then `EngineReady` or `EngineFailed` follow."""
        self._thread.start()

    def submit(self, job: Job) -> str:
        """Queue a job and return the run's id; the run's events follow.

        Raises:
            UsageError: the job cannot be meant: unknown variant, data set, preset or run, impossible setting; or the
                run is complete or being trained already.
        """
        life = Life.of(job, self._store)
        with self._changed:
            if self._closing:
                raise UsageError("Engine closed", "the engine takes no more jobs")
            if life.run_id in self._wishes:
                raise UsageError("Run in use", f"{life.run_id} is being trained or waits for its turn")
            self._jobs.append(life)
            self._wishes[life.run_id] = "run"
            self._changed.notify_all()
        return life.run_id

    def cancel(self, run_id: str) -> None:
        """Stop the run after the present chunk, keeping its weights; a run that still waits never starts."""
        self._wish(run_id, "stop")

    def pause(self, run_id: str) -> None:
        """Hold the run after the present chunk; its checkpoint is written."""
        self._wish(run_id, "pause")

    def resume(self, run_id: str) -> None:
        """Let a paused run go on. (A run of an earlier life is continued with `submit(ResumeJob(…))`.)"""
        self._wish(run_id, "run")

    def ask(self, query: Query) -> Future[Answer]:
        """Put a question; the future's exception is an `EngineError` where there is no answer."""
        future: Future[Answer] = Future()
        with self._changed:
            if self._closing:
                future.set_exception(UsageError("Engine closed", "the engine answers no more questions"))
            else:
                self._questions.append((query, future))
                self._changed.notify_all()
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

    def _wish(self, run_id: str, wish: Wish) -> None:
        with self._changed:
            if self._wishes.get(run_id, "stop") != "stop":  # who is to stop is not asked for anything else
                self._wishes[run_id] = wish
                self._changed.notify_all()

    # What follows runs on the engine's thread.

    def _main(self) -> None:
        _step_back()
        try:
            self._emit(EngineLoading())
            backend = self._load()
            if backend is not None:
                self._answers = Questions(backend, self._store, self._shelf)
                while (life := self._next()) is not None:
                    self._live(life, backend)
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
            self._emit(_failure(error))
        except Exception as error:  # an import can fail in any way; the screen must live on and say it
            message = f"{type(error).__name__}: {error}; `aetui doctor` looks for the cause"
            self._emit(EngineFailed(title="TensorFlow did not load", message=message))
        else:
            self._emit(EngineReady(device=backend.device, seconds=time.perf_counter() - began))
            return backend
        return None

    def _next(self) -> Life | None:
        """The next job, waiting for it and answering questions meanwhile; None when the engine closes."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._jobs or self._questions or self._long)
                if self._closing:
                    return None
            self._tidy()
            self._answer()
            with self._changed:
                if self._jobs:
                    return self._jobs.popleft()

    def _live(self, life: Life, backend: Backend) -> None:
        end = self._end_of(life, backend)
        with self._changed:
            self._wishes.pop(life.run_id, None)
        self._emit(end)

    def _end_of(self, life: Life, backend: Backend) -> Event:
        """Let the run live, and say how that ended."""
        try:
            return life.live(backend, self._store, self._shelf, self._emit, _Reins(self, life))
        except Stopped:
            return RunCancelled(run_id=life.run_id)
        except EngineError as error:
            return _failure(error, life.run_id)
        except Exception as error:  # before its first event a run leaves no trace: the screen has to say it
            message = f"{type(error).__name__}: {error}"
            return EngineFailed(run_id=life.run_id, title="The run could not start", message=message)

    def _answer(self, life: Life | None = None) -> None:
        """Answer what can be answered at once, and work at the first of the long answers for a moment."""
        while self._questions:
            query, future = self._questions.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            report = self._reporter(query.run_id, life)
            try:
                answer = self._answers.answer(query, life, report)
            except Exception as error:  # the one who asked gets it
                _settle(future, error)
                continue
            if isinstance(answer, Generator):
                self._long.append(_LongAnswer(query.run_id, answer, future))
            else:
                _settle(future, answer)
        self._work_at_long_answers()

    def _work_at_long_answers(self) -> None:
        """A long answer is brought to its end even if nobody waits any more: the next question finds its index."""
        until = time.monotonic() + ANSWER_SECONDS
        while self._long and time.monotonic() < until:
            run_id, steps, future = self._long[0]
            try:
                self._tell_progress(run_id, ENCODING, *next(steps))
                continue
            except StopIteration as end:
                _settle(future, end.value)
            except Exception as error:
                _settle(future, error)
            self._long.popleft()
            self._tell_progress(run_id, ENCODING, 1, 1)

    def _reporter(self, run_id: str, life: Life | None) -> Report:
        """Tells how far the reading of data for an answer is; the life that waits for it may have to stop."""

        def report(activity: str, done: int, total: int) -> None:
            if self._closing or (life is not None and self._wishes.get(life.run_id) == "stop"):
                raise Stopped
            self._tell_progress(run_id, activity, done, total)

        return report

    def _tell_progress(self, run_id: str, activity: str, done: int, total: int) -> None:
        if time.monotonic() - self._told_at > PROGRESS_SECONDS or done == total:
            self._told_at = time.monotonic()
            self._emit(DataProgress(run_id=run_id, dataset="", activity=activity, done=done, total=total, unit="items"))

    def _tidy(self) -> None:
        """Take runs out of the queue that are not to begin."""
        with self._changed:
            dropped = [life for life in self._jobs if self._closing or self._wishes[life.run_id] == "stop"]
            for life in dropped:
                self._jobs.remove(life)
                del self._wishes[life.run_id]
        for life in dropped:
            self._emit(RunCancelled(run_id=life.run_id))

    def _wish_for(self, run_id: str) -> Wish:
        with self._changed:
            return "stop" if self._closing else self._wishes[run_id]

    def _sleep(self, run_id: str) -> None:
        """Until there is a question, another wish, or the end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closing or self._questions or self._long or self._wishes[run_id] != "pause"
            )

    def _refuse_all(self) -> None:
        """Leave nobody waiting for an answer or a run."""
        with self._changed:
            self._closing = True
        refusal = UsageError("Engine closed", "the engine answers no more questions")
        while self._questions:
            _, future = self._questions.popleft()
            if future.set_running_or_notify_cancel():
                _settle(future, refusal)
        while self._long:
            _settle(self._long.popleft().future, refusal)
        self._tidy()


def _step_back() -> None:
    """Let every other thread go first. On Linux a priority belongs to a thread, and TensorFlow's threads inherit it
    from the one that loads it: a screen in this process is then drawn at once, though a training uses every core.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND_NICENESS)


def _failure(error: EngineError, run_id: str = "") -> EngineFailed:
    return EngineFailed(run_id=run_id, title=error.title, message=error.message, exit_code=error.exit_code)


class _LongAnswer(NamedTuple):
    """An answer under way."""

    run_id: str
    steps: Steps
    future: Future[Answer]


def _settle(future: Future[Answer], outcome: Answer | Exception) -> None:
    """Give the answer, or the reason why there is none, to whoever asked."""
    if isinstance(outcome, Stopped):
        outcome = RunError("Not answered", "the run was stopped meanwhile; ask again")
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


class _Reins(Control):
    """Steers one life by what the engine was told about it."""

    def __init__(self, engine: Engine, life: Life) -> None:
        self._engine = engine
        self._life = life

    def wish(self) -> Wish:
        self._engine._tidy()
        return self._engine._wish_for(self._life.run_id)

    def serve(self) -> Wish:
        self._engine._answer(self._life)
        return self.wish()

    def wait(self) -> Wish:
        while (wish := self.serve()) == "pause":
            self._engine._sleep(self._life.run_id)
        return wish
