"""What goes to standard error while something takes its time: a bar on a terminal, lines in a pipe, or nothing."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING

import typer

from aetui.cli.standard_streams import FULL
from aetui.render import numbers
from aetui.render.text import plain
from engine.events import (
    DataProgress,
    EngineLoading,
    EngineReady,
    EpochEnded,
    Event,
    Progress,
    RunFinished,
    RunHeld,
    RunInterrupted,
    RunResumed,
    RunStarted,
    SettingsChanged,
    Unit,
)

if TYPE_CHECKING:
    from engine.datasets.data import Report

_BAR = 24


@contextmanager
def narrated(quiet: bool) -> Iterator[Report]:
    """How far a download is, on standard error: a bar on a terminal, else a line for each file."""
    if quiet:
        from engine.datasets.data import silence  # with numpy, which a training does without here

        yield silence
    elif sys.stderr.isatty():
        bar = _Bar()
        try:
            yield bar
        finally:
            bar.close()
    else:
        yield _Lines()


class _Bar:
    """One line that is drawn over, with the rate and the time left."""

    def __init__(self) -> None:
        self._activity = ""
        self._since = 0.0
        self._before = 0
        self._drawn = False

    def __call__(self, activity: str, done: int, total: int, unit: Unit = "items", /) -> None:
        self.draw(f"{self._amount(activity, done, total, unit)}{activity}")

    def draw(self, text: str) -> None:
        line = plain(text)[: shutil.get_terminal_size().columns - 1]
        # Cleared to its end, because the line before may have been longer.
        _say(f"\r{line}\x1b[K", nl=False)
        self._drawn = True

    def wipe(self) -> None:
        """Make room for a line that stays."""
        if self._drawn:
            _say("\r\x1b[K", nl=False)
            self._drawn = False

    def close(self) -> None:
        if self._drawn:
            _say("")

    def _amount(self, activity: str, done: int, total: int, unit: Unit) -> str:
        if not done or not total:
            return ""
        now = time.monotonic()
        if activity != self._activity:  # what was there before, or done before, is not to count
            self._activity, self._since, self._before = activity, now, done
        rate = (done - self._before) / max(now - self._since, 1e-3)
        seconds = (total - done) / rate if rate > 0 else inf if done < total else 0.0
        left = f"{numbers.duration(seconds)} left"
        amount = numbers.progress(done, total, unit)
        if unit == "B":
            amount = f"{amount} · {rate / 1e6:.1f} MB/s"
        return f"{_filled(done, total)} {amount} · {left} · "


class _Lines:
    def __init__(self) -> None:
        self._activity = ""

    def __call__(self, activity: str, done: int, total: int, unit: Unit = "items", /) -> None:
        if activity != self._activity:
            self._activity = activity
            _say(plain(activity))


def _say(text: str, *, nl: bool = True) -> None:
    try:
        typer.echo(text, err=True, nl=nl)
    except OSError as error:
        if error.errno not in FULL:  # on a full disk the narration is lost, the work is not
            raise


def _changed(event: SettingsChanged) -> str:
    from engine.runs.listing.changes import told

    settings = ", ".join(f"{name} {told(value)}" for name, value in event.config.items())
    return f"from epoch {event.epoch + 1} on: {settings}"


def _filled(done: int, total: int) -> str:
    filled = _BAR * done // max(total, 1)
    return "━" * filled + "─" * (_BAR - filled)


class Narrator:
    """Tells a training: a bar on a terminal, a line per epoch."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar = _Bar() if sys.stderr.isatty() else None
        self._lines = _Lines()
        self._epochs: dict[str, int] = {}
        """That each run is to have."""
        self._inherited: dict[str, int] = {}
        """The last one that a fork has of its parent."""
        self._reason = ""

    def tell(self, event: Event) -> None:
        """Say what `event` is about: loading and steps in the bar, beginnings and epochs in lines that stay."""
        if self._quiet:
            return
        match event:
            case EngineLoading():
                self._fleeting("loading TensorFlow")
            case EngineReady():
                self._fleeting(f"ready on {event.device}")
            case DataProgress():
                (self._bar or self._lines)(event.activity, event.done, event.total, event.unit)
            case RunStarted():
                self._epochs[event.run_id] = event.epochs
                of = f"a fork of {event.parent} after epoch {event.forked_at}, " if event.parent else ""
                self._inherited[event.run_id] = event.forked_at
                self._line(f"{event.run_id}: {of}{event.variant} on {event.dataset}, {event.device}")
            case RunResumed():
                self._epochs[event.run_id] = event.epochs
                self._line(f"{event.run_id}: goes on in epoch {event.epoch} after step {event.step}")
            case SettingsChanged():
                self._epochs[event.run_id] = event.config.get("epochs", self._epochs.get(event.run_id, 0))
                self._line(f"{self._whose(event)}{_changed(event)}")
            case RunFinished() | RunInterrupted():
                self._epochs.pop(event.run_id, None)
                self._inherited.pop(event.run_id, None)
            case RunHeld():
                self._held_still(event.reason)
            case Progress():
                self._fleeting(self._progress(event))
            case EpochEnded() if event.epoch > self._inherited.get(event.run_id, 0):
                self._reason = ""
                self._line(self._epoch(event))
            case SettingsChanged():
                changed = ", ".join(f"{name}={value}" for name, value in event.config.items())
                self._line(f"{self._whose(event)}from epoch {event.epoch + 1} on {changed}")

    def _held_still(self, reason: str) -> None:
        """It is told again and again; one line for each reason will do."""
        if reason != self._reason:
            self._reason = reason
            self._line(f"held: {reason}")

    def note(self, text: str) -> None:
        """A line that stays, also where nothing is narrated: it is no part of a training's course."""
        self._line(text)

    def say(self, text: str) -> None:
        """A line that passes."""
        if not self._quiet:
            self._fleeting(text)

    def close(self) -> None:
        """Take the bar off the terminal, so that what is printed next has the line for itself."""
        if self._bar:
            self._bar.wipe()

    def _progress(self, event: Progress) -> str:
        done = (event.epoch - 1) * event.steps + event.step
        epochs = self._epochs.get(event.run_id, 0)
        bar = _filled(done, epochs * event.steps)
        rate, left = numbers.rate(event.samples_per_second, "items"), numbers.duration(event.seconds_left)
        told = f"epoch {event.epoch}/{epochs} {bar} {rate} · {left} left · loss {numbers.loss(event.loss)}"
        return f"{self._whose(event)}{told}"

    def _epoch(self, event: EpochEnded) -> str:
        train, validation = numbers.loss(event.train["loss"]), numbers.loss(event.validation["loss"])
        rate = numbers.rate(event.samples_per_second, "items")
        told = (
            f"epoch {event.epoch}/{self._epochs.get(event.run_id, 0)}  train {train}  validation {validation}  {rate}"
        )
        return f"{self._whose(event)}{told}"

    def _whose(self, event: Event) -> str:
        """The end of the run's id, where several go on at once."""
        return f"{'-'.join(event.run_id.split('-')[-2:])}: " if len(self._epochs) > 1 else ""

    def _fleeting(self, text: str) -> None:
        if self._bar:
            self._bar.draw(text)

    def _line(self, text: str) -> None:
        if self._bar:
            self._bar.wipe()
        _say(plain(text))
