"""A glance at a run of the store: a few of its newest pictures, or what is read back of its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.message import Message

from engine.errors import EngineError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.runs.store import RunStore

ITEMS = 6


class Glanced(Message):
    """What there is of run `run_id`. `inputs` and `outputs`: (n, height, width, channels), both None where the run
    keeps no pictures; `readings`: sentences and what is read back of each."""

    def __init__(
        self,
        run_id: str,
        inputs: NDArray[Any] | None = None,
        outputs: NDArray[Any] | None = None,
        readings: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__()
        self.run_id = run_id
        self.inputs = inputs
        self.outputs = outputs
        self.readings = readings


def glance(store: RunStore, run_id: str) -> Glanced:
    """Read it; nothing where nothing was kept or it is damaged. Not for the screen's loop."""
    from engine.runs.snapshots import read_nearest

    record = store.get(run_id)
    ended = record.last_epoch if record else None
    if record is None or ended is None or not ended.samples:
        return Glanced(run_id)
    try:
        _, samples = read_nearest(record.folder, ended.epoch)
    except EngineError:
        return Glanced(run_id)
    if "readings" in samples.views and "sentences" in samples.views:
        said = zip(samples.views["sentences"], samples.views["readings"], strict=False)
        return Glanced(run_id, readings=tuple((str(text), str(read)) for text, read in said)[:ITEMS])
    if any(images.ndim != 4 or images.shape[-1] not in (1, 3) for images in (samples.inputs, samples.outputs)):
        return Glanced(run_id)
    return Glanced(run_id, samples.inputs[:ITEMS], samples.outputs[:ITEMS])
