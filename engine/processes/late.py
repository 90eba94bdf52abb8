"""A backend that loads TensorFlow when it is first needed: where others train, a query may be all that needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.backend import Backend, Checkpoint, Model, Training, Tuning
from engine.datasets.data import Data
from engine.params import TrainingConfig
from engine.variants.variant import Variant


class LateBackend:
    """As the one that `make` makes; whatever it raises, who asked gets, and the next one tries again."""

    def __init__(self, make: Callable[[], Backend]) -> None:
        self.device = ""
        """Those who train tell of theirs."""
        self._make = make
        self._made: Backend | None = None

    @property
    def _backend(self) -> Backend:
        if self._made is None:
            self._made = self._make()
        return self._made

    @property
    def recurrent_loop(self) -> str:
        """As `Backend`."""
        return self._backend.recurrent_loop

    def training(
        self, variant: Variant[Any], config: TrainingConfig, data: Data, checkpoint: Checkpoint | None
    ) -> Training:
        """As `Backend`."""
        return self._backend.training(variant, config, data, checkpoint)

    def model(
        self, variant: Variant[Any], config: TrainingConfig, shape: tuple[int, ...], checkpoint: Checkpoint
    ) -> Model:
        """As `Backend`."""
        return self._backend.model(variant, config, shape, checkpoint)

    def corrupted(
        self, variant: Variant[Any], config: TrainingConfig, items: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """As `Backend`."""
        return self._backend.corrupted(variant, config, items)

    def ssim(self, images: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
        """As `Backend`."""
        return self._backend.ssim(images, others)

    def tuning(
        self, variant: Variant[Any], config: TrainingConfig, data: Data, checkpoint: Checkpoint, classes: int
    ) -> Tuning:
        """As `Backend`."""
        return self._backend.tuning(variant, config, data, checkpoint, classes)

    def release(self) -> None:
        """As `Backend`; nothing where nothing was loaded."""
        if self._made is not None:
            self._made.release()
