"""The one figure of a finished run that a table has room for, and what it has to beat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.analysis.baselines import BASELINES, MEASURES, Baseline, Measure

COSINE = Measure("cosine", "cosine_mean", "reconstruction cosine", higher_is_better=True, short="cosine")
LOSS = Measure("loss", "test_loss", "test loss", higher_is_better=False, short="loss")
ORDER = (*(measure for measure in MEASURES if measure.higher_is_better is not None), COSINE, LOSS)
"""What a run is told by, the first that it has."""


class Headline(NamedTuple):
    """A model's figure beside that of the strongest baseline which is a rival; None where there is none."""

    measure: Measure
    ours: float
    baseline: Baseline | None
    theirs: float | None

    @property
    def beats(self) -> bool | None:
        """Whether the model is at least as good; None where there is nothing to beat."""
        if self.theirs is None:
            return None
        return self.ours >= self.theirs if self.measure.higher_is_better else self.ours <= self.theirs

    @property
    def badness(self) -> float:
        """Sorts the better model first."""
        return -self.ours if self.measure.higher_is_better else self.ours


_RIVALS = [(measure, [(row, f"{row.key}_{measure.key}") for row in BASELINES if row.rival]) for measure in ORDER]
"""Of each measure, the names of the baselines' metrics."""


def headline(metrics: Mapping[str, float]) -> Headline | None:
    """Of `RunFinished.metrics`; None where nothing was measured."""
    for measure, names in _RIVALS:
        ours = metrics.get(measure.ours)
        if ours is not None:
            rivals = [(metrics[name], row) for row, name in names if name in metrics]
            if not rivals:
                return Headline(measure, ours, None, None)
            strongest = (max if measure.higher_is_better else min)(rivals, key=lambda pair: pair[0])
            return Headline(measure, ours, strongest[1], strongest[0])
    return None
