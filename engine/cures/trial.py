"""A cure tried: runs with the fault and runs that are cured, one after the other, to the same epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from engine.analysis.alarms import bests
from engine.cures import scaling
from engine.cures.diagnosis import Finding, Subject, diagnosed, subject
from engine.cures.verdict import Verdict, finite_or_worst
from engine.datasets.data import Report, silence
from engine.errors import EngineError, UsageError
from engine.events import complete_epochs
from engine.queries.messages.fidelity import Fidelities, Fidelity
from engine.runs import weight_files
from engine.runs.jobs import ForkJob, Job, TrainJob

if TYPE_CHECKING:
    from engine.runs.record import RunRecord
    from engine.runs.store import RunStore

Role = Literal["fault", "cure"]
ERROR = "mean squared error of the validation items"
LEFT = "share of the validation items' variance that is missed"
TERM = "reconstruction loss of the validation items"


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a trial."""

    role: Role
    seed: int
    run_id: str = ""
    """Empty while it is to be trained."""


class Trial:
    """Which runs a trial needs, in the order in which they are to be trained, and what came of them."""

    def __init__(
        self,
        run: Subject,
        finding: Finding,
        seeds: int = 1,
        report: Report = silence,
        *,
        waits: bool = False,
        known: Sequence[str] = (),
    ) -> None:
        """The first seed is that of `run`, which is trained anew only where it did not come to its planned end, and not
        where the trial `waits` for it; `known`: runs with the fault that are there already, by their seeds. `report`
        hears of data that are read anew.

        Raises:
            UsageError: nothing exact is known against the fault, or it cannot be tried here.
            BadData, DataUnavailable: the data cannot be read as they should be.
        """
        if not finding.curable:
            told = f"; try to {finding.advice}" if finding.advice else ""
            raise UsageError("No exact cure", f"nothing exact is known against {finding.key} in {run.run_id}{told}")
        self.run, self.finding = run, finding
        self.dataset = scaling.read_anew(run.dataset, finding.data, report) if finding.data else run.dataset
        first = int(run.config["seed"])
        self.legs: list[Leg] = []
        for seed in range(first, first + seeds):
            there = run.run_id if seed == first and (waits or run.status in ("completed", "diverged")) else ""
            there = known[seed - first] if seed - first < len(known) else there
            self.legs += [Leg(role="fault", seed=seed, run_id=there), Leg(role="cure", seed=seed)]

    def next(self, store: RunStore) -> Job | None:
        """What is to be trained next; None where all is done."""
        leg = next((leg for leg in self.legs if not leg.run_id), None)
        if leg is None:
            return None
        if leg.role == "fault":
            return self._anew(leg.seed, {}, self.run.dataset)
        if self.finding.epoch:
            parent = store.find(self._of("fault", leg.seed))
            kept = [epoch for epoch in weight_files.kept(parent.folder) if epoch <= self.finding.epoch]
            if kept:
                return ForkJob(run_id=parent.id, epoch=max(kept), config=self.finding.settings)
        return self._anew(leg.seed, self.finding.settings, self.dataset)

    def _anew(self, seed: int, changes: dict[str, Any], dataset: str) -> TrainJob:
        config = {**self.run.config, **changes, "seed": seed}
        return TrainJob(variant=self.run.variant, dataset=dataset, preset=self.run.preset, config=config, tested=False)

    def begun(self, run_id: str) -> None:
        """What was `next` is trained as this run."""
        place = next(place for place, leg in enumerate(self.legs) if not leg.run_id)
        self.legs[place] = msgspec.structs.replace(self.legs[place], run_id=run_id)

    def _of(self, role: Role, seed: int) -> str:
        return next(leg.run_id for leg in self.legs if (leg.role, leg.seed) == (role, seed))

    def judged(self, store: RunStore, ask: Callable[[Fidelity], Fidelities]) -> Verdict:
        """What came of it, once all runs are over; `ask` has models measured.

        Raises:
            RunError: a run is gone.
        """
        values: dict[Role, list[float]] = {"fault": [], "cure": []}
        measures, gone = set(), 0
        for leg in self.legs:
            record = store.find(leg.run_id)
            measure, value = self._measured(record, ask)
            measures.add(measure)
            values[leg.role].append(value)
            if leg.role == "cure":
                gone += all(found.key != self.finding.key for found in diagnosed(subject(record)))
        return Verdict(
            measure=" / ".join(sorted(measures)),
            faults=tuple(values["fault"]),
            cures=tuple(values["cure"]),
            gone=gone,
        )

    def _measured(self, record: RunRecord, ask: Callable[[Fidelity], Fidelities]) -> tuple[str, float]:
        """By the weights that the run keeps: of its best epoch where validation data tell it, else of its last."""
        try:
            found = ask(Fidelity(run_id=record.id))
        except UsageError:  # such items have no squared error
            return TERM, _term(record)
        except EngineError:
            if record.status == "diverged":  # before there were any weights
                return (LEFT if self.finding.data else ERROR), finite_or_worst(None)
            raise
        return (LEFT, found.left) if self.finding.data else (ERROR, found.error)


def _term(record: RunRecord) -> float:
    epochs = complete_epochs(record.events()[0])
    best = bests(epochs)[-1:] if record.config.get("validation") else []
    chosen = next(iter(best or epochs[-1:]), None)
    return finite_or_worst(chosen.validation.get("reconstruction") if chosen else None)
