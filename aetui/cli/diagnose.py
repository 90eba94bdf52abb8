"""`aetui diagnose`: what is wrong with a run, and whether the cure helps."""

from __future__ import annotations

import json as json_format
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aetui.cli import engines
from aetui.cli.arguments import Run
from aetui.render.spark import sparkline
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.cures.diagnosis import Finding, Subject
    from engine.cures.trial import Trial
    from engine.cures.verdict import Verdict
    from engine.runs.store import RunStore

MOST_SEEDS = 20
WIDTH = 40
"""Columns of a curve."""


def diagnose(
    context: typer.Context,
    run: Run,
    cure: Annotated[
        bool, typer.Option("--cure", help="Train with the remedy, to the same epoch, and compare: does it help?")
    ] = False,
    fault: Annotated[
        str, typer.Option(metavar="FAULT", help="Cure this one (default: the gravest that has an exact cure).")
    ] = "",
    seeds: Annotated[
        int, typer.Option(min=1, max=MOST_SEEDS, help="Train fault and cure with so many seeds: mean and spread.")
    ] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Name what is wrong with a run: dead units, a collapsed code, rates too high or low, data that are not scaled …

    Ended runs, and those that train anywhere, are looked at as they are after their newest epoch. With --cure the
    remedy is tried, and the models are compared by what they give back of the validation items, in a measure that does
    not depend on the loss. A trial leaves its runs in the store.
    """
    from engine.cures.diagnosis import diagnosed, subject
    from engine.errors import UsageError

    options: Options = context.obj
    ill = subject(options.store.find(run))
    found = diagnosed(ill)
    told: dict[str, Any] = _told(ill, found)
    if not json:
        typer.echo(_report(ill, found, hint=not cure))
    if seeds > 1 and not cure:
        raise UsageError("Nothing to train", "--seeds is for --cure; add --cure, or leave out --seeds")
    if cure:
        chosen = _chosen(found, fault, ill)
        if chosen is not None:
            trial, verdict = _tried(options, ill, chosen, seeds)
            told["trial"] = _trial(chosen, trial, verdict)
            if not json:
                typer.echo(_outcome(options.store, trial, verdict))
    if json:
        typer.echo(json_format.dumps(told, ensure_ascii=False, allow_nan=False))


def _chosen(found: Sequence[Finding], fault: str, ill: Subject) -> Finding | None:
    """Raises UsageError where nothing that was found is meant."""
    from engine.errors import UsageError

    if fault and fault not in [each.key for each in found]:
        there = ", ".join(each.key for each in found) or "no fault"
        raise UsageError(
            "Not found", f"expected --fault to name what was found in {ill.run_id} ({there}), got {fault!r}"
        )
    if not found:
        return None
    named = [each for each in found if not fault or each.key == fault]
    return next((each for each in named if each.curable), named[0])


def _tried(options: Options, ill: Subject, finding: Finding, seeds: int) -> tuple[Trial, Verdict]:
    """Raises EngineError where it cannot be tried, typer.Exit where it was stopped."""
    from aetui.cli.follower import Follower
    from engine.cures.trial import Trial
    from engine.errors import EngineError
    from engine.queries.messages.fidelity import Fidelities, Fidelity

    trial = Trial(ill, finding, seeds)
    with engines.engine(options) as (engine, events):
        job, started = trial.next(options.store), False
        while job is not None:
            run_id = engine.submit(job)
            follower = Follower(engine, events, [run_id], options)
            if not started:
                engine.start()
                started = True
            finished = follower.follow(run_id)
            if finished.outcome == "stopped":
                raise typer.Exit(130)
            if finished.outcome == "failed":
                error = EngineError("The trial failed", f"{run_id}: {finished.message}")
                error.exit_code = finished.exit_code
                raise error
            trial.begun(run_id)
            job = trial.next(options.store)

        def ask(query: Fidelity) -> Fidelities:
            answer = engine.query(query).result()
            assert isinstance(answer, Fidelities)
            return answer

        if not started:
            engine.start()
        return trial, trial.judged(options.store, ask)


def _report(ill: Subject, found: Sequence[Finding], *, hint: bool) -> str:
    epochs = counted(len(ill.epochs), "epoch")
    lines = [f"{ill.run_id}: {ill.variant} on {plain(ill.dataset)}, {ill.status}, {epochs}"]
    if not found:
        watched = ", ".join(condition.key for condition in ill.conditions)
        return "\n".join([*lines, f"✓ no fault; looked for {watched}"])
    for each in found:
        since = f" (since epoch {each.since:,})" if each.since else ""
        lines.append(f"▲ {each.key}: {plain(each.told)}{since}")
        if each.curable:
            tries = f"; `aetui diagnose {ill.run_id} --cure --fault {each.key}` tries it" if hint else ""
            lines.append(f"  cure: {plain(each.cure(ill.config))}{tries}")
        elif each.advice:
            lines.append(f"  try to {each.advice}")
    return "\n".join(lines)


def _outcome(store: RunStore, trial: Trial, verdict: Verdict) -> str:
    lines = []
    for leg in trial.legs:
        record = store.find(leg.run_id)
        label = "with the fault" if leg.role == "fault" else "cured"
        lines.append(f"  {_curve(record)}  {label}, seed {leg.seed}: {record.id}")
    return "\n".join([*lines, f"{'✓' if verdict.cured else '✗'} {trial.finding.key}: {verdict.text}"])


def _curve(record: Any) -> str:
    """The validation reconstruction over the epochs."""
    from engine.events import complete_epochs

    ended = complete_epochs(record.events()[0])
    values = [each.validation.get("reconstruction", each.validation["loss"]) for each in ended]
    return sparkline(values, WIDTH).ljust(WIDTH)


def _told(ill: Subject, found: Sequence[Finding]) -> dict[str, Any]:
    return {
        "run": ill.run_id,
        "variant": ill.variant,
        "dataset": ill.dataset,
        "status": ill.status,
        "epochs": len(ill.epochs),
        "found": [
            {
                "fault": each.key,
                "text": each.told,
                "metrics": {name: _finite(value) for name, value in each.metrics.items()},
                "since": each.since,
                "advice": each.advice,
                "cure": {"settings": each.settings, "data": each.data, "epoch": each.epoch} if each.curable else None,
            }
            for each in found
        ],
        "watched": [condition.key for condition in ill.conditions],
    }


def _trial(finding: Finding, trial: Trial, verdict: Verdict) -> dict[str, Any]:
    return {
        "fault": finding.key,
        "measure": verdict.measure,
        "runs": [{"role": leg.role, "seed": leg.seed, "run": leg.run_id} for leg in trial.legs],
        "with_fault": [_finite(value) for value in verdict.faults],
        "cured": [_finite(value) for value in verdict.cures],
        "gone": verdict.gone,
        "verdict": verdict.judgement,
        "text": verdict.text,
    }


def _finite(value: float) -> float | None:
    """JSON knows no infinity."""
    return value if isfinite(value) else None
