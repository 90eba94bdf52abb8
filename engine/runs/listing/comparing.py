"""Runs side by side: what they were set to, and what they reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from engine.runs.listing.summary import Summary

Section = Literal["run", "setting", "metric"]

RUN = (
    *(("model", "variant"), ("preset", "preset"), ("data", "dataset"), ("state", "status")),
    *(("epochs done", "epochs"), ("duration", "seconds"), ("validation loss", "loss")),
)
"""What is told of a run beside its settings and metrics: the name, and the field of its summary."""


class Row(NamedTuple):
    """One thing that runs may have, of each its value; None where one has it not."""

    section: Section
    name: str
    values: tuple[Any, ...]

    @property
    def differs(self) -> bool:
        """Whether it tells the runs apart."""
        return any(value != self.values[0] for value in self.values)


class Line(NamedTuple):
    """One thing that two runs may have; None where one has it not."""

    section: Section
    name: str
    one: Any
    other: Any

    @property
    def differs(self) -> bool:
        """Whether it tells the runs apart."""
        return bool(self.one != self.other)


def abreast(runs: Sequence[Summary]) -> list[Row]:
    """All that is set and measured, in the order of the first, what only others have behind it."""
    settings = dict.fromkeys(name for run in runs for name in run.config)
    measured = dict.fromkeys(name for run in runs for name in run.metrics)
    return [
        *(Row("run", name, tuple(getattr(run, field) for run in runs)) for name, field in RUN),
        *(Row("setting", name, tuple(run.config.get(name) for run in runs)) for name in settings),
        *(Row("metric", name, tuple(run.metrics.get(name) for run in runs)) for name in measured),
    ]


def side_by_side(one: Summary, other: Summary) -> list[Line]:
    """As `abreast`, of two."""
    return [Line(row.section, row.name, *row.values) for row in abreast([one, other])]
