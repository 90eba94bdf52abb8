"""An engine that trains nothing, of which runs branch off and whose runs change under way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from fakes import FakeEngine, FakeRun

from engine.errors import UsageError
from engine.events import EpochEnded, Event, RunStarted, SettingsChanged
from engine.runs.changes import Change
from engine.runs.jobs import ForkJob, Job, TrainJob
from engine.runs.record import RunInfo
from engine.runs.store import RunRecord, RunStore


class FakeFork(FakeRun):
    """A run with its parent's first epochs."""

    def __init__(self, store: RunStore, run_id: str, parent: RunRecord, job: ForkJob) -> None:
        config = {**parent.config, **job.config}
        train = TrainJob(
            variant=parent.variant, preset=parent.preset, dataset=parent.dataset, config=config, name=job.name
        )
        super().__init__(store, run_id, train)
        self.parent, self.forked_at, self.changed = parent, job.epoch, job.config
        path = self.folder / "run.json"
        info = msgspec.json.decode(path.read_bytes(), type=RunInfo)
        changes = (Change(epoch=job.epoch, config=job.config),) if job.config else ()
        info = msgspec.structs.replace(info, parent=parent.id, forked_at=job.epoch, changes=changes)
        path.write_bytes(msgspec.json.encode(info))

    def started(self) -> Event:
        event = super().started()
        assert isinstance(event, RunStarted)
        return msgspec.structs.replace(
            event, parent=self.parent.id, forked_at=self.forked_at, config=dict(self.parent.config)
        )

    def inherited(self) -> list[Event]:
        """What is copied from the parent, and what changed."""
        found = [event for event in self.parent.events()[0] if isinstance(event, EpochEnded)]
        past: list[Event] = [event for event in found if event.epoch <= self.forked_at]
        changed = [SettingsChanged(epoch=self.forked_at, config=self.changed)] if self.changed else []
        return [*past, *changed]


class ForkingEngine(FakeEngine):
    """Takes forks and changes; `play_fork` lets a fork begin."""

    def submit(self, job: Job) -> str:
        if not isinstance(job, ForkJob):
            return super().submit(job)
        self.calls.append(("submit", job))
        if self.refuse is not None:
            raise self.refuse
        parent = self.store.find(job.run_id)
        run_id = f"20260102T{len(self.store.runs()):06d}Z-{parent.variant}-ffff"
        self.runs[run_id] = FakeFork(self.store, run_id, parent, job)
        return run_id

    def adjust(self, run_id: str, config: Mapping[str, Any]) -> None:
        self.calls.append(("adjust", (run_id, dict(config))))
        if self.refuse is not None:
            raise self.refuse
        if run_id not in self.runs:
            raise UsageError("Not training", f"{run_id} does not train")

    def play_fork(self) -> None:
        """The newest run, which is a fork, begins."""
        run = self.run
        assert isinstance(run, FakeFork)
        self.play(run.started(), *run.inherited())
