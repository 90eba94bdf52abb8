"""The trials of a sweep, and the file that they are noted down in: one line when a trial is asked for, one when it is
judged. Only the process that holds the sweep's lock writes there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from engine.analysis.spread import Spread, spread
from engine.errors import RunError
from engine.storage.atomic import opener

FILE = "trials.jsonl"
State = Literal["running", "completed", "pruned", "diverged", "failed"]
JUDGED: frozenset[State] = frozenset({"completed", "pruned", "diverged"})
"""How trials stand that are over for good; a failed one is tried again when the sweep is resumed."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What one seed of a trial reached by the metric, in the epoch whose weights are kept: that of the lowest
    validation loss."""

    run: str
    seed: int
    value: float | None
    """None where it has none: the run diverged or failed."""
    epoch: int
    epochs: int
    """Of which so many were looked at."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, tag="asked"):
    """A trial has got its settings."""

    number: int
    settings: dict[str, Any]
    host: str = ""


class Judged(msgspec.Struct, frozen=True, kw_only=True, tag="judged"):
    """A trial is over; a later line about it counts instead of an earlier one."""

    number: int
    state: State
    results: tuple[Result, ...] = ()
    curve: tuple[float, ...] = ()
    """The metric of the first seed by the epochs of the last stage, up to where it was pruned: what later trials are
    held against."""
    message: str = ""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One set of settings and what came of it."""

    number: int
    settings: dict[str, Any]
    state: State = "running"
    results: tuple[Result, ...] = ()
    curve: tuple[float, ...] = ()
    message: str = ""
    host: str = ""
    """Who trains it, where several hosts do."""

    @property
    def spread(self) -> Spread | None:
        """Mean and standard deviation of the metric over its seeds; None where no seed reached anything."""
        return spread(result.value for result in self.results if result.value is not None)

    @property
    def value(self) -> float | None:
        """What a completed trial is compared by: the mean over its seeds."""
        found = self.spread if self.state == "completed" else None
        return found.mean if found else None

    def judged(self, line: Judged) -> Trial:
        """With what `line` says of it."""
        return msgspec.structs.replace(
            self, state=line.state, results=line.results, curve=line.curve, message=line.message
        )


class Record:
    """The file, for the one process that writes it."""

    def __init__(self, folder: Path) -> None:
        """Takes away what a kill left of a last line. Raises RunError where the file cannot be written."""
        self._path = folder / FILE
        try:
            self._file = open(self._path, "ab", buffering=0, opener=opener)  # noqa: SIM115  # closed by `close`
            text = self._path.read_bytes()
            whole = text.rfind(b"\n") + 1
            if whole < len(text):
                os.ftruncate(self._file.fileno(), whole)
        except OSError as error:
            raise self._lost(error) from error
        self.trials = folded(text[:whole])

    def add(self, line: Asked | Judged) -> Trial:
        """On the disk before this returns. Raises RunError where it cannot be written."""
        try:
            self._file.write(msgspec.json.encode(line) + b"\n")
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._lost(error) from error
        take(self.trials, line)
        return self.trials[line.number]

    def close(self) -> None:
        """Nothing more is added."""
        self._file.close()

    def _lost(self, error: OSError) -> RunError:
        return RunError(
            "Cannot keep the sweep", f"{self._path}: {error}; make room, then `aetui sweep --resume` goes on"
        )


def read(folder: Path) -> dict[int, Trial]:
    """The trials in `folder`, by their numbers, as far as they are known."""
    try:
        text = (folder / FILE).read_bytes()
    except OSError:
        return {}
    return folded(text[: text.rfind(b"\n") + 1])


_decode = msgspec.json.Decoder(Asked | Judged).decode


def folded(text: bytes) -> dict[int, Trial]:
    """What whole lines say; one that cannot be read is passed over."""
    trials: dict[int, Trial] = {}
    for line in text.splitlines():
        try:
            take(trials, _decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return trials


def take(trials: dict[int, Trial], line: Asked | Judged) -> None:
    """Put what `line` says into `trials`."""
    if isinstance(line, Asked):
        trials[line.number] = Trial(number=line.number, settings=line.settings, host=line.host)
    elif line.number in trials:
        trials[line.number] = trials[line.number].judged(line)


def best(trials: Mapping[int, Trial] | Iterable[Trial]) -> Trial | None:
    """The completed trial with the lowest value; of equal ones the first."""
    known = trials.values() if isinstance(trials, Mapping) else trials
    scored = [(trial.value, trial.number, trial) for trial in known if trial.value is not None]
    return min(scored, key=lambda each: each[:2])[2] if scored else None
