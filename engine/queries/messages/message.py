"""What every query to a run, and every answer, has."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

PartName = Literal["train", "validation", "test"]

Weights = Literal["best", "last"]
"""Of the epoch with the lowest validation loss, or as they are at the end of the training."""


class RunQuery(msgspec.Struct, frozen=True, kw_only=True):
    about: ClassVar[str] = ""
    """The kind of data that a run must have learned from to answer (a key of `engine.kinds.KINDS`); empty for any."""
    doing: ClassVar[str] = "encoding the data"
    """What goes on while a long answer is worked at, in words."""

    run_id: str
    weights: Weights | None = None
    """Which of the run's weights answer. None: the best ones where validation data were held out to tell them by, else
    the last. A run that trains right now answers with those that it has."""
    epoch: int = 0
    """As it was after this epoch, or the nearest one whose weights are kept, instead of `weights`; 0: as `weights`
    says."""


class RunAnswer(msgspec.Struct, frozen=True, kw_only=True):
    epoch: int
    """Complete epochs of training behind the answer."""
    weights: Weights = "last"
    """Whose answer it is."""
    asked: int = 0
    """The epoch that was asked for; 0: none was."""
    held_out: bool = False
    """Whether validation data told the best epoch; else the test part did."""
