"""What a table says of runs that wait in the queues of processes, and of those whose process is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec

from engine import params, registry
from engine.errors import EngineError
from engine.runs import waiting
from engine.runs.forking import what_trains
from engine.runs.jobs import ForkJob, Job, ResumeJob, TrainJob
from engine.runs.listing.summary import Summary
from engine.runs.record import Status
from engine.runs.store import RunStore

WAITING, ABANDONED = "waiting", "abandoned"
"""How such runs stand; a stored run never does."""


class Listed(NamedTuple):
    """Runs of a store, with those that wait."""

    runs: list[Summary]
    problems: list[str]
    """What cannot be shown, and why."""


def with_waiting(runs: Sequence[Summary], store: RunStore) -> Listed:
    """`runs`, which are those of the store, with what waits before them, the next one first."""
    stored = {run.id: run for run in runs}
    found: list[Summary] = []
    problems: list[str] = []
    for place in waiting.listed(store.root):
        if place.order is None:
            if place.problem:
                problems.append(f"{waiting.FOLDER}/{place.run_id}: {place.problem}")
            continue
        try:
            found.append(_summary(place, place.order.job, stored, store))
        except (EngineError, TypeError, ValueError) as error:
            problems.append(f"{waiting.FOLDER}/{place.run_id}: {error}")
    ids = {run.id for run in found}
    return Listed([*found, *(run for run in runs if run.id not in ids)], problems)


def _summary(place: waiting.Found, job: Job, stored: dict[str, Summary], store: RunStore) -> Summary:
    """Raises EngineError, TypeError or ValueError where the order cannot be meant."""
    status = WAITING if place.lives else ABANDONED
    if isinstance(job, ResumeJob):
        if place.run_id not in stored:
            raise EngineError("Unknown run", "it is to go on with a run that is not in the store")
        return msgspec.structs.replace(stored[place.run_id], status=cast("Status", status), pid=place.pid)
    parent, forked_at = (job.run_id, job.epoch) if isinstance(job, ForkJob) else ("", 0)
    job = what_trains(job, store)
    config = params.configure(registry.preset(job.variant, job.preset), job.config)
    waits = not_begun(
        msgspec.structs.replace(job, config=msgspec.to_builtins(config)),
        place.run_id,
        status,
        planned=config.epochs,
        created=place.at,
        pid=place.pid,
    )
    return msgspec.structs.replace(waits, parent=parent, forked_at=forked_at)


def not_begun(job: TrainJob, run_id: str, status: str, *, planned: int, created: float, pid: int = 0) -> Summary:
    """A run that has no folder yet; `job` holds all its settings, `status` says how it waits."""
    return Summary(
        id=run_id,
        variant=job.variant,
        preset=job.preset,
        dataset=job.dataset,
        config=dict(job.config),
        group=job.group,
        created=created,
        pid=pid,
        host="",
        name=job.name,
        status=cast("Status", status),  # of a row, not of a stored run
        planned=planned,
        epochs=0,
        seconds=None,
        loss=None,
        metrics={},
        curve=(),
    )
