"""Detectors of PyOD (Zhao, Nasrullah & Li, JMLR 20 (2019) 96), which is an extra, with its defaults."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from engine.anomalies.detectors import Fitted, Rows
from engine.storage.blas import one_thread


def fitted(rows: Rows, argument: str) -> Fitted:
    """The detector that `argument` names, "module:class" in `pyod.models`."""
    module, name = argument.split(":")
    detector = getattr(import_module(f"pyod.models.{module}"), name)()
    with one_thread():
        detector.fit(rows.train)
    return Fitted("", lambda found: np.asarray(detector.decision_function(found), np.float32), 0)
