"""`aetui train` and `aetui resume`: the engine without a screen."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli import clustered, completers, engines
from aetui.cli.arguments import Dataset, Epochs, Isolate, Jobs, Preset, RunOrGroup
from aetui.render.text import plain
from engine.errors import counted
from engine.runs.jobs import MOST_SEEDS

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.events import Event, RunFinished
    from engine.runs.groups import Group
    from engine.runs.jobs import Job, Order, TrainJob
    from engine.runs.store import RunRecord

Json = Annotated[bool, typer.Option("--json", help="Print every event as a JSON line.")]
Detach = Annotated[bool, typer.Option("--detach", help="Train in a process of its own; return when it has begun.")]


def train(
    context: typer.Context,
    variant: Annotated[
        str, typer.Argument(help="An autoencoder, as `aetui variants` lists them.", autocompletion=completers.variants)
    ],
    dataset: Dataset = None,
    preset: Preset = None,
    epochs: Epochs = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            autocompletion=completers.settings,
            help="Change a setting (a part of its name will do that no other has); may be given often.",
        ),
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(
            "--at",
            metavar="EPOCH:FIELD=VALUE",
            autocompletion=completers.settings_at,
            help="Change a setting after that epoch, from the next one on, as `aetui set` did in a run that is to be "
            "repeated; may be given often.",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Start of all randomness.")] = None,
    seeds: Annotated[
        int,
        typer.Option(min=1, max=MOST_SEEDS, help="So many runs, each with the next seed: a row each, and mean ± sd."),
    ] = 1,
    normal: Annotated[
        str | None,
        typer.Option(
            help="Learn from one class alone, its name or number, so that `aetui detect` finds all others strange; the "
            "test part keeps all classes (the same as --set normal=CLASS)."
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="A name for the run, or for the runs of several seeds together.")] = "",
    run_id: Annotated[
        str,
        typer.Option(
            "--id",
            metavar="ID",
            help="The run's id: one that is there already is gone on with, and left alone when it is complete, so that "
            "a batch queue can repeat the command.",
        ),
    ] = "",
    json: Json = False,
    detached: Detach = False,
    jobs: Jobs = None,
    isolate: Isolate = False,
) -> None:
    """Train a model. Ctrl-C stops it and keeps the weights; `aetui resume` goes on, with several seeds as well."""
    from engine.errors import UsageError
    from engine.runs import groups, repeatable
    from engine.runs.jobs import Order, TrainJob

    options: Options = with_jobs(context.obj, jobs, isolate=isolate)
    job = job_of(options, variant, dataset, preset, epochs, settings, at, seed, normal, name)
    if run_id and seeds > 1:
        raise UsageError("Several runs", "--id names one run; leave out --seeds, or --id")
    with clustered.taking_part(options, detached=detached) as options:
        if seeds > 1:
            _train_group(groups.begin(job, seeds, options.store), options, json, detached)
            return
        found = repeatable.ordered(run_id, job, options.store) if run_id else job
        if isinstance(found, Order | TrainJob):
            train_one(found, options, json, detached)
        elif not options.quiet:
            typer.echo(f"{found.id} is complete: nothing to do", err=True)


def job_of(
    options: Options,
    variant: str,
    dataset: str | None,
    preset: str | None,
    epochs: int | None,
    settings: list[str] | None,
    at: list[str] | None,
    seed: int | None,
    normal: str | None,
    name: str,
) -> TrainJob:
    """What `aetui train` is asked for, with everything decided that was left open. Raises UsageError."""
    from aetui.cli.assignments import assignments, planned
    from engine import datasets, registry
    from engine.params import describe
    from engine.runs.jobs import TrainJob
    from engine.runs.listing.labels import checked_name

    chosen = registry.variant(variant)
    key = dataset or datasets.default(chosen.prefers, options.data_folder)
    start = preset or registry.default_preset(variant, key)
    known = describe(registry.preset(variant, start))
    config = assignments(settings or [], known)
    given = (("epochs", epochs), ("seed", seed), ("normal", normal))
    config |= {key: value for key, value in given if value is not None}
    changes = planned(at or [], known)
    return TrainJob(variant=variant, dataset=key, preset=start, config=config, changes=changes, name=checked_name(name))


def resume(
    context: typer.Context,
    run: RunOrGroup,
    epochs: Epochs = None,
    json: Json = False,
    detached: Detach = False,
    jobs: Jobs = None,
    isolate: Isolate = False,
) -> None:
    """Go on with a run exactly where it stopped; with --epochs, for longer than planned.

    Of a group it goes on with every run that is not complete, and trains those that never began. One that waited in a
    process that is gone is trained here.
    """
    from engine.errors import UsageError
    from engine.runs import groups, waiting
    from engine.runs.jobs import ResumeJob

    options: Options
    with clustered.taking_part(with_jobs(context.obj, jobs, isolate=isolate), detached=detached) as options:
        group = groups.find(options.store, run)
        left = waiting.find_left(options.store.root, run) if group is None and options.store.get(run) is None else None
        if left is not None and left.order is not None:
            _take_up(left.order, epochs, options, json, detached)
        elif group is None:
            train_one(ResumeJob(run_id=options.store.find(run).id, epochs=epochs), options, json, detached)
        elif epochs is not None:
            raise UsageError(
                "Several runs", f"{run} means {counted(len(group.members), 'run')}; --epochs is for one of them"
            )
        else:
            _train_group(group, options, json, detached)


def with_jobs(options: Options, jobs: int | None, *, isolate: bool) -> Options:
    """`options`, with what stands behind the command laid over them."""
    from dataclasses import replace

    return replace(options, jobs=jobs or options.jobs, isolate=isolate or options.isolate)


def train_one(job: Job | Order, options: Options, json: bool, detached: bool) -> None:
    """Train one run, and print what it reached; or have a process of its own train it."""
    from engine.runs import handover
    from engine.runs.jobs import Order

    if detached:
        _detach([job if isinstance(job, Order) else handover.order(job, options.store)], options, json)
    else:
        _carry_out(job, options, json)


def _take_up(order: Order, epochs: int | None, options: Options, json: bool, detached: bool) -> None:
    """Train what another process was to train before it was gone."""
    from aetui.cli import several
    from engine.errors import UsageError

    if epochs is not None:
        raise UsageError("Not begun", f"{order.run_id} has not begun; train it first, then give it more --epochs")
    if detached:
        _detach([order], options, json)
        return
    several.leave(several.train_all([order], options, json=json))


def _train_group(group: Group, options: Options, json: bool, detached: bool) -> None:
    from aetui.cli import several
    from engine.runs import groups

    orders = groups.rest(group, options.store) if detached else []
    if orders:
        _detach(orders, options, json)
    else:
        several.carry_out(group, options, json)


def _carry_out(job: Job | Order, options: Options, json: bool) -> None:
    from aetui.cli.event_stream import EventStream
    from aetui.cli.follower import Follower
    from engine.runs.jobs import Order

    stream = EventStream() if json else None
    with engines.engine(options, training=True) as (engine, events):
        # refused at once, or worth loading TensorFlow for
        run_id = engine.adopt(job) if isinstance(job, Order) else engine.submit(job)
        follower = Follower(engine, events, [run_id], options, stream)
        engine.start()
        try:
            finished = follower.follow(run_id)
        except typer.Exit:  # it had not begun
            if stream and stream.fault:
                raise stream.lost("the training was stopped before it began, and nothing new was kept") from None
            raise
    if stream is None:
        typer.echo(summary(options.store.find(run_id), finished))
    elif stream.fault:
        raise stream.lost(_became(run_id, finished))
    if finished.outcome == "stopped":
        raise typer.Exit(130)
    if finished.outcome in ("failed", "diverged"):
        typer.echo(f"aetui: {plain(finished.message)}", err=True)
        raise typer.Exit(finished.exit_code)


def _became(run_id: str, finished: RunFinished) -> str:
    """Where it leaves a run that it ended."""
    if finished.outcome == "stopped":
        return f"{run_id} was stopped, its weights are kept: `aetui resume {run_id}` goes on"
    return f"{run_id} is {finished.outcome} all the same: `aetui runs show {run_id}`"


def _detach(orders: list[Order], options: Options, json: bool) -> None:
    """Start the runs in a process of its own and wait until the first has begun: what is wrong shows by then."""
    from aetui.cli.event_stream import EventStream
    from aetui.cli.narration import Narrator
    from aetui.follow.detaching import detach, told
    from engine.runs.jobs import HandOver

    handed = HandOver(orders, clean=True)
    detached, narrator = detach(options, handed, watched=True), Narrator(options.quiet)
    event, stream = None, EventStream()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for event in detached.events():
            if json and not stream.write(event):
                detached.end()
            narrator.tell(event)
    except KeyboardInterrupt:
        detached.end()
        raise
    finally:
        narrator.close()
    if stream.fault:
        first = orders[0].run_id
        told_to = f"the other process was told to stop {first}; what it had begun is kept"
        raise stream.lost(f"{told_to}: `aetui runs` shows it, `aetui resume {first}` goes on")
    _check_begun(event)
    if not json:
        typer.echo(told(detached, handed))


def _check_begun(last: Event | None) -> None:
    """Raises EngineError, saying why the other process did not begin."""
    from engine.errors import RunError
    from engine.events import EngineFailed, RunResumed, RunStarted
    from engine.storage import native_output

    if isinstance(last, EngineFailed):
        raise engines.error_of(last)
    if not isinstance(last, RunStarted | RunResumed):
        folder = native_output.log_path().parent
        raise RunError("Not begun", f"the process that was to train ended before it began; {folder} may hold its log")


def summary(record: RunRecord, finished: RunFinished) -> str:
    """The final metrics of a run, one to a line."""
    from aetui.cli import figures
    from aetui.cli.tables import aligned
    from aetui.render import numbers
    from aetui.render.metrics import concluded, outcome
    from engine.events import complete_epochs

    epochs = complete_epochs(record.events()[0])
    how = outcome(finished.outcome, finished.epochs, record.epochs)
    rows = [
        ("run", record.id),
        ("outcome", f"{how}, {numbers.duration(finished.seconds)}"),
    ]
    if finished.train:
        same = [event for event in epochs if event.stage == epochs[-1].stage]  # each stage has a loss of its own
        best = min(same, key=lambda event: event.validation["loss"])
        found = f"best {numbers.loss(best.validation['loss'])} in epoch {best.epoch}"
        part = "" if record.config.get("validation") else " of the test part: none was held out"
        rows += [
            ("training", f"loss {numbers.loss(finished.train['loss'])}"),
            ("validation", f"loss {numbers.loss(finished.validation['loss'])}{part} ({found})"),
        ]
    ended = concluded(
        finished.metrics,
        finished.weights,
        finished.weights_epoch,
        record.variant,
        record.dataset,
        record.config,
    )
    return aligned(rows + ended + figures.published(record))
