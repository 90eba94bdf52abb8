"""What a run waits for: said wherever there is nothing of it to see yet."""

from __future__ import annotations

from typing import NamedTuple

from aetui.render import numbers
from aetui.render.text import plain
from aetui.state.run_state import RunState, WorkbenchState

STARTING = "compiling the first steps"
LOADING = "loading TensorFlow"
BAR = 24
"""Cells of the bar below a text."""


class Wait(NamedTuple):
    """What is being done, in words, and the share of it that is done; None where that is not known."""

    text: str
    share: float | None = None

    @property
    def lines(self) -> str:
        """The words, and a bar below them where there is something to draw."""
        if self.share is None:
            return f"{self.text} …"
        full = round(min(1.0, self.share) * BAR)
        return f"{self.text}\n{'━' * full}{'─' * (BAR - full)}"


def waited_for(state: WorkbenchState, run: RunState | None) -> Wait | None:
    """What `run` waits for before its first steps, or after its last; None where nothing keeps it."""
    if run is None or run.status not in ("queued", "running"):
        return None
    if run.here and run.status == "queued" and run is not state.active:
        return _in_queue(state, run)
    data = state.data
    if data is not None and data.run_id == run.run_id:
        of = numbers.progress(data.done, data.total, data.unit) if data.total else ""
        whose = f"{plain(data.dataset)}: " if data.dataset else ""
        share = min(1.0, data.done / data.total) if data.total else None
        return Wait(f"{whose}{plain(data.activity)} {of}".rstrip(), share)
    if run.activity:
        return Wait(plain(run.activity))
    if run.status == "running":
        return None if run.moving else Wait(STARTING)
    if state.engine in ("starting", "loading"):
        return Wait(LOADING)
    return Wait("about to begin") if run.here else None


def _in_queue(state: WorkbenchState, run: RunState) -> Wait:
    """Which run it waits for, and how far that one is."""
    active, before = state.active, [known.run_id for known in state.waiting].index(run.run_id)
    if active is None:
        return Wait("waiting in the queue")
    whose = plain(active.name or active.variant)
    more = f" and {before} more" if before else ""
    at = f", in epoch {active.last_epoch + 1:,} of {active.planned:,}" if active.status != "queued" else ""
    share = active.last_epoch / active.planned if active.planned else None
    return Wait(f"waiting in the queue behind {whose}{more}{at}", share)
