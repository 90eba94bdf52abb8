"""An engine for one command: started, driven from the main thread through a queue of events, closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aetui.options import Options
    from engine.errors import EngineError
    from engine.events import EngineFailed, Event
    from engine.queries import Query
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


def ask(options: Options, query: Query, activity: str) -> Any:
    """The answer to one question; `activity` says meanwhile, on a terminal, what is going on.

    Raises:
        EngineError: there is no answer, or no engine.
    """
    from aetui.cli.narration import Narrator
    from engine.errors import EngineError

    narrator = Narrator(options.quiet)
    with engine(options) as (made, events):
        made.start()
        narrator.say(activity)
        try:
            return made.ask(query).result()
        except EngineError as error:
            raise _failure(events) or error from None
        finally:
            narrator.close()


def _failure(events: SimpleQueue[Event]) -> EngineError | None:
    """Why the engine did not begin, if it did not: that it answers no questions is only what follows from it."""
    from engine.events import EngineFailed

    while not events.empty():
        event = events.get()
        if isinstance(event, EngineFailed):
            return error_of(event)
    return None


def error_of(event: EngineFailed) -> EngineError:
    """The error that a failed engine, or a run that could not begin, ends a command with."""
    from engine.errors import EngineError

    error = EngineError(event.title, event.message)
    error.exit_code = event.exit_code
    return error
