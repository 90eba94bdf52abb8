"""What the screen shows: values that never change, each made out of the one before by `aetui.state.fold`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf, isclose, nan
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from aetui.state.epochs import Epochs
from aetui.state.family import Family, of_the_loss
from engine import registry
from engine.analysis.alarms import Alarm, History, bests, raised
from engine.events import DataProgress, EngineFailed, EpochEnded, Layer, Outcome, Progress, Stage
from engine.runs.changes import Change, settings_after
from engine.runs.repeating import Plan
from engine.runs.step_history import StepHistory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aetui.follow.group import Others
    from engine.kinds.kind import Kind
    from engine.workers.worker import Worker

LOG_LINES = 500
_number = attrgetter("epoch")

RunStatus = Literal["queued", "running", "paused", "held", "interrupted"] | Outcome
EngineStatus = Literal["starting", "loading", "ready", "failed"]
Level = Literal["info", "warning", "error"]

RESUMABLE: frozenset[str] = frozenset({"stopped", "interrupted", "failed"})
GOING: frozenset[str] = frozenset({"queued", "running", "paused", "held"})


@dataclass(frozen=True)
class LogLine:
    """One line of the log panel."""

    at: float
    level: Level
    text: str


class Curve(NamedTuple):
    """A loss term of one part of the data over the epochs."""

    name: str
    part: Literal["train", "validation"]
    term: str

    def value(self, ended: EpochEnded) -> float:
        """That of an epoch, NaN where there is none."""
        return (ended.train if self.part == "train" else ended.validation).get(self.term, nan)


def _terms(ended: EpochEnded) -> tuple[tuple[str, ...], bool]:
    """The terms of an epoch's training loss, and whether one beside the total is all of it."""
    names = tuple(ended.train)
    return names, len(names) == 2 and isclose(*ended.train.values(), rel_tol=1e-6)


TOTALS = (Curve("train", "train", "loss"), Curve("validation", "validation", "loss"))


@dataclass(frozen=True)
class RunState:
    """All that is known of one run."""

    run_id: str
    status: RunStatus = "queued"
    here: bool = False
    """Whether this process trains it, or did."""
    whole: bool = True
    """Whether its past is folded in too; a stored run that is resumed unseen begins without."""
    found: RunStatus | None = None
    """How it stood in the store before it was queued; None for a new run."""
    pid: int = 0
    """The process that trains it or did last, where that is another one."""
    variant: str = ""
    preset: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    dataset: str = ""
    data_kind: str = ""
    """As `RunStarted.kind`."""
    device: str = ""
    name: str = ""
    group: str = ""
    """The runs that it belongs to (`engine.runs.groups`)."""
    others: Others | None = None
    """What the other runs of its group reached, as far as it was read."""
    parent: str = ""
    """The run that it branched off from; empty for one that began by itself."""
    forked_at: int = 0
    """After which epoch of the parent."""
    begun: Mapping[str, Any] = field(default_factory=dict)
    """What its first epoch was trained with; empty while its beginning is not known."""
    changes: tuple[Change, ...] = ()
    """What was changed while it trained, in order: its parent's up to where it branched off as well."""
    anew: int = 0
    """The epoch after which its loss means something else than before, 0 for none: bests begin anew there."""
    family: Family = field(default_factory=Family)
    """What was read of the runs that it is related to."""
    started: float = 0.0
    planned: int = 0
    """Epochs the run is to have."""
    aimed: int = 0
    """The same by its events alone: one that is to go on further is planned for that before it says so."""
    plans: tuple[Plan, ...] = ()
    """What it began with, and each other number since; empty while its beginning is not known."""
    steps_per_epoch: int = 0
    stages: tuple[Stage, ...] = ()
    layers: tuple[Layer, ...] = ()
    code_size: int = 0
    train_items: int = 0
    validation_items: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What is known of the data, label and words (`RunStarted.metadata`)."""
    spread: tuple[float, ...] = ()
    """As `RunStarted.spread`."""
    epochs: Epochs[EpochEnded] = field(default_factory=Epochs)
    bests: Epochs[EpochEnded] = field(default_factory=Epochs)
    """Of `epochs`, those that were the best of their stage when they ended."""
    steps: StepHistory = field(default_factory=StepHistory)
    """Training loss of the steps, from the first one on, in a bounded number of points."""
    progress: Progress | None = None
    moving: bool = False
    """Whether anything was trained since it began or went on."""
    workers: tuple[Worker, ...] = ()
    """The processes that train it together, as they were last heard of; none where one trains it alone."""
    activity: str = ""
    """What is done for it beside training, in words; empty while it trains, waits or is over."""
    log: tuple[LogLine, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    """What the model achieved on the test part, once the run is over (`RunFinished.metrics`)."""
    weights: str = "last"
    weights_epoch: int = 0
    """Whose metrics they are (`RunFinished.weights`)."""
    message: str = ""
    """Why the run failed or diverged, and what to do."""
    seq: int = 0
    """Number of the last recorded event that is folded in."""

    @property
    def going(self) -> bool:
        """Whether the engine still has something to do for it."""
        return self.status in GOING

    @property
    def elsewhere(self) -> bool:
        """Whether another process trains it."""
        return self.going and not self.here

    @property
    def at_work_here(self) -> bool:
        """Whether it has begun and goes on, by order of this process."""
        return self.here and self.going and self.status != "queued"

    @property
    def kind(self) -> Kind:
        """The kind of data that it learns from."""
        return registry.kind(self.variant, self.dataset, self.data_kind)

    @property
    def seconds_left(self) -> float:
        """For the rest of the run; infinite while not known. Between two epochs, the last one tells."""
        if self.progress is not None:
            return self.progress.seconds_left
        return self.epochs[-1].seconds * (self.planned - self.last_epoch) if self.epochs else inf

    @property
    def best(self) -> EpochEnded | None:
        """The epoch with the lowest validation loss so far, of the stage that it is in: another has another loss."""
        return self.bests[-1] if self.bests else None

    @property
    def last_epoch(self) -> int:
        """Number of the newest complete epoch, 0 before the first."""
        return self.epochs[-1].epoch if self.epochs else 0

    def settings_after(self, epoch: int) -> dict[str, Any]:
        """What the epoch after `epoch` was trained with, or would be."""
        return settings_after(self.begun, self.changes, epoch) if self.begun else dict(self.config)

    def since(self, number: int) -> int:
        """The epoch after which the loss means what it does in epoch `number`, 0 for the beginning."""
        of_it = (each.epoch for each in self.changes if each.epoch < number and of_the_loss(self.variant, each.config))
        return max(of_it, default=0)

    def changed(self, change: Change) -> RunState:
        """The same with other settings after an epoch, where what is said last of a setting counts. What is known
        already changes nothing."""
        known = {each.epoch: each.config for each in self.changes}
        config = {**known.get(change.epoch, {}), **change.config}
        if config == known.get(change.epoch):
            return self
        known[change.epoch] = config
        return replace(
            self,
            changes=tuple(Change(epoch, known[epoch]) for epoch in sorted(known)),
            config={**self.config, **change.config},
            planned=change.config.get("epochs", self.planned),
            aimed=change.config.get("epochs", self.aimed),
            anew=change.epoch if of_the_loss(self.variant, change.config) else self.anew,
        )

    @property
    def curves(self) -> tuple[Curve, ...]:
        """What can be drawn over the epochs: the total loss, and its terms unless one is all of it."""
        kinds = self.epochs.kinds("terms", _terms)
        terms = list(dict.fromkeys(term for names, _ in kinds for term in names if term != "loss"))
        if len(terms) == 1 and all(alone for _, alone in kinds):
            terms = []
        parts: tuple[Literal["train", "validation"], ...] = ("train", "validation")
        return (*TOTALS, *(Curve(f"{term} {part}", part, term) for term in terms for part in parts))

    def column(self, curve: Curve) -> NDArray[np.float64]:
        """The values of `curve`, one for each of `epochs`, read-only; an epoch more costs no more in a long run."""
        return self.epochs.column(curve, curve.value)

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The numbers of `epochs`: the x of every column."""
        return self.epochs.column("number", _number)

    def ready_to_draw(self) -> RunState:
        """The same; of a long run, what is drawn first takes a while to make, which may be done in another thread."""
        self.epochs.column("number", _number)
        for name in ("steps", "seconds"):
            self.epochs.column(name, attrgetter(name))
        for curve in TOTALS:
            self.column(curve)
        self.epochs.kinds("terms", _terms)
        return self

    def epoch(self, number: int) -> EpochEnded | None:
        """What epoch `number` came to; None if it is not complete."""
        return self.epochs.numbered(number)

    def alarms_after(self, number: int) -> tuple[Alarm, ...]:
        """What was wrong after epoch `number`; nothing if that is not complete."""
        if self.epoch(number) is None:
            return ()
        until, better, since = self.epochs.before(number + 1), self.bests.before(number + 1), self.since(number)

        def found() -> tuple[Alarm, ...]:
            seen = until[len(until.before(since + 1)) :] if since else until
            best = better[-1] if better and better[-1].epoch > since else None
            history = History.of(seen, best, spread=self.spread)
            return raised(registry.alarms(self.variant), history, self.settings_after(number - 1))

        return until.once(("alarms", self.variant, since), found)

    @property
    def alarms_now(self) -> tuple[Alarm, ...]:
        """What was wrong after the newest epoch."""
        return self.alarms_after(self.last_epoch)

    def with_epochs(self, ended: Sequence[EpochEnded]) -> RunState:
        """The same with more complete epochs."""
        # A change is told while the epoch after which it holds goes on: that one still has the loss of before.
        old = [each for each in ended if each.epoch <= self.anew]
        better = bests(old, self.best)
        best = self.best if not old and self.best and self.best.epoch > self.anew else None
        better += bests(ended[len(old) :], best)
        return replace(self, epochs=self.epochs.and_then(*ended), bests=self.bests.and_then(*better))

    def before(self, number: int) -> RunState:
        """The same without the epochs from `number` on."""
        kept = self.epochs.before(number)
        if kept is self.epochs:
            return self
        return replace(self, epochs=kept, bests=self.bests.before(number))

    def under_way(self, progress: Progress) -> RunState:
        """The same with this much of its epoch done."""
        return replace(self, progress=progress, steps=self.steps.and_then(progress.batches), moving=True)

    def queued(self) -> RunState:
        """The same, waiting for this process's engine. A run that is here already keeps its status."""
        if self.here and self.going:
            return self
        return replace(self, here=True, status="queued", activity="", found=self.status if self.seq else None)

    def with_past(self, past: RunState) -> RunState:
        """The same with what its folder knows: `past` is folded from the very events that this one has counted."""
        unwritten = tuple(line for line in self.log if line not in past.log)
        return replace(
            past,
            here=True,
            found=self.found,
            status=self.status,
            steps=past.steps.and_then(self.steps),
            progress=self.progress,
            moving=self.moving,
            workers=self.workers or past.workers,
            activity=self.activity,
            message=self.message,
            others=self.others,
            family=self.family,
            log=(*past.log, *unwritten),
        )

    def logged(self, at: float, text: str, level: Level = "info") -> RunState:
        """The same with one more line in its log."""
        return self.with_lines([LogLine(at, level, text)])

    def with_lines(self, lines: Sequence[LogLine]) -> RunState:
        """The same with more lines in its log, which keeps the newest `LOG_LINES`."""
        return replace(self, log=(*self.log, *lines)[-LOG_LINES:])

    def beside(self, others: Others | None, reached: str, at: float) -> RunState:
        """The same with what is known of its group; `reached` is logged, unless it was before."""
        run = replace(self, others=others)
        if not reached or any(line.text == reached for line in self.log):
            return run
        return run.logged(at, reached)

    def as_found(self, status: RunStatus) -> RunState:
        """The same with the status that its folder gives away: only there it shows that a process is gone."""
        return self if status == self.status else replace(self, status=status)


@dataclass(frozen=True)
class WorkbenchState:
    """The engine, the data on their way, and every run seen so far (by id, in order of appearance)."""

    engine: EngineStatus = "starting"
    device: str = ""
    failure: EngineFailed | None = None
    data: DataProgress | None = None
    runs: Mapping[str, RunState] = field(default_factory=dict)

    @property
    def active(self) -> RunState | None:
        """The run that our engine works on, or the first of its queue."""
        going = [run for run in self.runs.values() if run.here and run.going]
        return next((run for run in going if run.status != "queued"), going[0] if going else None)

    @property
    def at_work(self) -> list[RunState]:
        """The runs that have begun and go on here, in the order in which they were queued."""
        return [run for run in self.runs.values() if run.at_work_here]

    @property
    def waiting(self) -> list[RunState]:
        """The runs that come after the active one, in order."""
        active = self.active
        return [run for run in self.runs.values() if run.here and run.status == "queued" and run is not active]

    def with_run(self, run: RunState) -> WorkbenchState:
        """The same with `run` put in."""
        return replace(self, runs=MappingProxyType({**self.runs, run.run_id: run}))

    def queued(self, run: RunState) -> WorkbenchState:
        """The same with `run` at the end of the queue."""
        others = {run_id: other for run_id, other in self.runs.items() if run_id != run.run_id}
        return replace(self, runs=MappingProxyType({**others, run.run_id: run.queued()}))

    def reordered(self, run_ids: Sequence[str]) -> WorkbenchState:
        """The same with these waiting runs in this order, behind all others."""
        waiting = {run_id: self.runs[run_id] for run_id in run_ids if run_id in self.runs}
        others = {run_id: run for run_id, run in self.runs.items() if run_id not in waiting}
        return replace(self, runs=MappingProxyType({**others, **waiting}))

    def unqueued(self, run_id: str) -> WorkbenchState:
        """The same without a run that never began; a stored one stands as it did before."""
        run = self.runs.get(run_id)
        if run is None or run.status != "queued":
            return self
        if run.found is not None:
            return self.with_run(replace(run, status=run.found))
        others = {known: other for known, other in self.runs.items() if known != run_id}
        return replace(self, runs=MappingProxyType(others))
