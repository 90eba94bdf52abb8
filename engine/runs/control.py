"""How the outside steers a run: asked between chunks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from engine.events import Event

Wish = Literal["run", "pause", "stop", "leave"]
"""`leave`: let another process go on with it."""
ENDING: frozenset[Wish] = frozenset({"stop", "leave"})
"""Wishes after which this process has nothing more to do for a run."""
Emit = Callable[[Event], None]


class Stopped(Exception):
    """The run was stopped, or left to another process, before it began to train."""


class Control(Protocol):
    """What was asked of one run."""

    def wish(self) -> Wish:
        """What to do next, at once."""

    def serve(self) -> Wish:
        """The same after answering the questions that have come; only between two chunks."""

    def rest(self, seconds: float) -> Wish:
        """Do nothing but answer questions, until something else is wished than now or `seconds` have passed."""
