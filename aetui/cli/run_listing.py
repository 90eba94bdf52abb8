"""What `aetui runs` prints: a table, or a JSON line for each run."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import typer

from aetui.cli.tables import aligned
from aetui.render import run_cells
from aetui.render.text import plain, plain_json

if TYPE_CHECKING:
    from engine.runs.listing.rows import Row
    from engine.runs.listing.summary import Summary
    from engine.runs.store import RunStore

HEAD = ("RUN", "STATE", "MODEL", "DATA", "AGE", "DURATION", "EPOCHS", "METRIC", "BASELINE", "CHANGED", "TAGS", "NAME")
WIDEST = 40
"""Characters of what a user or a model may make as long as they like."""
REPORT_SECONDS = 1.0


def listed(store: RunStore, wanted: str, sort: str, *, reverse: bool, quiet: bool) -> list[Row]:
    """The runs that the filter `wanted` fits, in order; says on standard error why there are none.

    Raises:
        UsageError: the filter or the order cannot be meant.
    """
    from engine.runs.listing.filtering import parse
    from engine.runs.listing.ordering import ordered
    from engine.runs.listing.rows import row
    from engine.runs.listing.waiting_rows import with_waiting

    runs, problems = with_waiting(store.summaries(None if quiet else _Reading()), store)
    rows = ordered(parse(wanted, runs).of(row(run) for run in runs), sort, reverse=reverse)
    for run_id in store.newer():
        typer.echo(f"not shown: {plain(run_id)} was written by a newer version of aetui", err=True)
    for problem in problems:
        typer.echo(f"not shown: {plain(problem, 300)}", err=True)
    if not runs:
        typer.echo(f"no runs yet below {plain(str(store.root))}; `aetui train` makes one", err=True)
    elif not rows:
        typer.echo(f"none of {len(runs):,} runs fits {plain(wanted)}; `aetui runs` lists them all", err=True)
    return rows


class _Reading:
    """Says now and then how far the reading of many runs is: the first time it takes long."""

    def __init__(self) -> None:
        self._next = time.monotonic() + REPORT_SECONDS

    def __call__(self, done: int, total: int, _so_far: list[Summary]) -> None:
        if time.monotonic() > self._next and sys.stderr is not None:
            typer.echo(f"reading the runs for the first time: {done:,} of {total:,}", err=True)
            self._next = time.monotonic() + REPORT_SECONDS


def printed(rows: list[Row], *, json: bool) -> str:
    """`rows` as a table, or as JSON lines with all that is known of each run."""
    if json:
        return "\n".join(plain_json(_json(row)) for row in rows)
    now = time.time()
    cells = [_cells(row, now) for row in rows]
    shown = [*range(len(HEAD))]
    shown += [len(HEAD)] if any(row.run.group for row in rows) else []
    shown += [len(HEAD) + 1] if any(row.run.parent for row in rows) else []
    lines = [(*HEAD, "GROUP", "FORK OF"), *cells]
    return aligned([tuple(each[column] for column in shown) for each in lines])


def _cells(row: Row, now: float) -> tuple[str, ...]:
    run = row.run
    return (
        run.id,
        run.status,
        run_cells.model(run),
        run.dataset,
        run_cells.age(run, now),
        run_cells.duration(run),
        run_cells.epochs(run),
        run_cells.metric(row),
        run_cells.baseline(row),
        run_cells.changed(row.changed, WIDEST),
        run_cells.tags(run),
        plain(run.name, WIDEST),
        plain(run.group, 60),
        run_cells.parent(run),
    )


def _json(row: Row) -> str:
    import msgspec

    known: dict[str, Any] = msgspec.structs.asdict(row.run)
    found = row.headline
    known["changed"] = row.changed
    known["metric"] = found.measure.ours if found else None
    known["baseline"] = found.baseline.key if found and found.baseline else None
    known["beats_baseline"] = found.beats if found else None
    return msgspec.json.encode(known).decode()
