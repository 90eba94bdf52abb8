"""What the workbench asks of its engine and of other processes: to train, to go on, to pause, to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aetui.bridge import EngineLike
from aetui.follow.lineage import LineageFollower
from aetui.follow.reading import unread_run
from aetui.state.fold import Queued, Reordered, Unqueued
from aetui.state.run_state import RunState
from aetui.widgets import job_form
from engine.errors import EngineError, RunError, UsageError, counted
from engine.runs.changes import Change
from engine.runs.jobs import ForkJob, Job, ResumeJob, TrainJob


class Orders(LineageFollower):
    """An app, not a mixin: see `RunFollower`."""

    engine: EngineLike | None
    jobs = 1
    """Runs that are trained at once."""
    isolate = False
    """Whether each is trained in a process of its own."""
    beside: set[str]
    """Runs that are trained for another one, which is not left for them."""
    _asked = ("", "")
    """The run of which something was asked, and what, until it is heard of."""

    def take_orders(self, jobs: int | None, *, isolate: bool) -> None:
        """How many runs are trained at once and whether all in processes of their own; what is not said stays."""
        self.jobs, self.isolate = jobs or self.jobs, isolate or self.isolate

    def _refresh_status(self) -> None:
        """Have the status line drawn."""
        raise NotImplementedError

    def submit_training(self, draft: job_form.Draft) -> None:
        """Train what the form says.

        Raises:
            EngineError: the engine refuses the job.
        """
        if self.engine is None:
            return
        draft.check()
        if draft.seeds == 1:
            job = draft.job()
            self._queue(self._begun(self.engine.submit(job), job, draft))
            return
        for order in draft.orders(self.store):
            assert isinstance(order.job, TrainJob)
            self._queue(self._begun(self.engine.adopt(order), order.job, draft))

    def _begun(self, run_id: str, job: TrainJob, draft: job_form.Draft) -> RunState:
        return self._unbegun(run_id, job, {**draft.config, **job.config, "epochs": draft.values["epochs"]})

    def _unbegun(self, run_id: str, job: TrainJob, config: Mapping[str, Any]) -> RunState:
        return self.state.runs.get(run_id) or RunState(
            run_id,
            here=True,
            variant=job.variant,
            preset=job.preset,
            config=config,
            dataset=job.dataset,
            group=job.group,
            planned=config.get("epochs", 0),
        )

    def train_beside(self, job: Job, of: str) -> str:
        """Train what belongs to the run `of`, which stays on the screen, and return its id.

        Raises:
            EngineError: the engine refuses the job, or there is none.
        """
        if self.engine is None:
            raise RunError("No engine", "the engine did not start: nothing can be trained")
        run_id = self.engine.submit(job)
        shown = self.state.runs[of]
        config = {**shown.config, **getattr(job, "config", {})}
        begun = RunState(
            run_id,
            here=True,
            variant=shown.variant,
            preset=shown.preset,
            config=config,
            dataset=getattr(job, "dataset", shown.dataset),
            planned=config.get("epochs", 0),
        )
        self.beside.add(run_id)
        self.hear(Queued(self.state.runs.get(run_id, begun)))
        return run_id

    def resume_run(self, run_id: str, epochs: int | None = None) -> bool:
        """Let a stored run go on, and say whether it does; `epochs` makes it longer."""
        if self.engine is None:
            return False
        try:
            run = self.state.runs.get(run_id) or unread_run(self.store.find(run_id))
            self.engine.submit(ResumeJob(run_id=run_id, epochs=epochs))
        except EngineError as error:
            self.notice(error.title, error.message)
            return False
        self._queue(replace(run, planned=epochs or run.planned))
        return True

    def fork_run(self, run_id: str, epoch: int, config: Mapping[str, Any]) -> None:
        """Train a run that branches off from another one after `epoch`, with these settings changed; it is shown as
        soon as it trains.

        Raises:
            EngineError: the engine refuses: a setting cannot change, or nothing of that epoch was kept.
        """
        parent = self.state.runs[run_id]
        if self.engine is None:
            raise UsageError("No engine", "the engine did not start; `aetui doctor` may tell why")
        fork = self.engine.submit(ForkJob(run_id=run_id, epoch=epoch, config=dict(config)))
        begun = RunState(
            fork,
            variant=parent.variant,
            preset=parent.preset,
            config={**parent.settings_after(epoch), "epochs": parent.planned, **config},
            dataset=parent.dataset,
            data_kind=parent.data_kind,
            planned=config.get("epochs", parent.planned),
            parent=run_id,
            forked_at=epoch,
            begun=parent.begun,
            changes=tuple(each for each in parent.changes if each.epoch <= epoch),
        )
        begun = begun.changed(Change(epoch=epoch, config=dict(config))) if config else begun
        self._queue(begun, meanwhile=run_id)

    def adjust_run(self, run_id: str, config: Mapping[str, Any]) -> None:
        """Give a run that trains, here or elsewhere, other settings from its next epoch on.

        Raises:
            EngineError: a setting cannot change, or has no such value, or the run does not train.
        """
        if self.engine is None:
            raise UsageError("No engine", "the engine did not start; `aetui doctor` may tell why")
        from aetui.render.run_cells import changed

        self.engine.adjust(run_id, dict(config))
        self.desk.say(f"{changed(config)} from its next epoch on")

    def take_up(self, run_id: str) -> bool:
        """Queue a run that waited in a process that is gone, and say whether that could be done."""
        from engine.runs import waiting

        found = waiting.find_left(self.store.root, run_id)
        if self.engine is None or found is None or found.order is None:
            return False
        job = found.order.job
        if isinstance(job, ResumeJob):
            return self.resume_run(run_id, job.epochs)
        from engine.runs.forking import what_trains

        try:
            self.engine.adopt(found.order)
            begun = what_trains(job, self.store)
        except EngineError as error:
            self.notice(error.title, error.message)
            return False
        self._queue(self._unbegun(run_id, begun, begun.config))
        return True

    def take_back(self, run_id: str) -> None:
        """Have a run not begin that waits in another process, or in one that is gone."""
        from engine.runs import waiting

        try:
            if waiting.waits(self.store.root, run_id):
                waiting.take_back(self.store.root, run_id)
            else:
                waiting.forget(self.store.root, run_id)
        except OSError as error:
            self.notice("Not asked", f"the process that has {run_id} before it could not be asked: {error}")

    def _queue(self, run: RunState, *, meanwhile: str = "") -> None:
        """Show it at once where nothing else trains; else the run `meanwhile`, or the one that does."""
        before = self.state.active
        self.hear(Queued(run))
        self._asked = ("", "")
        if before is not None:
            beside = len(self.state.at_work) < self.jobs and not self.state.waiting
            self.desk.say(
                "it begins beside this run, in a process of its own"
                if beside
                else "queued; it begins when this run has ended"
            )
        self.desk.show_run(run.run_id if before is None else meanwhile or before.run_id)

    def unqueue(self) -> None:
        """Take the last waiting run out of the queue."""
        waiting = self.state.waiting
        if self.engine is not None and waiting:
            self.engine.cancel(waiting[-1].run_id)
            self.hear(Unqueued(waiting[-1].run_id))
            self.desk.say(f"taken from the queue; {len(waiting) - 1} waiting")
            self._forget(waiting[-1].run_id)

    def move_run(self, run_id: str, by: int) -> None:
        """Let a run that waits in our queue begin `by` places later, sooner if negative."""
        run = self.state.runs.get(run_id)
        if self.engine is not None and run is not None and run.here and run.status == "queued":
            self.hear(Reordered(tuple(self.engine.move(run_id, by))))

    @property
    def steered(self) -> RunState | None:
        """The run that is paused and stopped by keys: the one on the screen if it goes on, wherever, else the first of
        ours."""
        shown = self.desk.run_shown
        if shown is not None and (shown.elsewhere or shown.at_work_here):
            return shown
        return self.state.active

    def parting(self, active: RunState) -> str:
        """What leaving is about, while `active` and perhaps others go on."""
        waiting, more = len(self.state.waiting), len(self.state.at_work) - 1
        name = active.name or active.variant
        name = f"{name} and {counted(more, 'more run')}" if more > 0 else f"{name} on {active.dataset}"
        what = f"{name} can be stopped and resumed later, or go on without the workbench."
        return what + (f"\n{waiting} waiting in the queue will only begin if it goes on." if waiting else "")

    def pause_or_continue(self) -> None:
        """Hold the steered run still, or let it go on; the status line says so at once. Nothing without a run."""
        run = self.steered
        if run is None:
            return
        paused = run.status == "paused"
        if run.elsewhere:
            self.send_command(run.run_id, "run" if paused else "pause")
        elif self.engine is not None:
            (self.engine.resume if paused else self.engine.pause)(run.run_id)
        self._ask(run.run_id, "continuing" if paused else "pausing")

    def stop(self) -> None:
        """Stop the steered run, if there is one; its weights are kept."""
        if self.steered is not None:
            self.stop_run(self.steered.run_id)

    def stop_run(self, run_id: str) -> None:
        """Stop a run that is going, here or elsewhere."""
        known = self.state.runs.get(run_id)
        if known is None or not (known.here and known.going):
            self.send_command(run_id, "stop")
        elif self.engine is not None:
            self.engine.cancel(run_id)
        self._ask(run_id, "stopping")

    def _ask(self, run_id: str, word: str) -> None:
        """Say at once what was asked for; it takes the engine up to half a second."""
        self._asked = (run_id, word)
        self._refresh_status()

    def heard_of(self, run_id: str) -> None:
        """The status of the run is another one now: what was asked of it need not be said any more."""
        if run_id == self._asked[0]:
            self._asked = ("", "")

    def _forget(self, run_id: str) -> None:
        """A run that never began is gone; one that is going takes its place on the screen."""
        if run_id in self.state.runs or run_id != self.desk.run_id:
            self.desk.refresh_run()
            return
        active = None if self.desk.at_work else self.state.active
        if active is None:
            self.desk.show_unbegun()
        else:
            self.desk.show_run(active.run_id)
        self.desk.say("the run was taken back before it began")
