"""Carrying out a sweep from the command line: told on standard error, stopped by signals."""

from __future__ import annotations

import os
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from aetui.cli import engines, sweep_tables
from aetui.cli.follower import stop_on_signals
from aetui.cli.narration import Narrator
from aetui.render import numbers
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.events import Event
    from engine.sweeps.coordinator import Coordinator
    from engine.sweeps.searches import Sampler
    from engine.sweeps.sweep import Prune, Sweep
    from engine.sweeps.trials import Trial


class Wanted(NamedTuple):
    """What was typed."""

    variant: str
    over: list[str]
    trials: int | None
    seeds: int
    prune: Prune
    sampler: Sampler | None
    metric: str
    dataset: str | None
    preset: str | None
    epochs: int | None
    settings: list[str]
    seed: int | None
    name: str


def planned(wanted: Wanted, options: Options, jobs: int, storage: str) -> Sweep:
    """The sweep that was meant. Raises EngineError where none can be."""
    from aetui.cli.assignments import assignments
    from engine import datasets, registry
    from engine.params import describe
    from engine.runs.jobs import TrainJob
    from engine.sweeps import ranges, sweep, tpe

    chosen = registry.variant(wanted.variant)
    key = wanted.dataset or datasets.default(chosen.prefers, options.data_folder)
    start = wanted.preset or registry.default_preset(wanted.variant, key)
    known = describe(registry.preset(wanted.variant, start))
    config: dict[str, Any] = assignments(wanted.settings, known)
    given = (("epochs", wanted.epochs), ("seed", wanted.seed))
    config |= {field: value for field, value in given if value is not None}
    over = ranges.all_parsed(wanted.over, known)
    sampler: Sampler = wanted.sampler or ("tpe" if tpe.installed() else "random")
    if wanted.sampler is None and wanted.trials is None and all(each.values for each in over):
        sampler = "grid"
    return sweep.plan(
        TrainJob(variant=wanted.variant, dataset=key, preset=start, config=config, name=wanted.name),
        over,
        options.store,
        trials=wanted.trials,
        seeds=wanted.seeds,
        sampler=sampler,
        prune=wanted.prune,
        metric=wanted.metric,
        jobs=jobs,
        storage=storage,
    )


def carry_out(sweep: Sweep, options: Options, jobs: int, *, json: bool, csv: Path | None) -> None:
    """Train what is left of `sweep`, and print its table."""
    from engine.sweeps import coordinator, searches, source, trials
    from engine.sweeps.attempt import NoSuchMetric
    from engine.sweeps.sweep import discard, folder

    store = options.store
    with coordinator.held(sweep, store):
        record = trials.Record(folder(store, sweep.id))
        told = _Told(sweep, record.trials, options.quiet)
        try:
            search = searches.search(sweep.sampler, sweep.over, sweep.seed)
            given: source.Source = source.OwnTrials(sweep, record, search)
            if sweep.storage:
                from engine.sweeps.shared import SharedTrials

                given = SharedTrials(sweep, record, search)
            stopped = False
            told.begin(given.left)
            if given.left:
                with engines.engine(replace(options, jobs=jobs), training=True) as (engine, events):
                    made = coordinator.Coordinator(sweep, store, given, engine, events, jobs=jobs, tell=told)
                    stop_on_signals(lambda: _stop(made, told))
                    engine.start()
                    made.run()
                    stopped = made.stopping
        except NoSuchMetric:
            if all(trial.state == "running" for trial in record.trials.values()):
                discard(sweep, store)  # or its name would mean what can never be
            raise
        finally:
            told.close()
            record.close()
    sweep_tables.put_out(sweep, options, json=json, csv=csv)
    if stopped:
        typer.echo(f"aetui: stopped; `aetui sweep --resume {plain(sweep.called)}` goes on", err=True)
        raise typer.Exit(130)
    if any(trial.state == "failed" for trial in record.trials.values()):
        raise typer.Exit(1)


def _stop(coordinator: Coordinator, told: _Told) -> None:
    told.say("stopping …")
    coordinator.stop()
    if not told.trained:  # what loads TensorFlow cannot be cut short, and all that is known is on the disk
        told.close()
        typer.echo("aetui: stopped before a run began; --resume goes on", err=True)
        os._exit(130)


class _Told:
    """A line for each trial that is judged; between them, on a terminal, what goes on."""

    def __init__(self, sweep: Sweep, trials: dict[int, Trial], quiet: bool) -> None:
        self._sweep = sweep
        self._trials = trials
        self._quiet = quiet
        self._narrator = Narrator(quiet)
        self._numbers: dict[str, int] = {}
        self.trained = False
        """Whether a run has begun."""

    def begin(self, left: bool) -> None:
        """What is to be done, first of all the id: whoever began it reads that."""
        if not left:
            self._line(f"{self._sweep.id}: all its trials are judged")
            return
        over = sum(trial.state != "running" for trial in self._trials.values())
        of = f"{self._sweep.sampler}, {counted(self._sweep.trials, 'trial')} of {counted(self._sweep.seeds, 'seed')}"
        done = f"; {over} are judged already" if over else ""
        again = f"whatever ends it, `aetui sweep --resume {self._sweep.called}` goes on"
        self._line(f"{self._sweep.id}: {of}, by the validation {self._sweep.metric}{done}; {again}")

    def __call__(self, told: Event | Trial) -> None:
        """One of the coordinator's tidings."""
        from engine.events import Progress, RunResumed, RunStarted
        from engine.sweeps.trials import Trial

        match told:
            case Trial(state="running"):
                for seed in range(self._sweep.seed, self._sweep.seed + self._sweep.seeds):
                    self._numbers[self._sweep.run_id(told.number, seed)] = told.number
            case Trial():
                self._line(self._judged(told))
            case RunStarted() | RunResumed():
                self.trained = True
            case Progress():
                at = f"trial {self._numbers.get(told.run_id, 0)} of {self._sweep.trials} · epoch {told.epoch}"
                self.say(f"{at} · loss {numbers.loss(told.loss)} · {told.run_id}")
            case _ if not told.recorded:
                self._narrator.tell(told)

    def say(self, text: str) -> None:
        """A line that passes."""
        self._narrator.say(text)

    def close(self) -> None:
        """Leave the terminal clean."""
        self._narrator.close()

    def _judged(self, trial: Trial) -> str:
        from engine.sweeps.trials import best

        found, first = trial.spread, best(self._trials)
        reached = f" {self._sweep.metric} {numbers.mean_and_sd(found.mean, found.sd)}" if found else ""
        leads = f" (best: {numbers.loss(first.value or inf)}, trial {first.number})" if first else ""
        settings = ", ".join(f"{key} {value}" for key, value in trial.settings.items())
        message = f": {trial.message}" if trial.message else ""
        return f"trial {trial.number} {trial.state}{reached}{leads} · {settings}{message}"

    def _line(self, text: str) -> None:
        self._narrator.close()
        if not self._quiet:
            typer.echo(plain(text), err=True)
