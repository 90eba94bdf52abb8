"""A run that a program waits for: its events, a progress bar, and what an interrupt means."""

from __future__ import annotations

import warnings
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sklearn.exceptions import ConvergenceWarning

from engine.errors import EngineError, counted
from engine.events import DataProgress, EngineFailed, EpochEnded, Event, Progress, RunCancelled, RunFinished

if TYPE_CHECKING:
    from engine.estimator.shared import Shared
    from engine.runs.jobs import Job

TICK = 0.1


class Interrupted(UserWarning):
    """Training was broken off; the weights as they were are kept."""


def train(shared: Shared, job: Job, epochs: int, before: int = 0, *, bar: bool) -> tuple[str, RunFinished]:
    """The id of the run that `job` made or goes on with, and how it ended; `before`: epochs that it has already.

    An interrupt (Ctrl-C) ends it after the present step and keeps its weights, with a warning; a second one is raised.

    Raises:
        EngineError: the job cannot be meant, or the run failed.
        KeyboardInterrupt: it was interrupted twice, or before it began.
    """
    heard: SimpleQueue[Event] = SimpleQueue()
    shared.listeners.append(heard.put)
    try:
        run_id = shared.engine.submit(job)
        with Bar(run_id, epochs - before, before, shown=bar) as shown:
            end = _awaited(shared, run_id, heard, shown)
    finally:
        shared.listeners.remove(heard.put)
    _check(end)
    return run_id, end


def _awaited(shared: Shared, run_id: str, heard: SimpleQueue[Event], bar: Bar) -> RunFinished:
    interrupted = False
    while True:
        try:
            event = heard.get(timeout=TICK)
        except Empty:
            continue
        except KeyboardInterrupt:
            shared.engine.cancel(run_id)
            if interrupted:
                raise
            interrupted = True
            bar.say("stopping")
            continue
        if event.run_id != run_id:
            continue
        if isinstance(event, RunFinished):
            return event
        if isinstance(event, EngineFailed):
            raise _error(event)
        if isinstance(event, RunCancelled):
            raise KeyboardInterrupt
        bar.tell(event)


def _check(end: RunFinished) -> None:
    """Raises EngineError for a run that failed, and warns where it is not what was asked for."""
    done = counted(end.epochs, "complete epoch")
    if end.outcome == "failed":
        raise EngineError("Training failed", end.message)
    if end.outcome == "diverged":
        # Five frames up is where the program called fit.
        warnings.warn(f"training diverged: {end.message}", ConvergenceWarning, stacklevel=5)
    elif end.outcome == "stopped":
        warnings.warn(f"training was stopped after {done}; the weights are kept", Interrupted, stacklevel=5)


def _error(event: EngineFailed) -> EngineError:
    return EngineError(event.title, event.message)


class Bar:
    """A bar of epochs with the losses behind it, in a terminal or a notebook; or none."""

    def __init__(self, run_id: str, epochs: int, before: int, *, shown: bool) -> None:
        self._title = run_id.split("-", 1)[-1].rpartition("-")[0]
        self._before, self._epochs, self._shown = before, epochs, shown
        self._bar: Any = None
        self._terms: dict[str, str] = {}

    def __enter__(self) -> Self:
        if self._shown:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self._epochs, desc=self._title, unit="epoch")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def say(self, what: str) -> None:
        """In the place of the model's name."""
        if self._bar is not None:
            self._bar.set_description_str(what)

    def tell(self, event: Event) -> None:
        """What happened, if it is something that a bar shows."""
        if self._bar is None:
            return
        if isinstance(event, DataProgress) and not self._terms:
            self._bar.set_postfix_str(event.activity)
        elif isinstance(event, Progress):
            self._terms |= {"step": f"{event.step:,}/{event.steps:,}", "loss": f"{event.loss:.4g}"}
            self._bar.set_postfix(self._terms, refresh=False)
            self._bar.refresh()
        elif isinstance(event, EpochEnded):
            self._terms = {"loss": f"{event.train['loss']:.4g}", "validation": f"{event.validation['loss']:.4g}"}
            self._bar.set_postfix(self._terms, refresh=False)
            self._bar.update(max(0, event.epoch - self._before - self._bar.n))
