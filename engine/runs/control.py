"""How the outside steers a run: asked between chunks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from engine.events import Event

Command = Literal["run", "pause", "stop", "leave"]
"""`leave`: let another process go on with it."""
ENDING: frozenset[Command] = frozenset({"stop", "leave"})
"""Commands after which this process has nothing more to do for a run."""
Emit = Callable[[Event], None]


class Stopped(Exception):
    """The run was stopped, or left to another process, before it began to train."""


class Control(Protocol):
    """What was asked of one run."""

    def command(self) -> Command:
        """What to do next, at once."""

    def serve(self) -> Command:
        """The same after answering the queries that have come; only between two chunks."""

    def rest(self, seconds: float) -> Command:
        """Do nothing but answer queries, until another command than now has come or `seconds` have passed; not at all
        once the run is to end."""
