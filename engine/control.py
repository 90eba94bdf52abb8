"""How the outside steers a run: asked between chunks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from engine.events import Event

Wish = Literal["run", "pause", "stop"]
Emit = Callable[[Event], None]


class Stopped(Exception):
    """The run was stopped before it began to train."""


class Control(Protocol):
    """What was asked of one run."""

    def wish(self) -> Wish:
        """What to do next, at once."""

    def serve(self) -> Wish:
        """The same after answering the questions that have come; only between two chunks."""

    def wait(self) -> Wish:
        """Block while the wish is `pause`, answering questions; then `run` or `stop`."""
