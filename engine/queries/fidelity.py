"""How well a model gives back the items of validation, as they are."""

from __future__ import annotations

import numpy as np

from engine.anomalies import scores
from engine.datasets.data import in_blocks
from engine.errors import UsageError
from engine.kinds import KINDS
from engine.queries.context import QueryContext, Steps
from engine.queries.messages.fidelity import Fidelities, Fidelity


def measured(context: QueryContext, query: Fidelity) -> Steps:
    """Of the part that the run's validation losses are of.

    Raises:
        UsageError: items of such data have no squared error.
    """
    del query
    data, model = context.data(), context.still()
    if "error" not in KINDS[data.kind].scores:
        raise UsageError("No error of an item", f"answers to {KINDS[data.kind].items} have no mean squared error")
    items = scores.of_part(data, data.validation.items)
    missed, count, total, squares = (np.zeros(model.shape) for _ in range(4))
    done = 0
    for block in in_blocks(items.items, model.block):
        seen = items.seen(model, block)
        known = np.ones(seen.targets.shape, bool) if seen.known is None else seen.known
        targets = np.where(known, seen.targets, 0).astype(np.float64)
        missed += np.where(known, (seen.outputs - targets) ** 2, 0).sum(0)
        count += known.sum(0)
        total += targets.sum(0)
        squares += (targets**2).sum(0)
        done = block.stop
        yield done, len(items.items)
    around = squares - total**2 / np.maximum(count, 1)
    varies = around > 1e-9 * np.maximum(squares, 1e-30)
    return Fidelities(
        error=_finite(missed.sum() / max(1, count.sum())),
        # NaN counts as all: what is no answer tells nothing.
        left=float(np.fmin(missed[varies] / around[varies], 1.0).mean()) if varies.any() else 0.0,
        items=len(items.items),
        epoch=model.epoch,
    )


def _finite(value: float) -> float:
    return float(value) if np.isfinite(value) else float("inf")
