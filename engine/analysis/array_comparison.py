"""What a run on arrays shows beside its model: the baselines of what it is asked to do."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.analysis import pca, plane
from engine.analysis.baselines import Fitting, fitted, task_of
from engine.analysis.final_metrics import SMALL, areas, neighbours_votes, reconstruction_errors
from engine.backend import Model
from engine.runs.snapshots import Samples


class ArrayComparison:
    """The baselines of a task on arrays, fitted once per data set and size; the strongest is seen in pictures."""

    def __init__(self, fitting: Fitting) -> None:
        self._data, self._cache = fitting.data, fitting.cache
        self._answering = fitted(task_of(fitting.model, paired=fitting.data.paired), fitting)
        self._small = fitting.size <= SMALL and len(fitting.data.classes) > 1 and not fitting.data.normal
        self._features = fitted("features", fitting) if self._small else {}
        self._shown = next(iter(self._answering.values()))
        part = self._data.validation
        places = plane.items(part.labels)
        self._labels = part.labels[places]
        known = self._answering.get("pca")
        shown = known if isinstance(known, pca.Pca) else pca.fit(self._data, 2, fitting.cache, fitting.report)
        self._points = shown.points(self._data.as_floats(part.items[places]))
        self._baseline: NDArray[np.float32] | None = None

    def views(self, samples: Samples, codes: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """`baseline`: what the strongest makes of the probe set, (count, *shape); points of codes and PCA, (n, 2)."""
        if self._baseline is None:  # the probe set is the same at every epoch
            self._baseline = self._shown.answer(samples.inputs)
        return {
            "baseline": self._baseline,
            "baseline_name": np.array([self._shown.name]),
            "points": plane.project(codes),
            "baseline_points": self._points,
            "point_labels": self._labels,
        }

    def metrics(self, model: Model, folder: Path, version: str) -> Generator[tuple[int, int], None, dict[str, float]]:
        """Squared errors on the test part and, for codes of at most `SMALL` numbers, votes of neighbours; where one
        class is learned alone, how well errors tell it from all others.

        Yields how many items are done, and of how many.
        """
        del folder, version
        found = yield from reconstruction_errors(model, self._data, self._answering)
        if self._small:
            found |= yield from neighbours_votes(model, self._data, self._features, self._cache)
        if self._data.normal:
            found |= yield from areas(model, self._data, self._answering)
        return found
