"""An engine for one command: started, driven from the main thread through a queue of events, closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aetui.options import Options
    from engine.events import Event
    from engine.session import Engine


@contextmanager
def engine(options: Options) -> Iterator[tuple[Engine, SimpleQueue[Event]]]:
    """An engine, still to be started, and the queue of its events. Native lines go to a file from now on."""
    from engine import native_output
    from engine.session import Engine

    native_output.divert()
    events: SimpleQueue[Event] = SimpleQueue()
    made = Engine(events.put, options.store, device=options.device, data_dir=options.data_folder)
    try:
        yield made, events
    finally:
        made.close()
