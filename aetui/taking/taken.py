"""What a panel or the chart shows, as data that can be copied or written to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Table(NamedTuple):
    """Rows below their columns' names."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]


class Series(NamedTuple):
    """A curve or a cloud of points, `y` over `x`, both of shape (points,)."""

    name: str
    x: ArrayLike
    y: ArrayLike
    look: Literal["line", "thin", "points"] = "line"
    place: int = -1
    """Its number among all that there could be, which gives its colour; -1: that among those drawn."""


class Plot(NamedTuple):
    """Series over the same axes."""

    title: str
    series: tuple[Series, ...]
    x_label: str = ""
    y_label: str = ""
    log: bool = False
    """Whether the vertical axis is logarithmic."""
    cursor: float | None = None
    """Where a line stands from top to bottom."""


class Pictures(NamedTuple):
    """Images that belong together: (count, height, width, 1 or 3), float in [0, 1]."""

    label: str
    images: NDArray[Any]


@dataclass(frozen=True)
class Taken:
    """What there is to take away, or why there is nothing."""

    key: str
    """What it is, as a part of a file's name: "digits"."""
    title: str
    """The same for people."""
    epoch: int = 0
    """Whose values they are; 0 for what is the same at every epoch."""
    up_to: bool = False
    """Whether those of all epochs before are there, too."""
    table: Table | None = None
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    pictures: tuple[Pictures, ...] = ()
    """All of the same height, width and channels."""
    plots: tuple[Plot, ...] = ()
    """Side by side."""
    text: str = ""
    """For the clipboard, where the table does not say it best."""
    missing: str = ""
    """Why there is nothing."""

    @property
    def named(self) -> str:
        """With its epoch, for people: "Digits, epoch 3"."""
        upto = "up to epoch" if self.up_to else "epoch"
        return f"{self.title}, {upto} {self.epoch:,}" if self.epoch else self.title

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take."""
        return not (self.table or self.arrays or self.pictures or self.plots or self.text)


class About(NamedTuple):
    """Whose it is: what is written down beside it."""

    run: str
    name: str
    model: str
    preset: str
    data: str
    settings: Mapping[str, Any]
    command: str
    """Repeats the run; empty where none does."""
