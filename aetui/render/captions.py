"""What is said below pictures: how good they are, and beside what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aetui.render import numbers
from aetui.render.metrics import baselines, shown, whose
from aetui.render.text import plain
from aetui.state.run_state import RunState
from engine.analysis.baselines import MEASURES
from engine.queries.messages import Reconstruction
from engine.runs.snapshots import Samples

LONGEST_NAME = 12


def of_epoch(run: RunState, epoch: int, samples: Samples | None, width: int, page: str = "") -> str:
    """How good the model is after `epoch`, as much as has room in `width` cells.

    With the weights that were tested the test metric, and those of as many baselines, the strongest first; else the
    error of the very pictures, the baseline's of the same ones, and the loss of that epoch. `page` goes before it all.
    """
    tested = run.weights_epoch or run.last_epoch
    if run.metrics and epoch == tested and (told := _final(run)):
        return fitting([page, *told] if page else told, width)
    told = _of_pictures(run, epoch, samples)
    return fitting([page, *told] if page else told, width)


def _final(run: RunState) -> list[str]:
    measure = next(measure for measure in MEASURES if measure.key == "mse")
    ours = run.metrics.get(measure.ours)
    if ours is None:
        return []
    first, *rest = [*baselines(run.metrics, measure), ""]  # what is to be beaten before whose weights they were
    weights = whose(run.weights_epoch).removeprefix(" · ")
    return [part for part in (f"{measure.label} {shown(measure, ours)}", first, weights, *rest) if part]


def _of_pictures(run: RunState, epoch: int, samples: Samples | None) -> list[str]:
    parts = []
    if samples is not None:
        error = np.square(samples.outputs - samples.targets).mean()
        parts.append(f"MSE of these {len(samples.outputs)} items {numbers.loss(float(error))}")
        if (baseline := samples.views.get("baseline")) is not None:
            error = np.square(baseline - samples.targets).mean()
            parts.append(f"{baseline_name(run, samples)} {numbers.loss(float(error))}")
    ended = run.epoch(epoch)
    if ended is not None and "loss" in ended.validation:
        parts.append(f"validation loss {numbers.loss(ended.validation['loss'])}")
    return parts


def baseline_name(run: RunState | None, samples: Samples) -> str:
    """What stands beside the outputs."""
    if (name := samples.views.get("baseline_name")) is not None:
        return plain(str(name[0]), LONGEST_NAME)
    return f"PCA-{run.code_size}" if run and run.code_size else "PCA"


def page(first: int, shown: int, of: int) -> str:
    """Which items of so many are shown; empty where all are."""
    if shown >= of:
        return ""
    last = min(of, first + shown)
    return f"{last} of {of}" if last == first + 1 else f"{first + 1}–{last} of {of}"


def of_test_items(answer: Reconstruction, first: int, count: int, of: int, width: int) -> str:
    """What `count` test items from `first` on are, of so many (0: unknown), and whose pictures of them are shown."""
    last = first + count
    total = f" of {numbers.count(of)}" if of else ""
    error = numbers.loss(float(answer.errors[:count].mean()))
    best = ", the best" if answer.weights == "best" else ""
    return fitting(
        [
            f"test items {numbers.count(first + 1)}–{numbers.count(last)}{total}",
            f"MSE of these {error}",
            f"weights of epoch {numbers.count(answer.epoch)}{best}",
        ],
        width,
    )


def fitting(parts: Sequence[str], width: int) -> str:
    """As many of `parts`, from the first on, as have room; the first at any rate."""
    texts = [" · ".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((text for text in texts if len(text) <= width), texts[-1] if texts else "")
