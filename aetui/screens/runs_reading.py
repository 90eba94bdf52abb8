"""The rows of the runs screen: read from the store off the screen's loop, and what waits in our own queue."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

import msgspec
from textual.message import Message

from aetui.render.run_columns import Widths, measured
from aetui.widgets.run_table import STATES
from engine.runs.jobs import TrainJob
from engine.runs.listing.rows import Row, row
from engine.runs.listing.summary import Summary
from engine.runs.listing.waiting_rows import not_begun, with_waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from aetui.state.run_state import RunState, WorkbenchState
    from engine.runs.record import Status
    from engine.runs.store import RunStore

REPORT_SECONDS = 0.5
QUEUED = "queued"
"""How a run stands that waits in our own queue."""


class Rows(NamedTuple):
    """All runs, newest first."""

    rows: Sequence[Row] = ()
    widths: Widths = Widths()
    unreadable: int = 0
    """Folders that look like runs and are none."""


class RowsRead(Message):
    """What there is in the store; `progress` tells of how many runs how many are read while there are more to come."""

    def __init__(self, rows: Rows, progress: tuple[int, int] | None = None) -> None:
        super().__init__()
        self.rows = rows
        self.progress = progress


class Abandoned(Exception):
    """The screen is gone."""


class RowReader:
    """Makes a row anew only when its run has changed."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._made: dict[str, Row] = {}

    def read(self, post: Callable[[RowsRead], object], wanted: Callable[[], bool]) -> None:
        """Read the store and post what it holds; where that takes long, what there is so far now and then.

        Raises:
            Abandoned: it is not `wanted` any more.
        """
        due = time.monotonic() + REPORT_SECONDS

        def report(done: int, total: int, so_far: list[Summary]) -> None:
            nonlocal due
            if not wanted():
                raise Abandoned
            if time.monotonic() > due:
                post(RowsRead(self._rows(so_far, 0), (done, total)))
                due = time.monotonic() + REPORT_SECONDS

        summaries, problems = with_waiting(self._store.summaries(report), self._store)
        post(RowsRead(self._rows(summaries, len(self._store.unreadable()) + len(problems))))

    def _rows(self, summaries: Sequence[Summary], unreadable: int) -> Rows:
        before = self._made
        rows = [self._row(before.get(run.id), run) for run in summaries]
        self._made = {each.run.id: each for each in rows}
        rows.sort(key=lambda each: (each.run.created, each.run.id), reverse=True)
        return Rows(rows, measured(rows, STATES), unreadable)

    @staticmethod
    def _row(known: Row | None, run: Summary) -> Row:
        return known if known is not None and (known.run is run or known.run == run) else row(run)


def queue_of(state: WorkbenchState) -> tuple[str, ...]:
    """The runs that wait in our own queue, the next one first; the one that has its turn is among them until it has
    begun."""
    active = state.active
    waiting = [*([active] if active and active.status == "queued" else []), *state.waiting]
    return tuple(run.run_id for run in waiting)


def with_queue(rows: Sequence[Row], state: WorkbenchState) -> tuple[list[Row], dict[str, str]]:
    """The rows of what waits in our own queue, the next one first, and what to say of when each begins. The store does
    not know of them, or how they stood before."""
    active, waiting = state.active, [state.runs[run_id] for run_id in queue_of(state)]
    if not waiting:
        return [], {}
    stored = {each.run.id: each.run for each in rows}
    queued = [row(_queued(run, stored.get(run.run_id))) for run in waiting]
    words = {run.run_id: "begins" if run is active else _turn(place) for place, run in enumerate(waiting)}
    if active is not waiting[0]:
        words = {run.run_id: _turn(place) for place, run in enumerate(waiting, 1)}
    return queued, words


def _turn(place: int) -> str:
    return {1: "next", 2: "2nd", 3: "3rd"}.get(place, f"{place}th")


def _queued(run: RunState, stored: Summary | None) -> Summary:
    if stored is not None:
        return msgspec.structs.replace(stored, status=cast("Status", QUEUED))
    job = TrainJob(
        variant=run.variant,
        preset=run.preset,
        dataset=run.dataset,
        config=dict(run.config),
        group=run.group,
        name=run.name,
    )
    queued = not_begun(job, run.run_id, QUEUED, planned=run.planned, created=time.time())
    return msgspec.structs.replace(queued, parent=run.parent, forked_at=run.forked_at)
