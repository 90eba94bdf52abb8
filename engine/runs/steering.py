"""Has the settings of a run that trains change: as was planned, or as somebody asks meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from engine.backend import Training
from engine.errors import EngineError
from engine.events import Logged, SettingsChanged
from engine.runs.changes import Change, difference
from engine.runs.course import Course
from engine.runs.every import Every
from engine.runs.full_disk import Keeper
from engine.runs.writer import RunWriter

LOOK_SECONDS = 0.2
"""How often it is looked whether somebody asks."""
STAY = "settings stay as they are"
"""Begins what is logged where somebody asked in vain."""


class Steering:
    """What is asked for is written down at once, and holds from the next epoch on: whatever happens in between, whoever
    goes on with the run finds it."""

    def __init__(
        self, training: Training, writer: RunWriter, keeper: Keeper, course: Course, told: Sequence[Change]
    ) -> None:
        """`told`: the changes that the run's events tell of already."""
        self._training = training
        self._writer = writer
        self._keeper = keeper
        self._course = course
        self._told = {change.epoch: change.config for change in told}
        self._due = Every(LOOK_SECONDS)
        self._between = training.position.step == 0
        """Whether no step of the epoch that comes next is done."""

    @property
    def epochs(self) -> int:
        """How long the run is to be, as far as that is known by now."""
        return self._course.end.epochs

    def begin(self) -> None:
        """Before the first step of this life."""
        if self._between:
            self._follow(self._training.position.epoch - 1)

    def went_on(self, *, ended: bool) -> None:
        """A chunk is done; `ended`: it was an epoch's last. Raises NotKept, as all here."""
        self._between = ended
        if ended:
            self._follow(self._training.position.epoch - 1)
        self.look()

    def look(self) -> None:
        """Whether somebody asks for something."""
        if self._due():
            for values in self._writer.settings():
                self._asked(values)

    def _follow(self, epoch: int) -> None:
        """Have hold what is to hold after `epoch`, and tell what was planned long before."""
        self._training.change(self._course.after(epoch))
        for change in self._course.changes:
            if change.epoch == epoch and change.config != self._told.get(epoch):
                self._tell(change)

    def _asked(self, values: dict[str, Any]) -> None:
        at = self._training.position
        epoch = at.epoch - 1 if self._between else at.epoch
        try:
            course = self._course.with_change(epoch, values)
        except EngineError as error:
            self._keeper.tell(Logged(level="warning", text=f"{STAY}: {error}"))
            return
        different = difference(self._course.after(epoch), course.after(epoch))
        if not different:
            self._keeper.tell(Logged(level="info", text=f"{STAY}: they hold already"))
            return
        self._course = course
        self._tell(Change(epoch, different))
        info = msgspec.structs.replace(
            self._writer.info, config=msgspec.to_builtins(course.end), changes=course.changes
        )
        self._keeper.keep(lambda: self._writer.describe(info))
        if self._between:
            self._training.change(course.after(epoch))

    def _tell(self, change: Change) -> None:
        self._told[change.epoch] = self._told.get(change.epoch, {}) | change.config
        self._keeper.tell(SettingsChanged(epoch=change.epoch, config=change.config))
