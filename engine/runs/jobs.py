"""What can be asked of the engine: train a new run, go on with a stored one, fork one, take one over from another
process."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from engine.runs.changes import Change

MOST_SEEDS = 100
"""Runs of a group."""


class TrainJob(msgspec.Struct, frozen=True, kw_only=True, tag="train"):
    """A new run: the settings in `config` are laid over the preset's."""

    variant: str
    dataset: str
    preset: str = "book"
    config: dict[str, Any] = {}
    changes: tuple[Change, ...] = ()
    """Settings that change on the way."""
    name: str = ""
    group: str = ""
    """The runs that it belongs to, see `engine.runs.groups`; empty for one that stands alone."""
    tested: bool = True
    """Whether its model is measured on the test part in the end. A run whose settings others are chosen against is not:
    nothing is chosen by what nobody has seen."""


class ResumeJob(msgspec.Struct, frozen=True, kw_only=True, tag="resume"):
    """Go on with a stored run from its checkpoint; `epochs` makes it longer."""

    run_id: str
    epochs: int | None = None
    dataset: str = ""
    """Other data of the same form to go on with, which are those of the run from then on; empty: its own."""


class ForkJob(msgspec.Struct, frozen=True, kw_only=True, tag="fork"):
    """A new run that begins with the weights and the optimiser of `run_id` after `epoch` (0: as it began) and goes on
    to `config["epochs"]`, or as far as that one, with the settings in `config` from the next epoch on."""

    run_id: str
    epoch: int
    config: dict[str, Any] = {}
    name: str = ""
    group: str = ""
    """As `TrainJob.group`."""


Job = TrainJob | ResumeJob | ForkJob


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What one process leaves to another: the run `run_id`, from where its folder says that it stands.

    Where there is no such folder yet, `job` says what to train.
    """

    run_id: str
    job: Job
    paused: bool = False
    descriptor: int | None = None
    """An open file that holds the run's lock; the process that takes the run over inherits it, so that the lock is
    never free in between."""
    place: int | None = None
    """The same for the lock of its place in the queue (`engine.runs.waiting`)."""

    @property
    def files(self) -> tuple[int, ...]:
        """The open files that go along."""
        return tuple(file for file in (self.descriptor, self.place) if file is not None)

    def without_files(self) -> Order:
        """The same for whoever gets no open files."""
        return msgspec.structs.replace(self, descriptor=None, place=None)


class Living(NamedTuple):
    """A run, and the process of its own that trains it."""

    run_id: str
    pid: int


class HandOver(NamedTuple):
    """What an engine lets go of, first what it worked at."""

    orders: list[Order]
    clean: bool
    """Whether all is on disk. If not, this process has to end before another one begins with the orders."""
    living: tuple[Living, ...] = ()
    """Runs that simply go on."""
