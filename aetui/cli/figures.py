"""What a run achieved beside what was published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aetui.render import numbers

if TYPE_CHECKING:
    from engine.events import EpochEnded
    from engine.store import RunRecord
    from engine.variants.variant import Curve


class Comparison(NamedTuple):
    """A published figure and ours of the same epoch; None where there is none."""

    what: str
    epoch: int
    published: float | None
    ours: float | None

    @property
    def cells(self) -> tuple[str, ...]:
        """As text: what, epoch, published, ours, difference and the same in per cent."""
        values = [numbers.UNKNOWN if value is None else numbers.loss(value) for value in (self.published, self.ours)]
        if self.published is None or self.ours is None:
            return self.what, str(self.epoch), *values, numbers.UNKNOWN, numbers.UNKNOWN
        difference = self.ours - self.published
        share = f"{100 * difference / self.published:+.1f} %" if self.published else numbers.UNKNOWN
        return self.what, str(self.epoch), *values, f"{difference:+.3g}", share


def comparisons(record: RunRecord) -> list[Comparison]:
    """A run of the published recipe on the published data beside each published curve; empty for any other run."""
    from engine import registry
    from engine.events import complete_epochs

    variant = registry.VARIANTS.get(record.variant)
    published = variant.published if variant else None
    if published is None or record.preset != "book" or record.dataset != published.dataset:
        return []
    epochs = complete_epochs(record.events()[0])
    return [_compared(curve, epochs) for curve in published.curves] if epochs else []


def _compared(curve: Curve, epochs: Sequence[EpochEnded]) -> Comparison:
    """At the last epoch that is both published and trained; without one, ours of the last trained one alone."""
    last = epochs[-1].epoch
    at = max((epoch for epoch in curve.values if epoch <= last), default=last)
    event = next(event for event in epochs if event.epoch == at)
    ours = (event.train if curve.part == "train" else event.validation).get(curve.term)
    if ours is not None and curve.summed:
        ours *= event.steps
    what = f"{'training' if curve.part == 'train' else 'validation'} {curve.term}{', batch sum' * curve.summed}"
    return Comparison(what, at, curve.values.get(at), ours)


def published(record: RunRecord) -> list[tuple[str, str]]:
    """`comparisons` in words, those that have both figures."""
    found = [one for one in comparisons(record) if None not in one]
    cells = [one.cells for one in found]
    rows = [
        ("published", f"{theirs} ({what}, epoch {epoch}); ours {ours}, {share}")
        for what, epoch, theirs, ours, _, share in cells
    ]
    return rows + [("published", text) for text in _variance_left(record, found)]


def _variance_left(record: RunRecord, found: Sequence[Comparison]) -> list[str]:
    """The last published loss as a share of our targets' variance: the published run drew other unknown words."""
    from engine.events import RunFinished

    ends = [event for event in record.last_events() if isinstance(event, RunFinished)]
    variance = ends[-1].figures.get("target_variance", 0) if ends else 0
    if not (variance > 0 and found and found[-1].published):
        return []
    return [f"about {found[-1].published / variance:.1%} variance left ({found[-1].what}, epoch {found[-1].epoch})"]
