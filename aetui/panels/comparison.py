"""The run whose weights stand beside another's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aetui.render.text import plain
from aetui.state.run_state import RunState
from engine.errors import EngineError
from engine.registry import VARIANTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.runs.store import RunRecord, RunStore


class Compared(NamedTuple):
    """A run after its last epoch, and two of its views."""

    name: str
    variant: str
    epoch: int
    weights: NDArray[np.float32]
    activations: NDArray[np.float32] | None


def compared_with(run: RunState) -> str:
    """The variant whose runs stand beside this one; empty for none."""
    variant = VARIANTS.get(run.variant)
    return variant.compared_with if variant else ""


def find_compared(store: RunStore, run: RunState, shape: tuple[int, ...]) -> Compared | None:
    """The newest run of `compared_with(run)` on the same data whose units have weights of this `shape`.

    Reads many files: not for the screen's loop.
    """
    variant = compared_with(run)
    for record in store.picked(lambda r: r.variant == variant and r.dataset == run.dataset and r.id != run.run_id):
        found = _after_last_epoch(record)
        if found is not None and found.weights.shape[1:] == shape:
            return found
    return None


def _after_last_epoch(record: RunRecord) -> Compared | None:
    from engine.runs.snapshots import read_nearest

    ended = record.last_epoch
    if ended is None or not ended.samples:
        return None
    try:
        epoch, samples = read_nearest(record.folder, ended.epoch)
    except EngineError:  # damaged: an older run will do
        return None
    weights, activations = samples.views.get("weights"), samples.views.get("activations")
    if weights is None:
        return None
    return Compared(plain(record.name or record.id), record.variant, epoch, weights, activations)
