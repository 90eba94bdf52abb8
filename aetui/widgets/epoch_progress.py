"""The one line that says how far a run is, how fast it goes and how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.timer import Timer
from textual.widget import Widget

from aetui.render import numbers
from aetui.render.text import plain


@dataclass(frozen=True)
class ProgressView:
    """Where a run is. With `state`, which is for people ("paused", "completed · 50 epochs · 21 s"), it is not going on:
    the state stands in place of step, rate and time left, and without `epochs` in place of everything."""

    epoch: int = 0
    """The epoch under way, from 1."""
    epochs: int = 0
    step: int = 0
    """Batches of this epoch done."""
    steps: int = 0
    """Batches of an epoch; 0 when they are not followed, `epoch` is then the newest complete one."""
    samples_per_second: float = 0.0
    seconds_left: float = float("inf")
    """For the rest of the run; infinite while not known."""
    unit: str = "img"
    stage: str = ""
    """The stage under way, where there are several."""
    loss: float | None = None
    """Training loss of the latest batches."""
    learning_rate: float = 0.0
    """That they were trained with; 0 while not known."""
    validation: float | None = None
    """The latest validation loss."""
    best: float | None = None
    best_epoch: int | None = None
    state: str = ""
    share: float | None = None
    """Of what it waits for, 0 to 1; None where that is not known."""
    waiting: bool = False
    """Whether `state` says what it waits for: a bar shows how far that is, or only that it goes on."""
    alarms: str = ""
    """What is wrong after its newest epoch, in few words."""

    @property
    def fraction(self) -> float:
        """Part of the whole run that is done, 0 to 1."""
        if self.epochs <= 0:
            return 0.0
        inside = self.step / self.steps if self.steps else 1.0
        return min(1.0, max(0.0, (self.epoch - 1 + inside) / self.epochs))


_NONE = Style()
_LEAST_BAR, _MOST_BAR = 12, 60
ALARM = "▲"
PULSE = 4
"""Cells of what moves in the bar of something whose end is not known."""
PULSE_SECONDS = 0.5


def progress_line(
    view: ProgressView, width: int, done: Style, left: Style, muted: Style, alarm: Style = _NONE, beat: int = 0
) -> Text:
    """The view in at most `width` columns; what matters least goes first where there is no room."""
    if view.waiting:
        return _waiting_line(view, width, done, left, beat)
    if view.state and view.epochs <= 0:
        return Text(plain(view.state), no_wrap=True, overflow="ellipsis", end="")
    head = f"epoch {numbers.count(view.epoch)}/{numbers.count(view.epochs)} "
    tail = _tail(view, width - len(head) - _LEAST_BAR - 1)
    bar = max(0, min(_MOST_BAR, width - len(head) - len(tail) - 1))
    line = Text(head, no_wrap=True, overflow="crop", end="")
    line.append_text(_bar(view.fraction, bar, done, left))
    line.append(" ").append(tail, muted)
    line.highlight_regex(rf"{ALARM}[^·]*", alarm)
    return line


def _waiting_line(view: ProgressView, width: int, done: Style, left: Style, beat: int) -> Text:
    """What is waited for, and a bar where there is room for one."""
    words = plain(view.state)
    bar = min(_MOST_BAR // 2, width - len(words) - 1)
    line = Text(words, no_wrap=True, overflow="ellipsis", end="")
    if bar < PULSE:
        return line
    line.append(" ")
    if view.share is not None:
        return line.append_text(_bar(view.share, bar, done, left))
    at = beat % (bar - PULSE + 1)
    parts = (("─" * at, left), ("━" * PULSE, done), ("─" * (bar - PULSE - at), left))
    return line.append_text(Text.assemble(*parts))


def _tail(view: ProgressView, width: int) -> str:
    parts = _parts(view)
    for unimportant in ("learning rate", "best", "loss", "step", "stage", "validation", "rate", "alarms", "time"):
        if len(_joined(parts)) <= width:
            break
        if unimportant == "alarms" and unimportant in parts:
            parts[unimportant] = ALARM  # at least that there are any
        else:
            parts.pop(unimportant, None)
    return _joined(parts)


def _parts(view: ProgressView) -> dict[str, str]:
    if view.state:
        parts = {"state": plain(view.state)}
    else:
        parts = {
            "stage": plain(view.stage),
            "step": f"step {numbers.count(view.step)}/{numbers.count(view.steps)}",
            "loss": "" if view.loss is None else f"loss {numbers.loss(view.loss)}",
            "learning rate": f"learning_rate {view.learning_rate:.3g}" if view.learning_rate else "",
            "rate": numbers.rate(view.samples_per_second, view.unit),
            "time": f"{numbers.duration(view.seconds_left)} left",
        }
    if view.alarms:
        parts = {"alarms": f"{ALARM} {plain(view.alarms)}", **parts}
    if not view.steps:
        parts.pop("step", None)
    if view.validation is not None:
        parts["validation"] = f"val {numbers.loss(view.validation)}"
    if view.best is not None and view.best_epoch is not None:
        parts["best"] = f"(best {numbers.loss(view.best)}, epoch {numbers.count(view.best_epoch)})"
    return {name: part for name, part in parts.items() if part}


def _joined(parts: dict[str, str]) -> str:
    return " · ".join(parts.values()).replace(" · (best", " (best")


def _bar(fraction: float, width: int, done: Style, left: Style) -> Text:
    """A bar in steps of half a cell."""
    full, half = divmod(int(fraction * width * 2), 2)
    return Text.assemble(("━" * full + "╸" * half, done), ("─" * (width - full - half), left))


class EpochProgress(Widget):
    """One line: epoch, bar, step, batch loss, learning rate, speed, time left, validation loss; or the run's state."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "epoch-progress--done",
        "epoch-progress--left",
        "epoch-progress--figures",
        "epoch-progress--alarm",
    }

    DEFAULT_CSS = """
    EpochProgress { width: 1fr; height: 1; }
    EpochProgress > .epoch-progress--done { color: $primary; }
    EpochProgress > .epoch-progress--left { color: $foreground 50%; }
    EpochProgress > .epoch-progress--figures { color: $foreground 80%; }
    EpochProgress > .epoch-progress--alarm { color: $warning; text-style: bold; }
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._view = ProgressView()
        self._beat = 0
        self._pulse: Timer | None = None

    def show(self, view: ProgressView) -> None:
        """Show this instead; nothing is repainted when it is the same."""
        if view != self._view:
            self._view = view
            self._keep_beating(view.waiting and view.share is None)
            self.refresh()

    def _keep_beating(self, wanted: bool) -> None:
        """Only what waits for something of unknown length moves by itself; nothing else costs bytes."""
        if wanted and self._pulse is None:
            self._pulse = self.set_interval(PULSE_SECONDS, self._move)
        elif not wanted and self._pulse is not None:
            self._pulse.stop()
            self._pulse = None

    def _move(self) -> None:
        self._beat += 1
        self.refresh()

    def render(self) -> Text:
        """The line for the present width; empty before the first `show`."""
        if self._view == ProgressView():
            return Text()
        done, left, figures, alarm = map(self._style, ("done", "left", "figures", "alarm"))
        return progress_line(self._view, self.size.width, done, left, figures, alarm, self._beat)

    def _style(self, part: str) -> Style:
        return self.get_component_rich_style(f"epoch-progress--{part}")
