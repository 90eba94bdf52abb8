"""An engine for one command: started, driven from the main thread through a queue of events, closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Future

    from aetui.cli.narration import Narrator
    from aetui.cli.options import Options
    from engine.errors import EngineError
    from engine.events import EngineFailed, Event
    from engine.queries.messages import Answer, Query
    from engine.session import Engine

TICK_SECONDS = 0.05


@contextmanager
def engine(options: Options, *, training: bool = False) -> Iterator[tuple[Engine, SimpleQueue[Event]]]:
    """An engine, still to be started, and the queue of its events. Native lines go to a file from now on. If it is for
    `training`, it trains as many runs at once as the options say, and where they say."""
    from engine.session import Engine
    from engine.storage import native_output

    native_output.divert()
    events: SimpleQueue[Event] = SimpleQueue()
    chosen: dict[str, Any] = {"backend": options.backend} if options.backend else {}
    made = Engine(
        events.put,
        options.store,
        device=options.device,
        data_dir=options.data_folder,
        jobs=options.jobs or 1 if training else 1,
        isolate=options.isolate and training,
        **chosen,
    )
    try:
        yield made, events
    finally:
        made.close()


def answer(options: Options, query: Query, activity: str) -> Any:
    """The answer to one query; `activity` says meanwhile, on a terminal, what is going on.

    Raises:
        EngineError: there is no answer, or no engine.
    """
    return answers(options, [query], activity)[0]


def answers(options: Options, queries: Sequence[Query], activity: str) -> list[Any]:
    """The answers to several queries, put to one engine.

    Raises:
        EngineError: one of them has no answer, or there is no engine.
    """
    from aetui.cli.narration import Narrator

    narrator = Narrator(options.quiet)
    with engine(options) as (made, events):
        made.start()
        narrator.say(activity)
        try:
            futures = [made.query(query) for query in queries]
            return [_awaited(future, events, narrator) for future in futures]
        finally:
            narrator.close()


def _awaited(future: Future[Any], events: SimpleQueue[Event], narrator: Narrator) -> Any:
    """The result, while what happens meanwhile is told."""
    from engine.errors import EngineError
    from engine.events import DataProgress, EngineFailed

    failed: EngineFailed | None = None
    while not (future.done() and events.empty()):
        with suppress(Empty):
            event = events.get(timeout=TICK_SECONDS)
            if isinstance(event, EngineFailed):
                failed = event
            elif isinstance(event, DataProgress):
                narrator.tell(event)
    try:
        return future.result()
    except EngineError:
        if failed is not None:  # that it answers no queries is only what follows from it
            raise error_of(failed) from None
        raise


def behind(answer: Answer) -> str:
    """Whose answer it is, in words."""
    if answer.asked and answer.asked != answer.epoch:
        return f"after epoch {answer.epoch:,}, the nearest to {answer.asked:,} whose weights are kept"
    told_by = "validation" if answer.held_out else "the test part: no validation part was held out"
    return f"after epoch {answer.epoch:,}" + (f", the best by {told_by}" if answer.weights == "best" else "")


def error_of(event: EngineFailed) -> EngineError:
    """The error that a failed engine, or a run that could not begin, ends a command with."""
    from engine.errors import EngineError

    error = EngineError(event.title, event.message)
    error.exit_code = event.exit_code
    return error
