"""`aetui set`: settings of a run that trains."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aetui.cli import completers
from aetui.cli.arguments import Run
from aetui.render.text import plain

if TYPE_CHECKING:
    from engine.events import Event, SettingsChanged
    from engine.runs.store import RunRecord

ANSWER_SECONDS = 60.0
"""How long whoever trains the run may take: a chunk, and an answer it works at."""
TICK_SECONDS = 0.05


def set_settings(
    context: typer.Context,
    run: Run,
    settings: Annotated[
        list[str],
        typer.Argument(
            metavar="FIELD=VALUE...",
            autocompletion=completers.settings_of_run,
            help="Settings and their new values; a part of a name will do that no other has.",
        ),
    ],
    json: Annotated[
        bool, typer.Option("--json", help="Print the event `settings_changed` as a JSON line: `epoch`, `config`.")
    ] = False,
) -> None:
    """Change settings of a run that trains, in any process: they hold from its next epoch on.

    Those may change that neither the networks nor the data depend on: the rate, weights of penalties, noise and so on.
    The run goes on as a fork after that epoch would, and `aetui train … --at` trains it again to the bit.
    """
    from aetui.cli.assignments import assignments
    from engine import events, registry
    from engine.params import describe
    from engine.runs.adjusting import ask, present
    from engine.runs.listing.changes import told

    store = context.obj.store
    record = store.find(run)
    known = describe(registry.preset(record.variant, record.preset))
    wanted = assignments(settings, known, "setting")
    offset, before = record.events()[1], present(record)
    if not (different := ask(store, record.id, wanted)):
        typer.echo(f"nothing changes: {plain(record.id)} has these settings", err=True)
        return
    changed = _answered(record, offset, different)
    if json:
        typer.echo(events.encode(changed).decode())
        return
    both = ", ".join(f"{name} {told(value)} (was {told(before[name])})" for name, value in different.items())
    typer.echo(f"from epoch {changed.epoch + 1} on: {plain(both)}")


def _answered(record: RunRecord, offset: int, different: dict[str, Any]) -> SettingsChanged:
    """What whoever trains the run says to it.

    Raises:
        RunError: it does not change them, or says nothing.
    """
    from engine.errors import RunError
    from engine.events import Logged, SettingsChanged
    from engine.runs.requests import take_settings
    from engine.runs.steering import STAY

    until = time.monotonic() + ANSWER_SECONDS
    while True:
        lives = record.lives
        told: list[Event]
        told, offset = record.events(offset)
        for event in told:
            if isinstance(event, SettingsChanged) and different.items() <= event.config.items():
                return event
            if isinstance(event, Logged) and event.text.startswith(STAY):
                raise RunError("Not changed", event.text)
        if not lives or time.monotonic() > until:
            take_settings(record.folder)
            why = (
                "it has ended meanwhile" if not lives else f"process {record.info.pid} on {record.info.host} is silent"
            )
            raise RunError("No answer", f"the settings of {record.id} did not change: {why}")
        time.sleep(TICK_SECONDS)
