"""A run that is asked for by its id: the same command begins it, goes on with it, and finds it complete."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from engine import params, registry
from engine.errors import UsageError
from engine.runs.course import Course
from engine.runs.jobs import Order, ResumeJob, TrainJob
from engine.runs.record import has_begun
from engine.runs.store import RunRecord, RunStore

FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,99}")
RESERVED = ("last", "waiting", "sweeps", "slurm")
"""Words that mean something else, and folders beside the runs."""


def ordered(run_id: str, job: TrainJob, store: RunStore) -> Order | RunRecord:
    """What there is to do for `run_id`, for `Engine.adopt`; or the run, where it is complete.

    Raises:
        UsageError: it is no id, or that of another run than `job` asks for.
    """
    if not FORM.fullmatch(run_id) or run_id in RESERVED:
        told = f"expected 3 to 100 letters, digits, dots, hyphens and underscores, got {run_id!r}"
        raise UsageError("Bad --id", told)
    record = store.get(run_id)
    if record is None or not has_begun(record.folder):
        return Order(run_id=run_id, job=job)
    _check_same(record, job)
    planned = job.config.get("epochs")
    longer = int(planned) if planned is not None and int(planned) > record.epochs else None
    if record.status == "completed" and longer is None:
        return record
    return Order(run_id=run_id, job=ResumeJob(run_id=run_id, epochs=longer))


def _check_same(record: RunRecord, job: TrainJob) -> None:
    there: dict[str, Any] = {"variant": record.variant, "dataset": record.dataset, "preset": record.preset}
    asked: dict[str, Any] = {"variant": job.variant, "dataset": job.dataset, "preset": job.preset}
    if there == asked:
        config = params.configure(registry.preset(job.variant, job.preset), job.config)
        plain = msgspec.to_builtins(config)
        decided = {name: plain[name] for name in job.config if name != "epochs" and plain[name] != "auto"}
        asked |= decided
        course = Course.planned(registry.variant(job.variant), config, job.changes)
        asked["changes"], there["changes"] = course.changes, record.info.changes
        there |= {name: record.config.get(name) for name in decided}
    different = [f"{name} {there[name]}, not {asked[name]}" for name in asked if there[name] != asked[name]]
    if different:
        raise UsageError("Another run", f"{record.id} is a run with {'; '.join(different)}; give another --id")
