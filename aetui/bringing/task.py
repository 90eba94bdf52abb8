"""Work of seconds or minutes beside the screen, with progress and an end on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from aetui.render import numbers
from aetui.render.text import plain
from aetui.state.waiting import Wait
from engine.runs.control import Stopped

if TYPE_CHECKING:
    from engine.datasets.data import Report
    from engine.events import Unit

T = TypeVar("T")


class Task(Generic[T]):
    """In a thread that a program which is left does not wait for.

    `work` gets a `Report`, which raises `Stopped` once the task is to stop; `done` is called in the thread with what
    came of it, or with what it raised.
    """

    def __init__(
        self, work: Callable[[Report], T], done: Callable[[T | None, BaseException | None], object], first: str
    ) -> None:
        """`first` says what is done until the work says so itself."""
        self._work = work
        self._done = done
        self._progress: tuple[str, int, int, Unit] = (first, 0, 0, "items")
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="aetui-task", daemon=True).start()

    def stop(self) -> None:
        """Have it end where it reports the next time."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether it is to stop."""
        return self._stop.is_set()

    @property
    def wait(self) -> Wait:
        """What is being done, and how much of it is."""
        activity, done, total, unit = self._progress
        if self.stopping:
            return Wait("stopping")
        amount = f" {numbers.progress(done, total, unit)}" if total else ""
        return Wait(f"{plain(activity)}{amount}", min(1.0, done / total) if total else None)

    def _report(self, activity: str, done: int, total: int, unit: Unit = "items", /) -> None:
        self._progress = activity, done, total, unit
        if self.stopping:
            raise Stopped

    def _run(self) -> None:
        try:
            result = self._work(self._report)
        except BaseException as error:
            self._done(None, error)
        else:
            self._done(result, None)
