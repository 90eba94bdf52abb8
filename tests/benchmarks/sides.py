"""The two sides that every speed benchmark has: a run of ours, and `keras.Model.fit`."""

from __future__ import annotations

from typing import Any

import numpy as np
from benchmarks.clocks import Ended, Side

from engine.datasets.data import Data
from engine.params import TrainingConfig
from engine.training import EpochReport
from engine.variants.variant import Variant

STEPS_A_CALL = 32
"""Of the second peer: `fit` as those set it who know what holds up small networks."""


def run(variant: Variant, config: TrainingConfig, data: Data) -> tuple[Side, TrainingConfig]:
    """A run from report to report, as the engine's thread consumes it, and its settings with nothing left open."""
    from engine.nn.backend import KerasBackend

    training = KerasBackend("cpu").training(variant, config, data, None)
    reports = (report for report in training.run() if isinstance(report, EpochReport))

    def side(epochs: int, ended: Ended) -> None:
        for _ in range(epochs):
            ended(next(reports).event.train["loss"])

    return side, training.config


def fit(model: Any, inputs: np.ndarray, targets: np.ndarray, batch: int) -> Side:
    """A compiled model on float32 arrays. `fit` shuffles them, and gathers and fetches batches ahead in a `tf.data`
    pipeline of its own."""
    import keras

    def side(epochs: int, ended: Ended) -> None:
        stamp = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ended(logs["loss"]))
        model.fit(inputs, targets, batch_size=batch, epochs=epochs, verbose=0, callbacks=[stamp])

    return side
