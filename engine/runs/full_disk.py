"""A run whose folder cannot be written holds still until it can: no epoch is lost to a full disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from engine.events import Event, Logged, RunHeld
from engine.runs.control import ENDING, Control, Emit
from engine.runs.writer import NotKept, RunWriter

RETRY_SECONDS = 1.0
T = TypeVar("T")


class Keeper:
    """Writes with patience, and tells the world what is written."""

    def __init__(self, writer: RunWriter, emit: Emit, control: Control) -> None:
        self._writer = writer
        self._emit = emit
        self._control = control
        self._held = 0.0

    def keep(self, write: Callable[[], T]) -> T:
        """What `write` returns, however long it takes until it can be written; queries are answered meanwhile.

        Raises:
            NotKept: the folder is gone, or the run is to stop or to be left before it can be written.
        """
        began = time.monotonic()
        while True:
            try:
                return write()
            except NotKept as error:
                if not self._writer.folder.is_dir():
                    raise
                self._emit(self._writer.record(RunHeld(reason=f"{error.message}; the run goes on by itself then")))
                if self._control.rest(RETRY_SECONDS) in ENDING:
                    raise
                self._held = time.monotonic() - began

    def tell(self, event: Event) -> None:
        """Record and emit `event`, and after it that the run was held, if it was. Raises NotKept as `keep`."""
        self._emit(self.keep(lambda: self._writer.record(event)))
        if (board := self._writer.board) is not None and (fault := board.fault()):
            self.tell(Logged(level="warning", text=fault))
        if self._held:
            seconds, self._held = self._held, 0.0
            text = f"the run folder could not be written for {seconds:.0f} s; the run held still and nothing is lost"
            self.tell(Logged(level="warning", text=text))
