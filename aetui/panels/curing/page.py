"""A page from which cures are tried: the run with the remedy trains beside, both are measured, the verdict is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.message import Message
from textual.timer import Timer

from aetui.bridge import Answered, Queried
from aetui.panels.curing.attempt import Attempt
from aetui.panels.table import View
from aetui.widgets.scroller import Scroller
from engine.cures.diagnosis import Finding, Subject, diagnosed
from engine.errors import EngineError, RunError
from engine.queries.messages.fidelity import Fidelity

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from aetui.state.run_state import RunState
    from engine.cures.trial import Trial
    from engine.cures.verdict import Verdict
    from engine.queries.messages.fidelity import Fidelities

LOOK_SECONDS = 0.5
NOTHING = "nothing is wrong after the newest epoch: there is nothing to cure"
BUSY = "a cure is being tried already; the next one can be when that is over"
NO_ENGINE = "the engine did not start: nothing can be trained"


class Curing(Scroller):
    """What its page says is written by whoever inherits."""

    class Prepared(Message):
        """The data of a trial are there, or it cannot be made."""

        def __init__(self, attempt: Attempt, trial: Trial | None, failure: str) -> None:
            super().__init__()
            self.attempt, self.trial, self.failure = attempt, trial, failure

    class Judged(Message):
        """What came of an attempt."""

        def __init__(self, attempt: Attempt, verdict: Verdict | None, failure: str) -> None:
            super().__init__()
            self.attempt, self.verdict, self.failure = attempt, verdict, failure

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        self._attempts: dict[str, Attempt] = {}
        """By the run with the fault."""
        self._faults: dict[str, int] = {}
        """By run, which of several faults is to be cured."""
        self._timer: Timer | None = None
        self._stamp = 0

    @property
    def _host(self) -> Workbench:
        return cast("Workbench", self.app)

    def write_page(self) -> None:
        """Write the page anew, if anything on it changed."""
        raise NotImplementedError

    def attempt(self, run: RunState | None) -> Attempt | None:
        """What was tried with `run`, the last time."""
        return self._attempts.get(run.run_id) if run else None

    def action_next_fault(self) -> None:
        """Cure the next of several faults."""
        found = self._found()
        if found:
            run = self._subject()
            self._faults[run.run_id] = self._faults.get(run.run_id, 0) + 1
            chosen = self._chosen(found)
            self.notify(f"{chosen.key}: {chosen.cure(run.config)}", markup=False)
        else:
            self.notify(NOTHING)

    def action_cure(self) -> None:
        """Try the cure of the fault that is chosen, if there is any and nothing is tried already."""
        run, found = self._view.run if self._view else None, self._found()
        if run is None or (not run.epochs and run.status != "diverged"):
            self.notify("there is no run yet whose faults could be found")
        elif any(not each.over for each in self._attempts.values()):
            self.notify(BUSY)
        elif self._host.engine is None:
            self.notify(NO_ENGINE)
        elif not found:
            self.notify(self._hint(), markup=False)
        else:
            attempt = Attempt(self._subject(), self._chosen(found))
            self._attempts[run.run_id] = attempt
            self._prepare(attempt, waits=run.going)
            self.write_page()

    def _subject(self) -> Subject:
        assert self._view is not None
        assert self._view.run is not None
        run = self._view.run
        return Subject(
            run_id=run.run_id,
            variant=run.variant,
            preset=run.preset,
            dataset=run.dataset,
            config=run.config,
            epochs=run.epochs[len(run.epochs.before(run.since(run.last_epoch) + 1)) :],
            spread=run.spread,
            status=run.status,
        )

    def _found(self) -> list[Finding]:
        """What can be cured of the run shown."""
        run = self._view.run if self._view else None
        return [each for each in diagnosed(self._subject()) if each.curable] if run else []

    def _chosen(self, found: Sequence[Finding]) -> Finding:
        return found[self._faults.get(self._subject().run_id, 0) % len(found)]

    def _hint(self) -> str:
        uncurable = diagnosed(self._subject())
        if not uncurable:
            return NOTHING
        advice = f"; try to {uncurable[0].advice}" if uncurable[0].advice else ""
        return f"nothing exact is known against {uncurable[0].key}{advice}"

    @work(thread=True, group="curing")
    def _prepare(self, attempt: Attempt, *, waits: bool) -> None:
        from engine.cures.trial import Trial

        try:
            trial, failure = Trial(attempt.run, attempt.finding, waits=waits), ""
        except EngineError as error:
            trial, failure = None, f"{error.title}: {error.message}"
        except Exception as error:  # the next cure must not wait for this one
            self.post_message(self.Prepared(attempt, None, f"{type(error).__name__}: {error}"))
            raise
        self.post_message(self.Prepared(attempt, trial, failure))

    @on(Prepared)
    def _prepared(self, message: Prepared) -> None:
        message.stop()
        message.attempt.trial, message.attempt.failure = message.trial, message.failure
        self._go_on(message.attempt)
        if self._timer is None:
            self._timer = self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        """How far what is tried is."""
        pending = [each for each in self._attempts.values() if not each.over]
        for attempt in pending:
            self._go_on(attempt)
        if not pending and self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.write_page()

    def _go_on(self, attempt: Attempt) -> None:
        """Train what is to be trained next, once nothing of it is under way; then have both models measured."""
        trial, runs = attempt.trial, self._host.state.runs
        if trial is None or attempt.over or attempt.asked:
            return
        for run_id in [leg.run_id for leg in trial.legs if leg.run_id not in ("", attempt.run.run_id)]:
            run = runs.get(run_id)
            if run is None:
                attempt.failure = f"{run_id} was taken from the queue"
            elif run.status in ("stopped", "failed"):
                attempt.failure = f"{run_id} {run.status}: {run.message}".removesuffix(": ")
            if attempt.failure or (run is not None and run.going):
                return
        try:
            job = trial.next(self._host.store)
            if job is not None:
                trial.begun(self._host.train_beside(job, attempt.run.run_id))
                return
        except EngineError as error:
            attempt.failure = f"{error.title}: {error.message}"
            return
        if not any(self._goes_on(leg.run_id) for leg in trial.legs):
            attempt.asked = True
            self._stamp += 1
            self.post_message(Queried(self, self._stamp, [Fidelity(run_id=leg.run_id) for leg in trial.legs]))

    def _goes_on(self, run_id: str) -> bool:
        """Of a run that another process trains and that is not on the screen, only its folder tells."""
        run = self._host.state.runs.get(run_id)
        if run is None or not run.elsewhere:
            return run is not None and run.going
        record = self._host.store.get(run_id)
        return record is not None and record.lives

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        asked = [each for each in self._attempts.values() if each.asked and not each.judging]
        if not asked or message.stamp != self._stamp:
            return
        attempt = asked[-1]
        assert attempt.trial is not None
        attempt.answers[message.query.run_id] = message.error or message.answer
        if len(attempt.answers) == len(attempt.trial.legs):
            attempt.judging = True
            self._judge(attempt)

    @work(thread=True, group="curing")
    def _judge(self, attempt: Attempt) -> None:
        assert attempt.trial is not None

        def ask(query: Fidelity) -> Fidelities:
            answer = attempt.answers[query.run_id]
            if isinstance(answer, EngineError):
                raise answer
            if isinstance(answer, BaseException):
                raise RunError("Not measured", f"{type(answer).__name__}: {answer}") from answer
            return answer

        try:
            verdict, failure = attempt.trial.judged(self._host.store, ask), ""
        except EngineError as error:
            verdict, failure = None, f"{error.title}: {error.message}"
        except Exception as error:  # as above
            self.post_message(self.Judged(attempt, None, f"{type(error).__name__}: {error}"))
            raise
        self.post_message(self.Judged(attempt, verdict, failure))

    @on(Judged)
    def _judged(self, message: Judged) -> None:
        message.stop()
        message.attempt.verdict, message.attempt.failure = message.verdict, message.failure
        self.write_page()
