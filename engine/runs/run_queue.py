"""The runs that an engine has before it and in hand, and what was asked of each; its thread and all others share it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import UsageError
from engine.runs.control import Command
from engine.runs.execution import Execution
from engine.runs.jobs import Order
from engine.runs.waiting import Waiting


class RunQueue:
    """Every method may be called from any thread; `changed` is held while they work."""

    def __init__(self, root: Path, ring: Callable[[], None]) -> None:
        """`ring` is called when anything changed, beside `changed` being notified."""
        self.changed = threading.Condition()
        self.closing = self.leaving = False
        self.present: Execution | None = None
        """What the engine's own thread trains."""
        self._ring = ring
        self._jobs: deque[Execution] = deque()
        self._commands: dict[str, Command] = {}
        self._waiting = Waiting(root)

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def wake(self) -> None:
        """Something is to be done."""
        with self.changed:
            self.changed.notify_all()
        self._ring()

    def put(self, execution: Execution, command: Command, place: int | None = None) -> str:
        """Queue a run; `place` is the lock of its place in another process's queue, if that passed it on.

        Raises:
            UsageError: it is here already, or in another process's queue; or no more runs are taken.
        """
        run_id = execution.run_id
        with self.changed:
            if self.closing:
                raise UsageError("Engine closed", "the engine takes no more jobs")
            if run_id in self._commands:
                raise UsageError("Run in use", f"{run_id} is being trained or waits for its turn")
            order = Order(run_id=run_id, job=execution.submitted, paused=command == "pause")
            try:
                self._waiting.announce(order, execution.seen, place)
            except BlockingIOError as error:
                told = f"{run_id} waits for its turn in another process; `aetui stop {run_id}` takes it back"
                raise UsageError("Run in use", told) from error
            except OSError:
                pass  # a run can do without
            self._jobs.append(execution)
            self._commands[run_id] = command
        self.wake()
        return run_id

    def move(self, run_id: str, by: int) -> list[str]:
        """As `engine.session.Engine.move`."""
        with self.changed:
            waiting = list(self._jobs)
            at = next((at for at, execution in enumerate(waiting) if execution.run_id == run_id), None)
            if at is not None:
                moved = waiting.pop(at)
                waiting.insert(max(0, at + by), moved)
                self._jobs.clear()
                self._jobs.extend(waiting)
            return [execution.run_id for execution in waiting]

    def adjust(self, run_id: str, values: Mapping[str, Any]) -> bool:
        """Have a run that waits here begin with other settings; whether it does wait here. Raises UsageError."""
        with self.changed:
            execution = next((one for one in self._jobs if one.run_id == run_id), None)
            if execution is None:
                return False
            execution.adjust(values)
            order = Order(run_id=run_id, job=execution.submitted, paused=self._commands[run_id] == "pause")
            with suppress(OSError):  # as in `put`
                self._waiting.changed(order, execution.seen)
            return True

    def ask(self, run_id: str, command: Command) -> bool:
        """Have the run do something from now on; whether that is news. Who is to stop is asked for nothing else."""
        with self.changed:
            if self._commands.get(run_id, "stop") in ("stop", command):
                return False
            self._commands[run_id] = command
        self.wake()
        return True

    def asked(self, run_id: str) -> Command:
        """What it is to do now."""
        with self.changed:
            command = self._commands[run_id]
            if self.leaving:
                return command if command == "stop" else "leave"
            return "stop" if self.closing else command

    def sleep(self, run_id: str, command: Command, queries: object, seconds: float) -> None:
        """Until it is to do something else than now, until there are `queries`, or for so long."""
        with self.changed:
            self.changed.wait_for(lambda: bool(queries) or self.asked(run_id) != command, seconds)

    def take(self) -> Execution | None:
        """The next one, for the engine's own thread; None if there is none, or nothing is to begin any more."""
        with self.changed:
            if self.closing or not self._jobs:
                return None
            self.present = self._jobs.popleft()
            return self.present

    def pass_on(self) -> tuple[Order, int | None, int] | None:
        """The next one, for another process, with the lock of its place and the number of its last event. Hold
        `changed` until that process has it: it is in nobody's hands meanwhile."""
        with self.changed:
            if self.closing or not self._jobs:
                return None
            execution = self._jobs.popleft()
            order = msgspec.structs.replace(execution.for_others(), paused=self._commands[execution.run_id] == "pause")
            return order, self._waiting.passed_on(execution.run_id), execution.seen

    def dropped(self) -> list[str]:
        """Take those out of the queue that are not to begin."""
        with self.changed:
            unwanted = [
                execution for execution in self._jobs if self.closing or self._commands[execution.run_id] == "stop"
            ]
            for execution in unwanted:
                self._jobs.remove(execution)
                del self._commands[execution.run_id]
                execution.let_go()
            return [execution.run_id for execution in unwanted]

    def forget(self, run_id: str) -> None:
        """It has ended."""
        with self.changed:
            self._commands.pop(run_id, None)
            if self.present is not None and self.present.run_id == run_id:
                self.present = None

    def left(self) -> tuple[list[Execution], set[str]]:
        """What another process is to go on with, and which of it is paused. Nothing begins here from now on."""
        with self.changed:
            paused = {run_id for run_id, command in self._commands.items() if command == "pause"}
            left = [
                execution
                for execution in (self.present, *self._jobs)
                if execution and self._commands.get(execution.run_id) != "stop"
            ]
            self.closing = self.leaving = True
        self.wake()
        return left, paused

    # What other processes see and ask.

    def unwanted(self) -> list[str]:
        """The runs that have not begun and that others took back since the last time."""
        return self._waiting.unwanted() if self._waiting else []

    def begun(self, run_id: str) -> bool:
        """It has begun, or will never: nobody can take it back any more. Whether somebody did in the last moment."""
        return self._waiting.over(run_id)

    def withdraw(self) -> None:
        """Nobody is to begin what has not begun here."""
        self._waiting.close()

    def place_of(self, run_id: str) -> int | None:
        """The lock of its place, if it waits: it is somebody else's from now on."""
        return self._waiting.passed_on(run_id)
