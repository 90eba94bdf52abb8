"""Runs that belong together: the same settings, other seeds.

`<root>/groups/<id>.json` says which runs there are to be before the first one begins, so that those that never began
are not lost. Runs that only have a group in common are one without such a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from engine import params, registry
from engine.errors import RunError, UsageError
from engine.events import UNREADABLE
from engine.params import TrainingConfig
from engine.runs.execution import Execution
from engine.runs.jobs import MOST_SEEDS, Job, Order, ResumeJob, TrainJob
from engine.runs.listing.labels import checked_name
from engine.runs.store import RunRecord, RunStore, has_begun
from engine.runs.waiting import waits
from engine.runs.writer import new_run_id
from engine.storage.atomic import make_folder, replacing

FOLDER = "groups"
SWEEPS = "sweeps"
"""Where `engine.sweeps` keeps what its runs belong to: their settings differ, they are no group."""
OVER = frozenset({"completed", "diverged"})
"""How runs stand that need no more training; the same seed would diverge again."""

Id = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z][0-9A-Za-z-]{0,99}\Z")]
"""Names a file or folder of the store, and no other."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a group, whether it began or not."""

    run_id: Id
    job: TrainJob


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Runs in the order of their seeds."""

    id: Id
    name: str = ""
    members: Annotated[tuple[Member, ...], Meta(min_length=1, max_length=MOST_SEEDS)]


def plan(job: TrainJob, seeds: int, store: RunStore) -> Group:
    """`job` with its seed and the `seeds` - 1 after it, all of which could be trained. Nothing is written.

    Raises:
        UsageError, RunError: as `Engine.submit`.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise UsageError("Bad number of seeds", f"expected 1 to {MOST_SEEDS} seeds, got {seeds}")
    Execution.of(job, store)
    group, first = new_run_id(job.variant), _config(job).seed
    jobs = [_seeded(job, seed, group) for seed in range(first, first + seeds)]
    for each in jobs:
        Execution.of(each, store)
    members = tuple(Member(run_id=f"{group}-{each.config['seed']}", job=each) for each in jobs)
    return Group(id=group, name=job.name, members=members)


def _seeded(job: TrainJob, seed: int, group: str) -> TrainJob:
    name = f"{job.name}-{seed}" if job.name else ""
    return msgspec.structs.replace(job, config={**job.config, "seed": seed}, name=name, group=group)


def _config(job: TrainJob) -> TrainingConfig:
    return params.configure(registry.preset(job.variant, job.preset), job.config)


def begin(job: TrainJob, seeds: int, store: RunStore) -> Group:
    """The group that is to train `job` with `seeds` seeds, kept in the store; one of that name is gone on with.

    Raises:
        UsageError: the job cannot be meant, or a group of its name trains something else.
        RunError: it could not be kept.
    """
    wanted = plan(job, seeds, store)
    known = next((group for group in _kept(store) if job.name and group.name == job.name), None)
    if known is None:
        _check_free(wanted, store)
        _keep(wanted, store)
        return wanted
    if _meaning(known) != _meaning(wanted):
        raise UsageError(
            "Name in use", f"{job.name!r} are runs with other settings or seeds ({known.id}); choose another --name"
        )
    return known


def _check_free(group: Group, store: RunStore) -> None:
    """Raises UsageError where the name of a new group, or of one of its runs, means something already."""
    checked_name(group.name)
    wanted = {group.name, *(member.job.name for member in group.members)} - {""}
    for run in store.summaries() if wanted else ():
        for name in wanted & {run.id, run.name}:
            raise UsageError("Name in use", f"{name!r} is a run ({run.id}); choose another --name for several of them")


def check_name(job: Job, store: RunStore) -> None:
    """Raises UsageError where a single run is to have a name that means something already."""
    if not isinstance(job, ResumeJob) and not job.group:
        check_run_name(job.name, store)


def check_run_name(name: str, store: RunStore, own: str = "") -> None:
    """As `check_name`, for a run that is to be called `name`; `own` is its id, where it has one."""
    if not checked_name(name):
        return
    runs = store.summaries()
    called = [group.id for group in _kept(store) if name in (group.id, group.name)]
    called += [run.group for run in runs if run.group == name]
    if called:
        raise UsageError("Name in use", f"{name!r} are the runs of a group ({called[0]}); choose another name")
    taken = [run.id for run in runs if name in (run.id, run.name) and run.id != own]
    if taken:
        raise UsageError("Name in use", f"{name!r} is a run already ({taken[0]}); choose another name")


def gather(name: str, members: Sequence[Member], store: RunStore) -> None:
    """Have `members` in the group `name`, with those of its runs that the store has.

    Raises:
        RunError: it could not be kept.
    """
    known = find(store, name)
    wanted = {member.run_id for member in members}
    before = [
        member
        for member in (known.members if known else ())
        if member.run_id not in wanted and store.get(member.run_id)
    ]
    together = sorted([*before, *members][-MOST_SEEDS:], key=lambda member: member.job.config.get("seed", 0))
    if known is None or known.members != tuple(together):
        _keep(Group(id=name, name=name, members=tuple(together)), store)


def _meaning(group: Group) -> list[tuple[str, str, TrainingConfig]]:
    return [(member.job.variant, member.job.dataset, _config(member.job)) for member in group.members]


def find(store: RunStore, text: str) -> Group | None:
    """The group that `text` means: an id, a name, an unambiguous beginning of an id; None if it means none.

    Raises:
        UsageError: it is the name of a run, too; or a sweep.
    """
    if not text or store.get(text):
        return None
    if Path(text).name == text and (store.root / SWEEPS / text).is_dir():
        told = f"{text} is a sweep: `aetui sweep show {text}` shows it, `aetui sweep --resume {text}` goes on with it"
        raise UsageError("A sweep", told)
    kept, records = _kept(store), store.summaries()
    called = [group for group in kept if text in (group.id, group.name)]
    others = {record.group for record in records if record.id.startswith(text)}
    beginning = [group for group in kept if group.id.startswith(text) and others <= {group.id}]
    namesakes = [record.id for record in records if record.name == text]
    if namesakes and called and called[-1].id != text:
        raise UsageError(
            "Ambiguous name", f"{text!r} is the run {namesakes[0]} and the group {called[-1].id}; give one of these"
        )
    if called or len(beginning) == 1:
        return (called or beginning)[-1]
    members = [member(record) for record in store.picked(lambda run: run.group == text)]
    return Group(id=text, name=text, members=tuple(members[MOST_SEEDS - 1 :: -1])) if members else None


def member(record: RunRecord) -> Member:
    """A stored run as one of a group."""
    info = record.info
    job = TrainJob(
        variant=info.variant,
        dataset=info.dataset,
        preset=info.preset,
        config=info.config,
        name=info.name,
        group=info.group,
    )
    return Member(run_id=record.id, job=job)


def rest(group: Group, store: RunStore) -> list[Order]:
    """What is still to be trained, from where it stands.

    Raises:
        UsageError: a run of the group is being trained.
    """
    orders = []
    for member in group.members:
        record = store.get(member.run_id)
        if record is not None and record.lives:
            told = f"{record.id} is being trained (process {record.info.pid} on {record.info.host})"
            raise UsageError("Run in use", f"{told}; wait for its end, or `aetui stop {record.id}`")
        if waits(store.root, member.run_id):
            told = f"{member.run_id} is about to be trained by another process"
            raise UsageError("Run in use", f"{told}; wait for its end, or `aetui stop {member.run_id}`")
        if record is None or not has_begun(record.folder) or record.status not in OVER:
            orders.append(Order(run_id=member.run_id, job=member.job))
    return orders


def _keep(group: Group, store: RunStore) -> None:
    path = store.root / FOLDER / f"{group.id}.json"
    try:
        make_folder(path.parent)
        with replacing(path) as file:
            file.write(msgspec.json.format(msgspec.json.encode(group), indent=2) + b"\n")
    except OSError as error:
        raise RunError(
            "Cannot keep the runs", f"expected to write {path}, but {error}; make room, or choose another --runs-dir"
        ) from error


def _kept(store: RunStore) -> list[Group]:
    """All groups with a file that can be read, the oldest first."""
    read = (_read(path) for path in sorted((store.root / FOLDER).glob("*.json")))
    return [group for group in read if group is not None]


def _read(path: Path) -> Group | None:
    try:
        group = msgspec.json.decode(path.read_bytes(), type=Group)
    except (OSError, *UNREADABLE):
        return None
    members = tuple(msgspec.structs.replace(member, job=_renamed(member.job)) for member in group.members)
    return msgspec.structs.replace(group, members=members) if group.id == path.stem else None


def _renamed(job: TrainJob) -> TrainJob:
    return msgspec.structs.replace(job, config=registry.renamed(job.variant, job.config))
