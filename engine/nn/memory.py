"""Too little memory on the device or in the machine, said in words that help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from engine.errors import EngineError
from engine.params import TrainingConfig

SHORTAGE = re.compile(r"out.of.memory|alloc_failed", re.IGNORECASE)
"""How CUDA's libraries say it, whatever error TensorFlow makes of that."""


@contextmanager
def enough_memory(config: TrainingConfig) -> Iterator[None]:
    """For what a run with `config` computes.

    Raises:
        EngineError: instead of what TensorFlow or NumPy raises when there is no room for a tensor or an array.
    """
    try:
        yield
    except (MemoryError, tf.errors.OpError) as error:
        if not _is_shortage(error):
            raise
        raise EngineError(
            "Out of memory",
            "the network, a batch and what comes between them need more memory than there is; choose a smaller "
            f"batch_size (now {config.batch_size}) or a smaller network. What the run saved stays: where other "
            "programs took the memory, end them and go on with `aetui resume`",
        ) from error


def _is_shortage(error: Exception) -> bool:
    known = isinstance(error, MemoryError | tf.errors.ResourceExhaustedError)
    return known or SHORTAGE.search(str(error)) is not None
