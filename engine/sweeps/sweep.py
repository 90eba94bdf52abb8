"""A sweep: what was asked for, kept in `<root>/sweeps/<id>/sweep.json` before the first trial begins."""

from __future__ import annotations

import shlex
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from engine import params, registry
from engine.errors import RunError, SettingError, UsageError
from engine.events import UNREADABLE
from engine.params import HELD_OUT
from engine.runs import groups
from engine.runs.execution import Execution
from engine.runs.groups import SWEEPS, Id
from engine.runs.jobs import MOST_SEEDS, TrainJob
from engine.runs.listing.labels import checked_name
from engine.runs.record import is_held
from engine.runs.store import RunStore
from engine.runs.writer import new_run_id
from engine.storage.atomic import make_folder, replacing
from engine.sweeps import searches
from engine.sweeps.ranges import Range
from engine.sweeps.searches import Sampler

FILE, LOCK = "sweep.json", "lock"
SCHEMA = 1
MOST_TRIALS = 10_000
Prune = Literal["none", "median"]
PRUNERS: tuple[Prune, ...] = get_args(Prune)


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """What decides which trials there are and how they are judged; nothing else does."""

    schema: int = SCHEMA
    id: Id
    name: str = ""
    job: TrainJob
    """What all trials have in common; a trial's settings are laid over its own."""
    over: Annotated[tuple[Range, ...], Meta(min_length=1)]
    trials: Annotated[int, Meta(ge=1, le=MOST_TRIALS)]
    seeds: Annotated[int, Meta(ge=1, le=MOST_SEEDS)] = 1
    sampler: Sampler = "random"
    prune: Prune = "none"
    metric: str = "loss"
    """A term of the validation part."""
    lag: Annotated[int, Meta(ge=1)] = 1
    """Trial n knows what came of those up to n - lag, however many are trained at once."""
    storage: str = ""
    """Where several hosts share one study; empty for a sweep of one host."""
    created: float = 0.0

    @property
    def seed(self) -> int:
        """The first of each trial; the search is keyed by it, too."""
        return int(self.job.config["seed"])

    def run_id(self, number: int, seed: int) -> str:
        """Of the run that trains trial `number` with `seed`."""
        return f"{self.id}-{number:04}-{seed}"

    def job_of(self, settings: dict[str, Any], seed: int) -> TrainJob:
        """What is trained for a trial; its run never looks at the test part."""
        config = {**self.job.config, **settings, "seed": seed}
        return msgspec.structs.replace(self.job, config=config, name="", group=self.id, tested=False)

    @property
    def called(self) -> str:
        """What means it on a command line: its name, where that can be typed there, else its id."""
        return self.id if not self.name or self.name.startswith("-") else shlex.quote(self.name)

    @property
    def waits(self) -> bool:
        """Whether a trial depends on what came of earlier ones."""
        return self.prune != "none" or self.sampler == "tpe"


def plan(
    job: TrainJob,
    over: Sequence[Range],
    store: RunStore,
    *,
    trials: int | None,
    seeds: int = 1,
    sampler: Sampler = "random",
    prune: Prune = "none",
    metric: str = "loss",
    jobs: int = 1,
    storage: str = "",
) -> Sweep:
    """The sweep that is meant, all whose trials could be trained as far as can be told at once. Nothing is written.

    Raises:
        UsageError, RunError: as `Engine.submit`; or there are no such trials.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise UsageError("Bad number of seeds", f"expected 1 to {MOST_SEEDS} seeds, got {seeds}")
    fixed = next((each.name for each in over if each.name in job.config), None)
    if fixed is not None:
        raise SettingError(fixed, "it has a value and a range; give --set or --over")
    if storage and not job.name:
        raise UsageError(
            "Which study?", "expected --name with --storage: all hosts that share its trials give the same"
        )
    count = searches.check_trials(sampler, over, trials)
    if not 1 <= count <= MOST_TRIALS:
        raise UsageError("Bad number of trials", f"expected 1 to {MOST_TRIALS:,} trials, got {count:,}")
    base = params.configure(registry.preset(job.variant, job.preset), job.config)
    if not base.validation:
        if "validation" in job.config:
            told = "a sweep chooses by validation data, never by the test part; hold some out: --set validation=0.1"
            raise SettingError("validation", told)
        base = params.configure(base, {"validation": HELD_OUT})
    config = {**job.config, "validation": base.validation, "seed": base.seed}
    found = Sweep(
        id=new_run_id(job.variant),
        name=checked_name(job.name),
        job=msgspec.structs.replace(job, config=config, name="", tested=False),
        over=tuple(over),
        trials=count,
        seeds=seeds,
        sampler=sampler,
        prune=prune,
        metric=metric,
        lag=1 if jobs == 1 else 2 * jobs,
        storage=storage,
        created=time.time(),
    )
    _check(found, store)
    return found


def _check(sweep: Sweep, store: RunStore) -> None:
    """Raises EngineError where trials cannot be trained; of ranges both ends are looked at."""
    grid = searches.Grid(sweep.over)
    some = (
        grid.every()
        if sweep.sampler == "grid"
        else [{each.name: each.at(end) for each in sweep.over} for end in (0, 0.999999)]
    )
    for settings in some:
        config = Execution.of(sweep.job_of(settings, sweep.seed), store).config
        there = ("loss", *registry.variant(sweep.job.variant).terms(config))
        if sweep.metric not in there:
            told = f"expected a term of validation: {', '.join(there)}; got {sweep.metric!r}"
            raise UsageError("No such metric", told)
    searches.search(sweep.sampler, sweep.over, sweep.seed)


def begin(wanted: Sweep, store: RunStore) -> Sweep:
    """`wanted`, kept in the store; the one of its name is gone on with.

    Raises:
        UsageError: one of its name searches for something else.
        RunError: it could not be kept.
    """
    known = next((each for each in kept(store) if wanted.name and each.name == wanted.name), None)
    if known is not None:
        if _meaning(known) != _meaning(wanted):
            raise UsageError(
                "Name in use",
                f"{wanted.name!r} is a sweep with other ranges or settings ({known.id}); choose another --name, or "
                f"go on with that: `aetui sweep --resume {known.called}`",
            )
        return known
    if wanted.name and groups.find(store, wanted.name) is not None:
        raise UsageError("Name in use", f"{wanted.name!r} is a group of runs; choose another --name")
    path = folder(store, wanted.id) / FILE
    try:
        make_folder(path.parent)
        with replacing(path) as file:
            file.write(msgspec.json.format(msgspec.json.encode(wanted), indent=2) + b"\n")
    except OSError as error:
        discard(wanted, store)
        raise RunError("Cannot keep the sweep", f"{path}: {error}; make room, or choose another --runs-dir") from error
    return wanted


def discard(sweep: Sweep, store: RunStore) -> None:
    """Forget a sweep of which nothing can come; runs that it has begun stay."""
    shutil.rmtree(folder(store, sweep.id), ignore_errors=True)


def _meaning(sweep: Sweep) -> Sweep:
    return msgspec.structs.replace(sweep, id="", created=0.0, lag=1)


def folder(store: RunStore, sweep_id: str) -> Path:
    """Where a sweep keeps what belongs to it."""
    return store.root / SWEEPS / sweep_id


def kept(store: RunStore) -> list[Sweep]:
    """All sweeps that can be read, the oldest first."""
    found = (_read(path) for path in sorted((store.root / SWEEPS).glob(f"*/{FILE}")))
    return sorted((sweep for sweep in found if sweep is not None), key=lambda sweep: (sweep.created, sweep.id))


def find(store: RunStore, text: str) -> Sweep:
    """The sweep that `text` means: an id, a name, an unambiguous beginning of an id, or `last`.

    Raises:
        UsageError: none or several fit.
    """
    known = kept(store)
    if text == "last" and known:
        return known[-1]
    exact = [sweep for sweep in known if text and text in (sweep.id, sweep.name)]
    fits = exact or [sweep for sweep in known if text and sweep.id.startswith(text)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        ids = ", ".join(sweep.id for sweep in fits[:5])
        raise UsageError("Ambiguous sweep", f"{text!r} fits {len(fits)} sweeps: {ids}; give more of the id")
    hint = "`aetui sweep list` names them" if known else "there is none yet; `aetui sweep VARIANT --over …` makes one"
    raise UsageError("Unknown sweep", f"no sweep is called {text!r} below {store.root}; {hint}")


def lives(store: RunStore, sweep_id: str) -> bool:
    """Whether a process of this machine has the sweep in hand."""
    return is_held(folder(store, sweep_id) / LOCK)


def _read(path: Path) -> Sweep | None:
    try:
        sweep = msgspec.json.decode(path.read_bytes(), type=Sweep)
    except (OSError, *UNREADABLE):
        return None
    return sweep if sweep.id == path.parent.name and sweep.schema <= SCHEMA else None
