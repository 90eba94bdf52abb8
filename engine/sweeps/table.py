"""What a sweep has come to, as rows: the same whether it was ever interrupted or not."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from engine.sweeps.ranges import Range
from engine.sweeps.sweep import Sweep
from engine.sweeps.trials import JUDGED, Trial


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One trial."""

    trial: int
    state: str
    """As `Trial.state`; `waiting` for one that has its settings and is not under way."""
    settings: dict[str, Any]
    mean: float | None
    """Of the metric over the seeds that reached anything; of a pruned trial up to there."""
    sd: float | None
    """Sample standard deviation; None for a single seed."""
    epochs: tuple[int, ...]
    """The best epoch of each seed."""
    looked_at: int
    """Epochs of its longest seed."""
    runs: tuple[str, ...]
    message: str = ""
    host: str = ""


def standing(sweep: Sweep, trials: Mapping[int, Trial], running: bool) -> str:
    """How a sweep stands, in a word; `running`: whether a process carries it out."""
    if running:
        return "running"
    states = [trial.state for trial in trials.values()]
    if sum(each in JUDGED for each in states) >= sweep.trials:
        return "completed"
    return "failed" if len(states) >= sweep.trials and "running" not in states else "stopped"


def rows(trials: Mapping[int, Trial], running: bool = True) -> list[Row]:
    """By number; `running`: whether a process carries the sweep out. Where none does, no trial of ours is trained."""
    return [_row(trials[number], running) for number in sorted(trials)]


def ranked(found: Sequence[Row]) -> list[Row]:
    """The best completed trials first; behind them the others, those that were pruned latest first."""
    order = {"completed": 0, "pruned": 1, "running": 2}

    def key(row: Row) -> tuple[float, ...]:
        value = float("inf") if row.mean is None else row.mean
        return (order.get(row.state, 3), -row.looked_at if row.state == "pruned" else 0, value, row.trial)

    return sorted(found, key=key)


def _row(trial: Trial, running: bool) -> Row:
    found = trial.spread
    return Row(
        trial=trial.number,
        state="waiting" if trial.state == "running" and not (running or trial.host) else trial.state,
        settings=trial.settings,
        mean=found.mean if found else None,
        sd=found.sd if found else None,
        epochs=tuple(result.epoch for result in trial.results),
        looked_at=max((result.epochs for result in trial.results), default=0),
        runs=tuple(result.run for result in trial.results),
        message=trial.message,
        host=trial.host,
    )


def best_so_far(trials: Mapping[int, Trial]) -> list[tuple[int, float]]:
    """Number and value of each completed trial that was better than all before it."""
    found: list[tuple[int, float]] = []
    for number in sorted(trials):
        value = trials[number].value
        if value is not None and (not found or value < found[-1][1]):
            found.append((number, value))
    return found


def as_csv(sweep: Sweep, trials: Mapping[int, Trial], running: bool = True) -> str:
    """A line each, with a head; numbers as they are."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [each.name for each in sweep.over]
    writer.writerow(
        [
            "trial",
            "state",
            *names,
            f"{sweep.metric}_mean",
            f"{sweep.metric}_sd",
            "seeds",
            "best_epochs",
            "epochs",
            "runs",
        ]
    )
    for row in rows(trials, running):
        values = ["" if value is None else repr(value) for value in (row.mean, row.sd)]
        settings = [row.settings.get(name, "") for name in names]
        best = " ".join(map(str, row.epochs))
        writer.writerow(
            [row.trial, row.state, *settings, *values, len(row.runs), best, row.looked_at, " ".join(row.runs)]
        )
    return text.getvalue()


def places(over: Sequence[Range], row: Row) -> list[float]:
    """Where its settings lie in their ranges, 0 to 1 each."""
    return [each.place(row.settings[each.name]) for each in over]
