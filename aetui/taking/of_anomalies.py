"""What the anomalies panel shows, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aetui.panels.table import PANELS, View
from aetui.taking.taken import Plot, Series, Table, Taken

if TYPE_CHECKING:
    from aetui.panels.scored import Scored

KEY = "anomalies"
COLUMNS = ("item", "name", "class", "score", "anomalous", "probability", "anomaly")


def detected(view: View, scored: Scored | None) -> Taken:
    """Each test item with its score, and its verdict by the threshold as it stands; `anomaly` is what is known."""
    label = PANELS[KEY].label
    if scored is None:
        return Taken(KEY, label, missing="there is no run yet" if view.run is None else "no items are scored yet")
    detection = scored.detection
    strange = detection.strange
    rows = [
        (
            place + 1,
            scored.name(place) if detection.names is not None else "",
            scored.label(place),
            float(score),
            bool(score > scored.threshold),
            float(detection.probability[place]),
            "" if strange is None else bool(strange[place]),
        )
        for place, score in enumerate(detection.scores)
    ]
    arrays = {
        "scores": detection.scores,
        "validation_scores": detection.validation_scores,
        "threshold": np.array([scored.threshold]),
    }
    plots: tuple[Plot, ...] = ()
    if scored.curve is not None:
        curve = scored.curve
        roc = Series("ROC", np.r_[0.0, curve.false_positive], np.r_[0.0, curve.recall])
        precision = Series("precision", curve.recall, curve.precision)
        plots = (
            Plot("ROC", (roc,), "false alarms", "found"),
            Plot("Precision and recall", (precision,), "found", "precision"),
        )
    return Taken(KEY, label, detection.epoch, table=Table(COLUMNS, rows), arrays=arrays, plots=plots)
