"""Event files for TensorBoard while a run trains: where they go, and who writes them.

The writer (`engine.nn.exporting.live_events`) needs TensorFlow, which the process that trains has loaded anyway. What
becomes of the files is no matter of the run: it goes on without them, and says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from pkgutil import resolve_name
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, Protocol

from engine.errors import UsageError
from engine.events import EpochEnded, Event

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.backend import Checkpoint
    from engine.runs.snapshots import Samples

VARIABLE = "AETUI_TENSORBOARD"
"""Of the environment: the folder below which each run has one of its own. Processes that train for us inherit it."""
WRITER = "engine.nn.exporting.live_events:LiveEvents"


class Board(Protocol):
    """What is told of a run, in the order in which it happens."""

    def event(self, event: Event) -> None:
        """Something happened."""

    def samples(self, epoch: int, samples: Samples) -> None:
        """What the probe set came to after `epoch`; told before that has ended."""

    def codes(self, epoch: int, codes: NDArray[np.float32]) -> None:
        """Codes of validation items after `epoch`."""

    def weights(self, epoch: int, checkpoint: Checkpoint) -> None:
        """The networks after `epoch`."""

    def close(self) -> None:
        """Nothing more comes."""


def folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Where event files go; None where none are asked for."""
    said = environ.get(VARIABLE, "").strip()
    return Path(said).expanduser().absolute() if said else None


def check(environ: Mapping[str, str] = os.environ) -> None:
    """Make the folder, if event files are asked for.

    Raises:
        UsageError: nothing can be written there.
    """
    path = folder(environ)
    if path is None:
        return
    try:
        path.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path):
            pass
    except OSError as error:
        told = f"expected a folder that can be written at {path}, but {error.strerror or error}"
        raise UsageError(
            "Cannot write event files", f"{told}; name another one (--tensorboard, {VARIABLE}), or none"
        ) from error


@contextmanager
def asked(path: Path | None) -> Iterator[None]:
    """Runs that are begun meanwhile, by whichever process of ours, write event files below `path`; None changes
    nothing. Raises UsageError as `folder`."""
    if path is None:
        yield
        return
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(path.expanduser().absolute())
    try:
        check()
        yield
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before


class Guarded:
    """A board that cannot harm the run: what goes wrong there is kept to be told, once for each time."""

    def __init__(self, place: Path, run: Path, *, make: Callable[[Path, Path], Board] | None = None) -> None:
        """`place` is the folder of the run whose own folder is `run`. `make` makes the writer of both; without it that
        of this program is used."""
        self._place, self._run, self._make = place, run, make or resolve_name(WRITER)
        self._board: Board | None = None
        self._faulty = False
        self._fault = ""

    def event(self, event: Event) -> None:
        """As `Board.event`. An epoch that can be written ends a fault: much else is written only now and then."""
        well = self._tell(lambda board: board.event(event))
        if well and isinstance(event, EpochEnded):
            self._faulty = False

    def samples(self, epoch: int, samples: Samples) -> None:
        """As `Board.samples`."""
        self._tell(lambda board: board.samples(epoch, samples))

    def codes(self, epoch: int, codes: NDArray[Any]) -> None:
        """As `Board.codes`."""
        self._tell(lambda board: board.codes(epoch, codes))

    def weights(self, epoch: int, checkpoint: Checkpoint) -> None:
        """As `Board.weights`."""
        self._tell(lambda board: board.weights(epoch, checkpoint))

    def close(self) -> None:
        """As `Board.close`."""
        if self._board is not None:
            self._tell(lambda board: board.close())
            self._board = None

    def fault(self) -> str:
        """What went wrong since this was asked for the last time, for the log."""
        said, self._fault = self._fault, ""
        return said

    def _tell(self, what: Callable[[Board], None]) -> bool:
        """Whether it went well. After a fault a new file is begun: what was written to the old one may end in the
        middle."""
        try:
            if self._board is None:
                self._board = self._make(self._place, self._run)
            what(self._board)
        except Exception as error:  # whatever it is, it is not the run's
            self._board = None
            if not self._faulty:
                self._fault = f"no event files for TensorBoard in {self._place} for now: {error}"
            self._faulty = True
            return False
        return True


def of_run(run: Path) -> Guarded | None:
    """That of the run whose folder is `run`; None where none is asked for."""
    place = folder()
    return None if place is None else Guarded(place / run.name, run)
