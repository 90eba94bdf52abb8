"""What a run shows beside its model after every epoch and at its end."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.backend import Model
from engine.runs.snapshots import Samples


class Comparison(Protocol):
    """What is known beside a model."""

    def views(self, samples: Samples, codes: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """By name, the latent plane, where `codes` lie, and what the baseline makes of the same items and, where it
        can, of those of `samples`."""

    def metrics(self, model: Model, folder: Path, version: str) -> Generator[tuple[int, int], None, dict[str, float]]:
        """See `engine.events.RunFinished.metrics`.

        Yields, every few tenths of a second, how much is done of how much (0 of 0: unknown). What queries to the
        run will need is kept in its `folder` under the `version` of the weights (see `engine.analysis.neighbours`).
        """
