"""`aetui launch --hosts a,b train …`: one run on several hosts."""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli.carried import SETTINGS
from aetui.cli.commands import Commands

if TYPE_CHECKING:
    from aetui.cli.carried import Carried
    from engine.events import Event, RunFinished
    from engine.launching.supervisor import Word

FORWARDED: dict[signal.Signals, Word] = {
    signal.SIGINT: "stop",
    signal.SIGTERM: "stop",
    signal.SIGUSR1: "leave",
    signal.SIGHUP: "leave",
}
"""What each signal asks of the run."""


app = Commands()


@app.command("launch", context_settings=SETTINGS)
def launch(
    context: typer.Context,
    command: Annotated[
        list[str], typer.Argument(metavar="train|resume …", help="What to train, as `aetui train` has it.")
    ],
    hosts: Annotated[
        str, typer.Option(metavar="A,B,C", help="Where; the first one keeps the run. This one: its name.")
    ],
    workers: Annotated[int, typer.Option(min=1, help="Workers on each host.")] = 1,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where the first worker of each host listens (0: chosen).")
    ] = 0,
    restarts: Annotated[
        int, typer.Option(min=0, help="How often to start all anew without a newer checkpoint in between.")
    ] = 3,
    ssh: Annotated[str, typer.Option(metavar="CMD", help="How to reach other hosts (ssh -p 2222 …).")] = "ssh",
    folder: Annotated[str, typer.Option("--dir", metavar="PATH", help="The folder to work in, on all hosts.")] = "",
    python: Annotated[
        str, typer.Option(metavar="PATH", help="The interpreter of other hosts (default: that of this one).")
    ] = "",
) -> None:
    """Train one run by several processes, on this host and others; its curve is that of one process.

    When one is lost, all start again from the last checkpoint. Ctrl-C stops the run and keeps its weights.
    """
    from aetui import __version__
    from aetui.cli import carried
    from engine.launching import hosts as places
    from engine.launching.supervisor import Supervisor, error_of
    from engine.launching.worker import Plan

    found = places.places(hosts, workers, port)
    asked = carried.parsed(context, command, here=found[0].local)
    there = python if any(not place.local for place in found) else ""
    silent = replace(asked.options, quiet=True)  # what is narrated is made of its events, here
    words = [*carried.program(silent, python=there), *asked.words, "--json"]
    plan = Plan(found, words, python=python or sys.executable, folder=folder, ssh=ssh, version=__version__)
    told = _Told(asked)
    supervisor = Supervisor(
        plan,
        lambda: places.places(hosts, workers, port),
        restarts=restarts,
        heard=lambda event: None if told.hear(event) else supervisor.ask("stop"),
        say=told.say,
        passed=told.note,
    )
    for number, word in FORWARDED.items():
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, lambda number, frame, word=word: supervisor.ask(word))  # type: ignore[misc]
    try:
        ended = supervisor.run()
    finally:
        told.close()
    told.conclude()
    error = error_of(ended)
    if error is not None:
        raise error
    if ended.status:
        raise typer.Exit(ended.status)


class _Told:
    """Tells what the chief tells: in words, or as JSON lines."""

    def __init__(self, asked: Carried) -> None:
        from aetui.cli.event_stream import EventStream
        from aetui.cli.narration import Narrator

        self._asked = asked
        self._narrator = Narrator(asked.options.quiet)
        self._stream = EventStream() if asked.json else None
        self._finished: RunFinished | None = None
        self.say(f"{asked.run_id}: starting the workers")

    def hear(self, event: Event) -> bool:
        """Whether it could be told."""
        from engine.events import RunFinished

        self._narrator.tell(event)
        if isinstance(event, RunFinished):
            self._finished = event
        return self._stream is None or self._stream.write(event)

    def say(self, text: str) -> None:
        """What happens to the workers."""
        if not self._asked.options.quiet:
            self.note(text)

    def note(self, text: str) -> None:
        """What has to be read."""
        self._narrator.note(text)

    def close(self) -> None:
        """Make room for what is printed next."""
        self._narrator.close()

    def conclude(self) -> None:
        """The final figures. Raises EngineError where the JSON lines could not be written."""
        from aetui.cli.train import summary

        run_id, store = self._asked.run_id, self._asked.options.store
        if self._stream is not None:
            if self._stream.fault:
                raise self._stream.lost(f"{run_id} was stopped, its weights are kept")
            return
        record = store.get(run_id)
        if self._finished is not None and record is not None:
            typer.echo(summary(record, self._finished))
        elif self._finished is not None:
            typer.echo(f"{run_id} is {self._finished.outcome}, and kept on the first host")
