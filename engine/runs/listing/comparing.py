"""Two runs side by side: what they were set to, and what they reached."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from engine.runs.listing.summary import Summary

Section = Literal["run", "setting", "metric"]


class Line(NamedTuple):
    """One thing that both runs may have; None where one has it not."""

    section: Section
    name: str
    one: Any
    other: Any

    @property
    def differs(self) -> bool:
        """Whether it tells the runs apart."""
        return bool(self.one != self.other)


def side_by_side(one: Summary, other: Summary) -> list[Line]:
    """All that is set and measured, in the order of `one`, what only `other` has behind it."""
    runs = [
        Line("run", name, getattr(one, field), getattr(other, field))
        for name, field in (
            *(("model", "variant"), ("preset", "preset"), ("data", "dataset"), ("state", "status")),
            *(("epochs done", "epochs"), ("duration", "seconds"), ("validation loss", "loss")),
        )
    ]
    settings = [Line("setting", name, one.config.get(name), other.config.get(name)) for name in _names(one, other)]
    measured = dict.fromkeys((*one.metrics, *other.metrics))
    return [
        *runs,
        *settings,
        *(Line("metric", name, one.metrics.get(name), other.metrics.get(name)) for name in measured),
    ]


def _names(one: Summary, other: Summary) -> dict[str, None]:
    return dict.fromkeys((*one.config, *other.config))
