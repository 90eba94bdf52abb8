"""A command within a command: `aetui slurm train …` and `aetui launch train …` have another program carry it out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from aetui.cli.options import Options
    from engine.runs.jobs import TrainJob

SETTINGS = {"allow_interspersed_args": False, "ignore_unknown_options": False}
"""Of a command whose own options stand before the words of the other one."""


class Carried(NamedTuple):
    """A training that was checked as far as can be done without doing it."""

    run_id: str
    job: TrainJob | None
    """What to train anew; None where a run is gone on with."""
    words: tuple[str, ...]
    """The command and all that is to be said of it, without the program and the global options."""
    options: Options
    """The global options, those that stood behind the command included."""
    json: bool


def parsed(context: Any, words: Sequence[str], *, here: bool = True) -> Carried:
    """`words` as the command line of a training, which gets its run's id here. `here`: the run will be kept in this
    store, and what there is of it is looked at.

    Raises:
        UsageError: they are none, or ask for what cannot be carried out elsewhere.
    """
    from engine.errors import UsageError

    able = ("train", "resume")
    if not words or words[0] not in able:
        got = f"got {words[0]!r}" if words else "got nothing"
        raise UsageError("What to train", f"expected {' or '.join(able)} and what belongs to it, {got}")
    known = context.find_root().command.commands[words[0]]
    inner = known.make_context(words[0], list(words[1:]), parent=context)
    given, options = inner.params, inner.obj
    if given["detached"]:
        raise UsageError("Bad --detach", f"{context.info_name} has another process train anyway; leave it out")
    if options.jobs or options.isolate:
        told = f"{context.info_name} trains one run, in processes of its own; leave --jobs and --isolate out"
        raise UsageError("One run", told)
    if words[0] == "resume":
        run_id = options.store.find(given["run"]).id if here else given["run"]
        epochs = () if given["epochs"] is None else ("--epochs", str(given["epochs"]))
        return Carried(run_id, None, ("resume", run_id, *epochs), options, given["json"])
    if given["seeds"] > 1:
        raise UsageError("Bad --seeds", f"{context.info_name} trains one run at a time; give each its --seed")
    return _training(given, options, here)


def _training(given: dict[str, Any], options: Options, here: bool) -> Carried:
    from aetui.cli.train import job_of
    from engine.errors import UsageError
    from engine.runs import groups, repeatable
    from engine.runs.execution import Execution
    from engine.runs.jobs import Order
    from engine.runs.writer import new_run_id

    names = ("variant", "dataset", "preset", "epochs", "settings", "at", "seed", "normal", "name")
    job = job_of(options, **{name: given[name] for name in names})
    run_id = given["run_id"] or new_run_id(job.variant)
    if here:
        found = repeatable.ordered(run_id, job, options.store)
        if not isinstance(found, Order):
            raise UsageError("Nothing to do", f"{run_id} is complete; ask for more with --epochs")
        if found.job is job:
            Execution.of(job, options.store)
            groups.check_name(job, options.store)
    words = ["train", job.variant, "--id", run_id, "--dataset", job.dataset, "--preset", job.preset]
    for name, value in job.config.items():
        words += ["--set", f"{name}={value}"]
    for change in job.changes:
        words += [word for name, value in change.config.items() for word in ("--at", f"{change.epoch}:{name}={value}")]
    words += ["--name", job.name] if job.name else []
    return Carried(run_id, job, tuple(words), options, given["json"])


def program(options: Options, *, python: str = "") -> tuple[str, ...]:
    """The program itself as another process is to start it, with the global options."""
    runs = options.store.root.absolute()
    words = [python or sys.executable, "-m", "aetui", "--runs-dir", str(runs), "--device", options.device]
    folder = options.data_folder
    words += ["--data-dir", str(Path(folder).absolute())] if folder else []
    return (*words, *(["--quiet"] if options.quiet else []))
