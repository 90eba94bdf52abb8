"""What a run on ratings shows beside its model: simple models of ratings, and the errors of all on the test part."""

from __future__ import annotations

from collections.abc import Generator
from math import isfinite, sqrt
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from engine.analysis import plane
from engine.analysis.baselines import Fitted, Fitting, fitted
from engine.backend import Model
from engine.datasets.data import in_blocks
from engine.ratings.rating_data import ASKED, SEEN, RatingsData
from engine.runs.snapshots import Samples


class RatingComparison:
    """The baselines of ratings, fitted to those to train on."""

    def __init__(self, fitting: Fitting) -> None:
        self._data = cast("RatingsData", fitting.data)
        self._answering: dict[str, Fitted] = fitted("rating", fitting)
        part = self._data.validation
        places = plane.items(part.labels)
        self._labels = part.labels[places]
        self._points = plane.project(self._answering["svd"].encode(part.items[places]))

    def views(self, samples: Samples, codes: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Points of codes and of the SVD's factors, (n, 2)."""
        del samples
        return {"points": plane.project(codes), "baseline_points": self._points, "point_labels": self._labels}

    def metrics(self, model: Model, folder: Path, version: str) -> Generator[tuple[int, int], None, dict[str, float]]:
        """`test_rmse`, and that of each baseline: root of the mean squared error of the test ratings, in their unit.

        Each is told the ratings to train on, and answers within the range of these. Yields how many rows are done, and
        of how many.
        """
        del folder, version
        data, answers = self._data, {name: one.answer for name, one in self._answering.items()}
        totals, count, items = dict.fromkeys(("test", *answers), 0.0), 0, data.test.items
        for block in in_blocks(items, model.block):
            rows = items[block]
            known = data.known(rows)
            asked = rows[:, ASKED][known] * data.ratings.deviation + data.ratings.mean
            made = {"test": model.decode(model.encode(data.as_floats(rows)))}
            made |= {name: answer(rows[:, SEEN]) for name, answer in answers.items()}
            for name, found in made.items():
                errors = data.ratings.in_units(found[known]) - asked
                totals[name] += float(np.square(errors, dtype=np.float64).sum())
            count += int(known.sum())
            yield block.stop, len(items)
        return {f"{name}_rmse": sqrt(total / max(count, 1)) for name, total in totals.items() if isfinite(total)}
