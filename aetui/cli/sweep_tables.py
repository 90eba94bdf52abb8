"""What `aetui sweep` prints."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import typer

from aetui.cli.tables import aligned
from aetui.render import numbers
from aetui.render.text import plain, plain_json
from engine.errors import EngineError, RunError, counted

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.runs.store import RunStore
    from engine.sweeps.sweep import Sweep
    from engine.sweeps.table import Row
    from engine.sweeps.trials import Trial


def listing(found: Sequence[Sweep], store: RunStore) -> str:
    """A line for each sweep."""
    from engine.sweeps import sweep as sweeps
    from engine.sweeps import trials

    rows = [("SWEEP", "STATE", "NAME", "MODEL", "DATA", "SAMPLER", "TRIALS", "BEST", "AGE")]
    for each in found:
        known = trials.read(sweeps.folder(store, each.id))
        best = trials.best(known)
        over = sum(trial.state != "running" for trial in known.values())
        rows.append(
            (
                each.id,
                state(each, known, store),
                each.name,
                each.job.variant,
                each.job.dataset,
                each.sampler,
                f"{over}/{each.trials}",
                numbers.UNKNOWN if best is None or best.value is None else numbers.loss(best.value),
                numbers.age(time.time() - each.created),
            )
        )
    return aligned(rows)


def state(sweep: Sweep, known: dict[int, Trial], store: RunStore) -> str:
    """How a sweep stands."""
    from engine.sweeps import sweep as sweeps
    from engine.sweeps import table

    return table.standing(sweep, known, sweeps.lives(store, sweep.id))


def put_out(sweep: Sweep, options: Options, *, json: bool, csv: Path | None) -> None:
    """Print the table, and write it as CSV where that is asked for.

    Raises:
        RunError: the file cannot be written.
    """
    from engine.storage.atomic import SHARED, replacing
    from engine.sweeps import table, trials
    from engine.sweeps.sweep import folder, lives

    known, running = trials.read(folder(options.store, sweep.id)), lives(options.store, sweep.id)
    if csv is not None and str(csv) == "-":
        typer.echo(table.as_csv(sweep, known, running), nl=False)
        return
    if csv is not None:
        try:
            with replacing(csv, mode=SHARED) as file:
                file.write(table.as_csv(sweep, known, running).encode())
        except OSError as error:
            raise RunError("Not written", f"{csv}: {error.strerror or error}; choose another file") from error
    if json:
        for row in table.rows(known, running):
            typer.echo(plain_json(msgspec.json.encode(row).decode()))
    else:
        typer.echo(shown(sweep, known, options))


def shown(sweep: Sweep, known: dict[int, Trial], options: Options) -> str:
    """The whole sweep for people."""
    from engine.sweeps import table
    from engine.sweeps.importance import importance
    from engine.sweeps.sweep import lives
    from engine.sweeps.trials import best

    winner = best(known)
    size = f"{counted(sweep.trials, 'trial')} × {counted(sweep.seeds, 'seed')}"
    summary = [
        ("sweep", sweep.id),
        ("name", plain(sweep.name) or numbers.UNKNOWN),
        ("state", state(sweep, known, options.store)),
        ("recipe", f"{sweep.job.variant}, preset {sweep.job.preset}, {sweep.job.dataset}"),
        ("over", ", ".join(f"{each.name} {each.text}" for each in sweep.over)),
        (
            "search",
            f"{sweep.sampler}, {size}, pruned: {sweep.prune}",
        ),
        ("judged by", f"validation {sweep.metric}, mean over seeds; the test part was not looked at"),
    ]
    if winner is not None and winner.value is not None:
        told = ", ".join(f"{name} {_value(value)}" for name, value in winner.settings.items())
        summary.append(("best", f"trial {winner.number}, {sweep.metric} {numbers.loss(winner.value)}: {told}"))
        if line := command(sweep, winner, options):
            summary.append(("train it", line))
    found = importance(sweep, known.values())
    if found is not None:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in found.shares.items())
        summary.append(("importance", f"{shares} ({found.how})"))
    head = ("TRIAL", "STATE", *(each.name for each in sweep.over), sweep.metric.upper(), "BEST EPOCH", "EPOCHS", "RUNS")
    rows = [_row(row, sweep) for row in table.rows(known, lives(options.store, sweep.id))]
    return f"{aligned(summary)}\n\n{aligned([head, *rows])}" if rows else aligned(summary)


def command(sweep: Sweep, trial: Trial, options: Options) -> str:
    """What trains the settings of `trial` anew with all its seeds, measured on the test part; empty if none does."""
    from aetui.taking.command import of_job

    again = msgspec.structs.replace(sweep.job_of(trial.settings, sweep.seed), group="", tested=True)
    with suppress(EngineError):
        line = of_job(again, options.data_folder).line
        return f"{line} --seeds {sweep.seeds}" if sweep.seeds > 1 else line
    return ""


def _row(row: Row, sweep: Sweep) -> tuple[str, ...]:
    reached = numbers.UNKNOWN if row.mean is None else numbers.mean_and_sd(row.mean, row.sd)
    settings = [_value(row.settings.get(each.name, "")) for each in sweep.over]
    runs = row.runs[0] + (f" … -{row.runs[-1].rpartition('-')[2]}" if len(row.runs) > 1 else "") if row.runs else ""
    told = f"{runs}  {row.message}".strip()
    return (str(row.trial), row.state, *settings, reached, epochs(row), str(row.looked_at), told)


def epochs(row: Row) -> str:
    """ "12"; "7–12" where seeds differ."""
    if not row.epochs:
        return numbers.UNKNOWN
    fewest, most = min(row.epochs), max(row.epochs)
    return str(most) if fewest == most else f"{fewest}–{most}"


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
