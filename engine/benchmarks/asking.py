"""What is asked of ring 1, which is reached by name: nothing in ring 0 imports it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from engine.benchmarks.results import Comparison
from engine.params import TrainingConfig

PEERS = ("fit", "jax", "torch", "fit32", "tape", "torch.compile")
"""What ours can be compared with, beside the products of its own network: `Model.fit` with its defaults, `lax.scan`,
eager PyTorch; `fit` with 32 steps a call, an eager `GradientTape`, `torch.compile`."""
USUAL = PEERS[:3]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One variant, to be timed."""

    variant: str
    preset: str
    config: TrainingConfig
    dataset: str
    """A key of the catalogue; or empty: made ones of the shape of those that the variant prefers."""
    seconds: float
    """For each side, over all rounds."""
    against: tuple[str, ...] = USUAL


def compared(asks: list[Ask], device: str, data_dir: Path | None, tell: Callable[[str], None]) -> Iterator[Comparison]:
    """Each of `asks` in turn; `tell` is called with what is going on. KeyboardInterrupt ends it; what was measured of
    the present one by then comes first, marked as not complete.

    Raises:
        UsageError: the device is not there.
        EngineError: data are missing, or memory.
    """
    measuring = importlib.import_module("engine.nn.benchmarks.measuring")
    found: Iterator[Comparison] = measuring.compared(asks, device, data_dir, tell)
    return found
