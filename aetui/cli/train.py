"""`aetui train` and `aetui resume`: the engine without a screen."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aetui.cli import engines

if TYPE_CHECKING:
    from aetui.options import Options
    from engine.events import Event, RunFinished
    from engine.jobs import Job
    from engine.session import Engine
    from engine.store import RunRecord

Json = Annotated[bool, typer.Option("--json", help="Print every event as a JSON line.")]
Epochs = Annotated[int | None, typer.Option(help="Passes over the training part.")]


def train(
    context: typer.Context,
    variant: Annotated[str, typer.Argument(help="An autoencoder, as `aetui variants` lists them.")],
    dataset: Annotated[
        str | None, typer.Option(help="A data set, as `aetui data` lists them (default: the best one that is here).")
    ] = None,
    preset: Annotated[str, typer.Option(help="The configuration to start from.")] = "book",
    epochs: Epochs = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="Change a setting; may be given often.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Start of all randomness.")] = None,
    name: Annotated[str, typer.Option(help="A name for the run.")] = "",
    json: Json = False,
) -> None:
    """Train a model. Ctrl-C stops it and keeps the weights; `aetui resume` goes on."""
    from engine import datasets, registry
    from engine.jobs import TrainJob

    options: Options = context.obj
    prefers = registry.variant(variant).prefers
    config = _assignments(settings or [])
    config |= {key: value for key, value in (("epochs", epochs), ("seed", seed)) if value is not None}
    key = dataset or datasets.default(prefers, options.data_folder)
    _carry_out(TrainJob(variant=variant, dataset=key, preset=preset, config=config, name=name), options, json)


def resume(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="An id, the beginning of one, a name, or `last`.")],
    epochs: Epochs = None,
    json: Json = False,
) -> None:
    """Go on with a run exactly where it stopped; with --epochs, for longer than planned."""
    from engine.jobs import ResumeJob

    _carry_out(ResumeJob(run_id=run, epochs=epochs), context.obj, json)


def _assignments(texts: list[str]) -> dict[str, Any]:
    from engine.errors import UsageError

    config: dict[str, Any] = {}
    for text in texts:
        field, equals, value = text.partition("=")
        if not (equals and field.strip()):
            raise UsageError("Bad --set", f"expected FIELD=VALUE (for example hidden_dim=64), got {text!r}")
        config[field.strip()] = value
    return config


def _carry_out(job: Job, options: Options, json: bool) -> None:
    with engines.engine(options) as (engine, events):
        run_id = engine.submit(job)  # refused at once, or worth loading TensorFlow for
        follower = _Follower(events, options.quiet, json)
        _stop_on_signals(lambda: follower.stop(engine, run_id))
        engine.start()
        finished = follower.follow()
    if not json:
        typer.echo(summary(options.store.find(run_id), finished))
    if finished.outcome == "stopped":
        raise typer.Exit(130)
    if finished.outcome in ("failed", "diverged"):
        typer.echo(f"aetui: {finished.message}", err=True)
        raise typer.Exit(1)


def _stop_on_signals(stop: Callable[[], None]) -> None:
    """Let SIGINT and SIGTERM stop the run, keeping its weights; the second one ends the program."""
    came: list[int] = []

    def on_signal(number: int, frame: object) -> None:
        came.append(number)
        if len(came) > 1:  # the user means it
            raise KeyboardInterrupt
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)


class _Follower:
    """Tells what happens to a run until it ends."""

    def __init__(self, events: SimpleQueue[Event], quiet: bool, json: bool) -> None:
        from aetui.cli.narration import Narrator

        self._events = events
        self._narrator = Narrator(quiet)
        self._json = json
        self._begun = False

    def stop(self, engine: Engine, run_id: str) -> None:
        if not self._begun:
            # Nothing is on disk yet, and what holds us up, loading or compiling, cannot be cut short.
            self._narrator.close()
            os._exit(130)
        self._narrator.say("stopping …")
        engine.cancel(run_id)

    def follow(self) -> RunFinished:
        """Until the run ends.

        Raises:
            EngineError: it could not even begin.
        """
        from engine.errors import EngineError
        from engine.events import EngineFailed, RunCancelled, RunFinished, RunResumed, RunStarted, encode

        try:
            while True:
                event = self._events.get()
                self._begun |= isinstance(event, RunStarted | RunResumed)
                if self._json and event.run_id:
                    typer.echo(encode(event).decode())
                self._narrator.tell(event)
                match event:
                    case RunFinished():
                        return event
                    case RunCancelled():
                        raise typer.Exit(130)
                    case EngineFailed():
                        error = EngineError(event.title, event.message)
                        error.exit_code = event.exit_code
                        raise error
        finally:
            self._narrator.close()


def summary(record: RunRecord, finished: RunFinished) -> str:
    """The final figures of a run, one to a line."""
    from aetui.cli.tables import aligned
    from aetui.render import numbers
    from engine.events import complete_epochs

    epochs = complete_epochs(record.events()[0])
    rows = [
        ("run", record.id),
        ("outcome", f"{finished.outcome}, {finished.epochs} epochs, {numbers.duration(finished.seconds)}"),
    ]
    if finished.train:
        last = epochs[-1]
        best = min(epochs, key=lambda event: event.validation["loss"])
        found = f"best {numbers.loss(best.validation['loss'])} in epoch {best.epoch}"
        rows += [
            ("training", f"loss {numbers.loss(finished.train['loss'])}"),
            ("validation", f"loss {numbers.loss(finished.validation['loss'])} ({found})"),
            (
                "batch sum",
                f"{finished.train['loss'] * last.steps:.4g} over {last.steps} batches{_published(record, last)}",
            ),
        ]
    return aligned(rows)


def _published(record: RunRecord, last: Any) -> str:
    """The reference figure for this very epoch, where there is one for this recipe and this data set."""
    from engine import registry

    variant = registry.VARIANTS.get(record.variant)
    reference = variant.published if variant else None
    if reference is None or record.preset != "book" or record.dataset != reference.dataset:
        return ""
    figure = reference.train.get(last.epoch)
    return f" (published: {figure * last.steps:.4g})" if figure else ""
