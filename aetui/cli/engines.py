"""An engine for one command: started, driven from the main thread through a queue of events, closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aetui.cli import Options
    from engine.events import Event
    from engine.session import Engine
    from engine.store import RunStore


def store(options: Options) -> RunStore:
    """The run store that the options mean."""
    from engine.store import RunStore, default_root

    return RunStore(options.runs_dir or default_root())


def data_dir(options: Options) -> Path | None:
    """The user's data folder, checked."""
    from engine.datasets import data_dir_from

    return data_dir_from(options.data_dir)


@contextmanager
def engine(options: Options) -> Iterator[tuple[Engine, SimpleQueue[Event]]]:
    """An engine, still to be started, and the queue that its events come through. Native lines go to a file meanwhile."""
    from engine import native_output
    from engine.session import Engine

    native_output.divert()
    events: SimpleQueue[Event] = SimpleQueue()
    made = Engine(events.put, store(options), device=options.device, data_dir=data_dir(options))
    try:
        yield made, events
    finally:
        made.close()
