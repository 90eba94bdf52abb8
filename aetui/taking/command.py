"""The command that repeats a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from aetui.follow.reading import read_run
from aetui.render.text import plain
from aetui.state.run_state import RunState
from engine import params, registry
from engine.datasets import dataset, locate
from engine.datasets.own import records
from engine.errors import EngineError
from engine.params import TrainingConfig
from engine.runs.jobs import TrainJob
from engine.runs.repeating import UNTRAINED, Plan, follow, train_command

if TYPE_CHECKING:
    from engine.runs.store import RunRecord

UNKNOWN = "how long it was to be at first is not known yet"
UNTYPED = "a setting of it holds characters that cannot be typed"
TURNED = (
    "it was given another number of epochs while it was under way, and its rate or its patience depends on that number:"
    " no command does the same"
)


class Repeat(NamedTuple):
    """Commands that are to be run one after the other, none where no command will do, and what else it takes."""

    commands: tuple[str, ...]
    remark: str = ""

    @property
    def line(self) -> str:
        """For a shell."""
        return " && ".join(self.commands)


def repeat(run: RunState, data_dir: Path | None = None) -> Repeat:
    """What trains a run with the same losses, to the last bit on the same kind of processor; `data_dir` is the user's
    data folder.

    A run's name is left out: it changes nothing, and may be taken.
    """
    try:
        if not registry.variant(run.variant).trained:
            return Repeat((), UNTRAINED)
        dataset(run.dataset)
        config = _config(run.variant, run.preset, run.begun or {**run.config, "epochs": run.planned})
    except EngineError as error:
        return Repeat((), f"this version cannot train it: {plain(error.message)}")
    plans = run.plans or (() if run.seq else (Plan(run.planned, over=True),))
    if not plans:
        return Repeat((), UNKNOWN)
    if not (lengths := follow(plans, config, run.changes)):
        return Repeat((), TURNED)
    first, *later = lengths
    begin = train_command(run.variant, run.dataset, run.preset, config, first, run.changes)
    if not begin.isprintable():
        return Repeat((), UNTYPED)
    return Repeat((begin, *(f"aetui resume last --epochs {epochs}" for epochs in later)), _remark(run, data_dir))


def stored(record: RunRecord, data_dir: Path | None = None) -> Repeat:
    """The same for a run of the store; reads all its events."""
    return repeat(read_run(record, asked=False).run, data_dir)


def of_job(job: TrainJob, data_dir: Path | None = None) -> Repeat:
    """The same for a run that has not begun. Raises EngineError where it could not."""
    config = params.configure(registry.preset(job.variant, job.preset), job.config)
    values = msgspec.structs.asdict(config)
    run = RunState("", variant=job.variant, preset=job.preset, dataset=job.dataset, config=values)
    begin = train_command(job.variant, job.dataset, job.preset, config, config.epochs, job.changes)
    return Repeat((begin,), _remark(run, data_dir))


def together(repeats: Sequence[Repeat]) -> Repeat:
    """One command for runs that differ in their seeds only, which follow each other; else the commands of all."""
    remarks = "\n".join(dict.fromkeys(each.remark for each in repeats if each.remark))
    lines = [each.line for each in repeats if each.commands]
    seeds = [_SEED.search(line) for line in lines]
    numbers = [int(found[1]) for found in seeds if found]
    alike = {_SEED.sub("", line) for line in lines}
    follow = numbers == list(range(numbers[0], numbers[0] + len(repeats))) if numbers else False
    if len(lines) > 1 and len(alike) == 1 and follow and all(len(each.commands) == 1 for each in repeats):
        lines = [_SEED.sub(f" --seed {numbers[0]} --seeds {len(lines)}", lines[0], count=1)]
    return Repeat(tuple(lines), remarks)


_SEED = re.compile(r" --seed (\d+)(?= |$)")


def _config(variant: str, preset: str, values: Mapping[str, Any]) -> TrainingConfig:
    """Raises EngineError for what this version does not know."""
    return params.stored(registry.preset(variant, preset), values)


def _remark(run: RunState, data_dir: Path | None = None) -> str:
    """What else must be as it was."""
    row, needs = dataset(run.dataset), []
    if (folder := _folder(row.key, data_dir)) is not None:
        needs.append(f"the data in {plain(str(folder))} (`--data-dir` or AETUI_DATA)")
    if records.GIVEN.fullmatch(row.key):
        needs.append("the arrays of a Python program, while they are kept below the cache")
    elif row.own:
        needs.append(f"the same data: `aetui data add {row.key} PATH`")
    elif row.package and not row.train_items:
        needs.append("the same versions of the installed packages, whose texts these are")
    if run.config.get("vectors") == "auto" and (vectors := run.metadata.get("vectors")):
        needs.append(f"the same word vectors ({plain(vectors)})")
    return f"it takes {', and '.join(needs)}" if needs else ""


def _folder(key: str, data_dir: Path | None) -> Path | None:
    """The data folder, if the data set is read from it."""
    with suppress(EngineError):
        location = locate(key, data_dir) if data_dir is not None else None
        return data_dir if location is not None and location.where == "data folder" else None
    return None
