"""The two sides that every speed benchmark has: a run of ours, and `keras.Model.fit`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.clocks import Ended, Side

from engine.backend import EpochReport
from engine.datasets.data import Data
from engine.params import TrainingConfig
from engine.variants.variant import Variant

STEPS_A_CALL = 32
"""Of the second peer: `fit` as those set it who know what holds up small networks."""
MANY = f"fit, {STEPS_A_CALL} steps a call"


def skip_without(precision: str) -> None:
    """Half precision is measured where `auto` may choose it."""
    path = Path("/proc/cpuinfo")
    if precision == "mixed_bfloat16" and not (path.exists() and "_bf16" in path.read_text()):
        pytest.skip("this processor has no instructions for bfloat16")


def run(variant: Variant, config: TrainingConfig, data: Data) -> Side:
    """A run from report to report, as the engine's thread consumes it."""
    from engine.nn.tensorflow_backend import KerasBackend

    training = KerasBackend("cpu").training(variant, config, data, None)
    reports = (report for report in training.run() if isinstance(report, EpochReport))

    def side(epochs: int, ended: Ended) -> None:
        for _ in range(epochs):
            ended(next(reports).event.train["loss"])

    return side


def fit(model: Any, inputs: np.ndarray, targets: np.ndarray, batch: int) -> Side:
    """A compiled model on float32 arrays. `fit` shuffles them, and gathers and fetches batches ahead in a `tf.data`
    pipeline of its own."""
    import keras

    def side(epochs: int, ended: Ended) -> None:
        stamp = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ended(logs["loss"]))
        model.fit(inputs, targets, batch_size=batch, epochs=epochs, verbose=0, callbacks=[stamp])

    return side
