"""How well scores tell known anomalies from normal items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Judged(NamedTuple):
    """Both None where it is not known which items are anomalies, or all or none are."""

    auroc: float | None
    """Area under the ROC curve: how probably an anomaly scores higher than a normal item; 0.5 by chance."""
    average_precision: float | None
    """Mean precision over the anomalies, each as the last that is taken; their share by chance."""


def judged(scores: NDArray[np.floating], strange: NDArray[np.bool_] | None) -> Judged:
    """`scores` (n,), higher is stranger, against which items are `strange` (n,)."""
    if strange is None or strange.all() or not strange.any():
        return Judged(None, None)
    from sklearn.metrics import average_precision_score, roc_auc_score

    return Judged(float(roc_auc_score(strange, scores)), float(average_precision_score(strange, scores)))
