"""What a table says of a run in each of its columns, on the screen and on the command line."""

from __future__ import annotations

from math import isfinite, nan
from typing import TYPE_CHECKING

from aetui.render import metrics, numbers
from aetui.render.text import plain
from engine.runs.listing.changes import told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from engine.analysis.headline import Headline
    from engine.runs.listing.rows import Row
    from engine.runs.listing.summary import Summary

STAMP_WIDTH = 16
"""The beginning of an id: its time. With it a run without a name can be told, and called."""
BEATS, LOSES = "✓", "✕"
"""Before the baseline: whether the model is at least as good, or loses to it."""


def name(run: Summary, width: int | None = None) -> str:
    """What the run is called; without a name the beginning of its id, and the seed where others of its group begin
    like it."""
    if run.name:
        return plain(run.name, width)
    seed = f"-{run.config.get('seed', '')}" if run.group else ""
    return plain(run.id[:STAMP_WIDTH] + seed, width)


def origin(run: Summary) -> str:
    """Which run a fork comes from; empty for one that began by itself."""
    return f"fork of {plain(run.parent, STAMP_WIDTH)} after epoch {numbers.count(run.forked_at)}" if run.parent else ""


def parent(run: Summary) -> str:
    """The same for a column of its own: the id of the parent, and the epoch."""
    return f"{plain(run.parent, 60)} @ {run.forked_at}" if run.parent else ""


def model(run: Summary) -> str:
    """The variant and its preset."""
    return plain(f"{run.variant} {run.preset}")


def age(run: Summary, now: float) -> str:
    """Since it was begun."""
    return numbers.age(now - run.created)


def age_cell(run: Summary, now: float) -> str:
    """As `age`, below the head that says what it is: "3 min"."""
    return age(run, now).removesuffix(" ago")


def duration(run: Summary) -> str:
    """Seconds of training in words."""
    return numbers.UNKNOWN if run.seconds is None else numbers.duration(run.seconds)


def epochs(run: Summary) -> str:
    """Those that are complete; of how many, where there are to be more: "12/50"."""
    done = numbers.count(run.epochs)
    return done if run.epochs == run.planned else f"{done}/{numbers.count(run.planned)}"


def metric(row: Row) -> str:
    """The test figure by its name; before the end, the newest validation loss."""
    if row.headline is not None:
        return figure(row.headline, row.headline.ours)
    return numbers.UNKNOWN if row.run.loss is None else f"val {numbers.loss(row.run.loss)}"


def figure(found: Headline, value: float) -> str:
    """A value of the measure that `found` is about: "MSE 0.01164"."""
    if found.measure.key == "cosine":
        return f"cosine {value:.4f}"
    return f"{found.measure.short} {metrics.shown(found.measure, value)}"


def baseline(row: Row) -> str:
    """What the model has to beat, with a mark that says whether it does: "✓ PCA 0.02071"."""
    found = row.headline
    if found is None or found.baseline is None or found.theirs is None:
        return numbers.UNKNOWN
    label = found.baseline.short or found.baseline.label
    return f"{BEATS if found.beats else LOSES} {label} {metrics.shown(found.measure, found.theirs)}"


def changed(settings: Mapping[str, Any], width: int | None = None) -> str:
    """Settings that are not those of the preset: "hidden_dim 64, epochs 5"."""
    return plain(", ".join(f"{key} {told(value)}" for key, value in settings.items()), width)


def value(found: object) -> str:
    """Anything that is set or measured, for a column of its own."""
    if found is None:
        return numbers.UNKNOWN
    if isinstance(found, float):
        return numbers.loss(found) if isfinite(found) else numbers.loss(nan)
    return plain(told(found))


def tags(run: Summary) -> str:
    """One after the other."""
    return plain(" ".join(run.tags))
