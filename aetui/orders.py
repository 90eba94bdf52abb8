"""What the workbench asks of its engine and of other processes: to train, to go on, to pause, to stop."""

from __future__ import annotations

from dataclasses import replace

from aetui.bridge import EngineLike
from aetui.follow.attach import RunFollower
from aetui.follow.reading import unread_run
from aetui.state.fold import Queued, Reordered, Unqueued
from aetui.state.run_state import RunState
from aetui.widgets import job_form
from engine.errors import EngineError
from engine.runs.jobs import ResumeJob, TrainJob


class Orders(RunFollower):
    """An app, not a mixin: see `RunFollower`."""

    engine: EngineLike | None
    _asked = ("", "")
    """The run of which something was asked, and what, until it is heard of."""

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
        return self.state.runs.get(run_id) or RunState(
            run_id,
            here=True,
            variant=job.variant,
            preset=job.preset,
            config={**draft.config, **job.config},
            dataset=job.dataset,
            group=job.group,
            planned=draft.values["epochs"],
        )

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

    def _queue(self, run: RunState) -> None:
        before = self.state.active
        self.hear(Queued(run))
        self._asked = ("", "")
        if before is not None:
            self.desk.say("queued; it begins when this run has ended")
        self.desk.show_run((before or run).run_id)

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
        """The run that is paused and stopped by keys: the one on the screen where another process trains it, else
        ours."""
        shown = self.desk.run_shown
        return shown if shown is not None and shown.elsewhere else self.state.active

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
