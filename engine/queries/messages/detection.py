"""What of these items does not fit what a model learned: scores, a threshold, verdicts."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.queries.messages.message import PartName, RunAnswer, RunQuery
from engine.storage.rows import Array


class Detect(RunQuery, frozen=True, kw_only=True):
    """Which items are strange to the model of `run_id`?

    Without `inputs` and `texts`: the first `count` items of the run's `part` (0: all).
    """

    inputs: Array | None = None
    """(n, *shape), uint8 or float32 in [0, 1] for images, else floats as the model sees them, NaN where a number is not
    known."""
    texts: tuple[str, ...] = ()
    """Sentences, in the place of `inputs`, for a model of text."""
    part: PartName = "test"
    count: int = 0
    normal: str = ""
    """The class of the run's data that is normal, all others strange: its name or number. Empty: the one that the run
    learned from alone, if it did."""
    strange: NDArray[np.bool_] | None = None
    """Which of `inputs` or `texts` are known to be anomalies, (n,): what the scores are judged by."""
    score: str = ""
    """A key of `engine.anomalies.scores.SCORES`; empty for that of the preset (`Variant.scores`)."""
    noise: bool = False
    """Whether a model that learned from corrupted items sees these with the noise of its validation."""
    quantile: float = 0.99
    """The threshold: so large a share of the validation items scores below it."""
    share: float | None = None
    """In the place of `quantile`: the expected share of anomalies among the items that are asked about."""
    baselines: tuple[str, ...] = ()
    """Keys of `engine.anomalies.detectors.DETECTORS` that judge the same items."""
    explain: tuple[int, ...] = ()
    """Places of items, from 0 on, whose errors number by number are wanted."""
    strangest: int = 0
    """The same of so many items with the highest scores, the highest first, after those of `explain`."""


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """A detector that was fitted to the items that the model learned from, and judged the same ones."""

    key: str
    label: str
    """In words, with what was chosen."""
    scores: NDArray[np.float32]
    """(n,), higher is stranger; on a scale of its own."""
    threshold: float
    """Told as that of the model, by its own scores."""
    auroc: float | None
    average_precision: float | None
    fitted_to: int
    """Items; of many so many, spread evenly."""


class Detection(RunAnswer, frozen=True, kw_only=True):
    """The answer, about n items in their order."""

    score: str
    """The key of what was measured."""
    scores: NDArray[np.float32]
    """(n,), higher is stranger."""
    threshold: float
    anomalous: NDArray[np.bool_]
    """(n,): whose score lies above the threshold."""
    probability: NDArray[np.float32]
    """(n,), from 0 to 1: the score on a scale that can be read, see `engine.anomalies.thresholds.Calibration`."""
    confidence: NDArray[np.float32]
    """(n,), from 0 to 1: how stable the verdict is if the threshold were drawn from other items."""
    validation_scores: NDArray[np.float32]
    """(m,) of items that are taken to be normal; of very many so many, spread evenly."""
    reference: PartName
    """Which part these are of: validation where items were held out, else train, whose scores are too low."""
    share: float | None
    """The expected share of anomalies, where that told the threshold."""
    names: tuple[str, ...] | None = None
    """(n,) of items of the run's own data, where they have any."""
    labels: NDArray[Any] | None = None
    """(n,) int64, indices of `classes`; of items of the run's own data with two classes or more."""
    classes: tuple[str, ...] = ()
    normal: str = ""
    """The name of the class that is normal, where one is."""
    strange: NDArray[np.bool_] | None = None
    """(n,): which are known to be anomalies; None where that is not known."""
    auroc: float | None = None
    """Of `scores` against `strange`; None where that is not known, or has one value only."""
    average_precision: float | None = None
    baselines: tuple[Beside, ...] = ()
    explained: NDArray[np.int64]
    """(k,) places of the items that the following are of."""
    inputs: NDArray[np.float32]
    """(k, *shape), what the encoder saw."""
    targets: NDArray[np.float32]
    """(k, *shape), what was to be answered."""
    outputs: NDArray[np.float32]
    """(k, *shape), what was."""
    errors: NDArray[np.float32]
    """(k, *shape), squared: which numbers of an item made its score; 0 where a number is not known."""
    known: NDArray[np.bool_] | None = None
    """(k, *shape): which numbers of `targets` are known; None: all."""
