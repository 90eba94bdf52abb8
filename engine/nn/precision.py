"""Which number format trains faster here: measured, because it depends on the processor and on the network."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import msgspec

from engine.datasets.data import Data
from engine.nn.chunks import StepRange
from engine.nn.feed import Whole
from engine.nn.inputs import of
from engine.nn.knobs import Knobs
from engine.nn.model import built
from engine.nn.order import Epoch
from engine.nn.stage import CompiledStage
from engine.params import TrainingConfig
from engine.variants.variant import Variant

STEPS = 3
WORTH = 1.15
"""Half precision has to be so many times faster to be chosen."""


def decided(variant: Variant[Any], config: TrainingConfig, data: Data) -> tuple[TrainingConfig, tuple[str, ...]]:
    """`config` with a precision instead of `auto`, and a sentence that says why."""
    if config.precision != "auto":
        return config, ()
    found = {}
    for precision in ("float32", "mixed_bfloat16"):
        found[precision] = _seconds_per_step(variant, msgspec.structs.replace(config, precision=precision), data)
    full, half = found["float32"], found["mixed_bfloat16"]
    chosen = "mixed_bfloat16" if full > WORTH * half else "float32"
    note = f"precision: {chosen}; a step takes {1e3 * full:.1f} ms in float32, {1e3 * half:.1f} ms in mixed_bfloat16"
    return msgspec.structs.replace(config, precision=chosen), (note,)


def _seconds_per_step(variant: Variant[Any], config: TrainingConfig, data: Data) -> float:
    items = of(data)
    whole, knobs = built(variant, config, data.shape), Knobs(config)
    stage = CompiledStage(variant, variant.stages(config)[-1], whole, items, 1, knobs)
    batch = Whole(items.on_device(data.train.items[: config.batch_size])).held(Epoch(), 0)
    step_range = StepRange(first=0, steps=1, start=0, rows=batch.stop, epochs=0, per_step=0)
    seconds = []
    for _ in range(1 + STEPS):
        began = time.perf_counter()
        stage.chunks.run(batch, step_range, (0, 0), learn=True)
        seconds.append(time.perf_counter() - began)
    return median(seconds[1:])
