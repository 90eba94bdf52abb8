"""What a run achieved beside what was published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aetui.render import metrics, numbers
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.cli.recipes import Figure, Recipe
    from engine.analysis.published import History
    from engine.runs.store import RunRecord
    from engine.variants.variant import Curve

LABEL = "published"
PARTS = {"train": "training"}
INSIDE = {True: "yes", False: "no", None: numbers.UNKNOWN}


class Comparison(NamedTuple):
    """Published figures, from the lowest to the highest, and ours of the same epoch."""

    what: str
    epoch: int
    published: tuple[float, float]
    ours: float
    part: str = "validation"
    """Of the data."""

    @property
    def difference(self) -> str:
        """In per cent of the nearest published figure: "-26.0 %"; for ours within a range, that it is inside."""
        low, high = self.published
        nearest = min(max(self.ours, low), high)
        if low != high and nearest == self.ours:
            return "inside"
        return f"{100 * (self.ours - nearest) / nearest:+.1f} %" if nearest else numbers.UNKNOWN


def what(curve: Curve | Figure) -> str:
    """A published curve in words: "training loss, batch sum"."""
    return f"{PARTS.get(curve.part, curve.part)} {metrics.label(curve.term)}{', batch sum' * curve.summed}"


def published_range(low: float, high: float) -> str:
    """ "2.785", or "216.0 to 234.0"."""
    return numbers.loss(low) if low == high else f"{numbers.loss(low)} to {numbers.loss(high)}"


def cells(figure: Figure) -> tuple[str, ...]:
    """What, epoch, published; number, mean, deviation, lowest and highest of ours; whether the published is inside."""
    first = (what(figure), str(figure.epoch), published_range(*figure.published))
    ours, unknown = figure.ours, numbers.UNKNOWN
    if ours is None:
        return (*first, "0", *[unknown] * 5)
    sd = unknown if ours.sd is None else f"{ours.sd:.2g}"
    values = (numbers.loss(value) for value in (ours.low, ours.high))
    return (*first, str(ours.n), numbers.loss(ours.mean), sd, *values, INSIDE[figure.inside])


def notes(recipe: Recipe) -> list[str]:
    """What is to be known beside the figures of a recipe, a line each."""
    diverged = [run for run in recipe.runs if run.status == "diverged"]
    return [
        "; ".join(filter(None, (recipe.source, recipe.note))),
        *recipe.errata,
        *(f"Seed {run.seed} diverged after {counted(run.epochs, 'epoch')}." for run in diverged),
    ]


def comparisons(record: RunRecord) -> list[Comparison]:
    """A run of the published recipe on the published data beside each published curve; empty for any other run."""
    from engine.analysis import published

    known = published.of(record)
    if known is None or not published.comparable(record):
        return []
    run = published.history(record)
    return [found for curve in known.curves if (found := _compared(curve, run))]


def _compared(curve: Curve, run: History) -> Comparison | None:
    """At the last epoch that is both published and trained."""
    from engine.analysis import published

    last = run.epochs[-1].epoch if run.epochs else 0
    at = max((epoch for epoch in curve.values if epoch <= last), default=0)
    ours = published.value(curve, run, at)
    return None if ours is None else Comparison(what(curve), at, curve.range(at), ours, curve.part)


def published(record: RunRecord) -> list[tuple[str, str]]:
    """`comparisons` in words, or in one line what keeps a run that began from the published recipe out of them."""
    obstacle = _obstacle(record)
    if obstacle:
        return [(LABEL, f"not compared: {obstacle}")]
    compared = comparisons(record)
    told = [
        f"{published_range(*found.published)} ({found.what}, epoch {found.epoch}); "
        f"ours {numbers.loss(found.ours)}, {found.difference}"
        for found in compared
    ]
    return [(LABEL, text) for text in (*told, *_variance_left(record, compared))]


def _obstacle(record: RunRecord) -> str:
    """How a run differs from the published recipe that it began from; empty if it does not."""
    from engine.analysis import published
    from engine.errors import SettingError

    if published.of(record) is None:
        return ""
    try:
        changes = published.changes(record)
    except SettingError as error:
        return str(error)
    settings = [f"{name} is {ours}, published {theirs}" for name, (ours, theirs) in changes.items()]
    return "; ".join(settings)


def _variance_left(record: RunRecord, found: Sequence[Comparison]) -> list[str]:
    """The last published loss as a share of our targets' variance: the published run drew other unknown words."""
    from engine.events import RunFinished

    ends = [event for event in record.last_events() if isinstance(event, RunFinished)]
    variance = ends[-1].metrics.get("target_variance", 0) if ends else 0
    losses = [each for each in found if each.part != "test"]  # what is tested may be no loss
    if not (variance > 0 and losses):
        return []
    last = losses[-1]
    low, high = (figure / variance for figure in last.published)
    share = f"{low:.1%}" if low == high else f"{low:.1%} to {high:.1%}"
    return [f"about {share} variance left ({last.what}, epoch {last.epoch})"]
