"""What an export is held against: the run's own outputs, with all digits of float32."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from engine.backend import Model

Floats = NDArray[np.float32]


def outputs(model: Model, items: Floats) -> tuple[Floats, Floats]:
    """Codes of `items`, and what becomes of these codes."""
    # GPUs multiply float32 with three digits by themselves; what is compared with is computed on the CPU.
    short = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        codes = model.encode(items)
        return codes, model.decode(codes)
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(short)
