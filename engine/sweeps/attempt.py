"""A trial while it is trained: what its runs have reached, and when it is judged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite
from typing import NamedTuple

from engine.errors import UsageError
from engine.events import EpochEnded, Event, RunResumed, RunStarted
from engine.sweeps.pruning import hopeless
from engine.sweeps.sweep import Sweep
from engine.sweeps.trials import Judged, Result, State, Trial


class NoSuchMetric(UsageError):
    """A run's validation has no such term: settings between those that were looked at before have others."""


class Point(NamedTuple):
    """One epoch of the last stage."""

    epoch: int
    loss: float
    metric: float


class SeedRun:
    """One run of a trial, as its events tell it."""

    def __init__(self, run_id: str, seed: int, metric: str) -> None:
        self.run_id = run_id
        self.seed = seed
        self.points: list[Point] = []
        """Epochs of the last stage: those before have losses of their own."""
        self.planned = 0
        self.outcome = ""
        self.message = ""
        self._metric = metric
        self._stage = ""

    def take(self, event: Event) -> None:
        """Raises NoSuchMetric."""
        match event:
            case RunStarted() if event.stages:
                self._stage, self.planned = event.stages[-1].name, event.stages[-1].epochs
            case RunResumed():
                self.points = [point for point in self.points if point.epoch < event.epoch]
            case EpochEnded() if event.stage == self._stage:
                if self._metric not in event.validation:
                    there = ", ".join(event.validation)
                    raise NoSuchMetric(
                        "No such metric", f"{self._metric!r} is no term of validation; there are: {there}"
                    )
                self.points.append(Point(event.epoch, event.validation["loss"], event.validation[self._metric]))

    @property
    def curve(self) -> tuple[float, ...]:
        """The metric by epochs."""
        return tuple(point.metric for point in self.points)

    def result(self, upto: int | None = None) -> Result:
        """What it reached, in the first `upto` of its epochs."""
        points = [point for point in self.points[:upto] if isfinite(point.loss) and isfinite(point.metric)]
        best = min(points, key=lambda point: point.loss, default=None)
        worthless = best is None or self.outcome in ("diverged", "failed")
        return Result(
            run=self.run_id,
            seed=self.seed,
            value=None if best is None or worthless else best.metric,
            epoch=best.epoch if best else 0,
            epochs=len(self.points[:upto]),
        )


class Attempt:
    """Trains the seeds of one trial: all at once, or where trials are pruned the first one before the others."""

    def __init__(self, trial: Trial, sweep: Sweep, earlier: Sequence[Trial]) -> None:
        """`earlier` are the trials that it may be held against."""
        self.trial = trial
        self._sweep = sweep
        self._earlier = earlier
        self._looked_at = 0
        seeds = range(sweep.seed, sweep.seed + sweep.seeds)
        self.runs = [SeedRun(sweep.run_id(trial.number, seed), seed, sweep.metric) for seed in seeds]
        self.cut: int | None = None
        """After how many epochs of its first seed it was given up."""

    def due(self) -> Iterable[SeedRun]:
        """The runs that may be trained now, whether they are already or not."""
        first = self.runs[0]
        if self.cut is not None:
            return ()
        return self.runs if self._sweep.prune == "none" or first.outcome == "completed" else (first,)

    def look(self) -> bool:
        """Whether the trial is to be given up. What was decided at an epoch stays, however far a run came since."""
        first = self.runs[0]
        curve = first.curve
        while self._sweep.prune != "none" and self.cut is None and self._looked_at < len(curve):
            self._looked_at += 1
            last = self._looked_at == first.planned and len(self.runs) == 1  # nothing would be saved
            if not last and hopeless(curve[: self._looked_at], self._earlier):
                self.cut = self._looked_at
        return self.cut is not None

    def judged(self) -> Judged:
        """What came of it, once none of its runs is to be trained any more."""
        state: State = "completed"
        if self.cut is not None:
            state = "pruned"
        elif any(run.outcome == "diverged" for run in self.runs):
            state = "diverged"
        elif any(run.outcome != "completed" for run in self.runs):
            state = "failed"
        begun = [run for run in self.runs if run.outcome or run.points]
        looked_at = begun[:1] if self.cut is not None else begun
        return Judged(
            number=self.trial.number,
            state=state,
            results=tuple(run.result(self.cut) for run in looked_at),
            curve=self.runs[0].curve[: self.cut] if state in ("completed", "pruned") else (),
            message=next((run.message for run in self.runs if run.message and state in ("diverged", "failed")), ""),
        )
