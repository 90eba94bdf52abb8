"""The computing side of the engine (`engine.backend.Backend`), on TensorFlow."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.backend import Checkpoint, Model, Training, Tuning
from engine.datasets.data import Data
from engine.nn import runtime
from engine.params import TrainingConfig
from engine.variants.variant import Variant


class KerasBackend:
    """Loads TensorFlow when made. Keras keeps its state per thread: make and use it on one thread only."""

    def __init__(self, device: str = "auto") -> None:
        self.device = runtime.load(device)

        from engine.nn.graph_cache import GraphCache

        self._graph_cache = GraphCache()

    @property
    def recurrent_loop(self) -> str:
        """As `engine.backend.Backend`; on a GPU a small layer is run to find out."""
        from engine.nn.recurrent import loop

        return loop()

    def training(
        self, variant: Variant[Any], config: TrainingConfig, data: Data, checkpoint: Checkpoint | None
    ) -> Training:
        """As `engine.backend.Backend`, on the graph of an earlier run with these settings and data if one is kept."""
        from engine.nn.memory import enough_memory
        from engine.nn.precision import decided
        from engine.nn.trainer import Trainer

        with enough_memory(config):
            config, notes = decided(variant, config, data)
            graphs = self._graph_cache.take(variant, config, data)
            training = Trainer(variant, config, data, checkpoint, notes, graphs)
            self._graph_cache.used(graphs, training)
            return training

    def model(
        self, variant: Variant[Any], config: TrainingConfig, shape: tuple[int, ...], checkpoint: Checkpoint
    ) -> Model:
        """As `engine.backend.Backend`, in networks that are built for it alone."""
        from engine.nn.memory import enough_memory
        from engine.nn.model import KerasModel

        with enough_memory(config):
            return KerasModel.load(variant, config, shape, checkpoint)

    def tuning(
        self, variant: Variant[Any], config: TrainingConfig, data: Data, checkpoint: Checkpoint, classes: int
    ) -> Tuning:
        """As `engine.backend.Backend`, in networks that are built for it alone."""
        from engine.nn.finetuning import FineTuning
        from engine.nn.memory import enough_memory

        with enough_memory(config):
            return FineTuning(variant, config, data, checkpoint, classes)

    def corrupted(
        self, variant: Variant[Any], config: TrainingConfig, items: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """As `engine.backend.Backend`; the networks that it takes are not looked at."""
        from engine.nn.model import KerasModel, built

        plain = msgspec.structs.replace(config, precision="float32")  # what is to be measured matters to layers only
        return KerasModel(variant, built(variant, plain, items.shape[1:])).corrupted(items)

    def release(self) -> None:
        """See `engine.nn.release.release`."""
        from engine.nn.release import release

        release()
