"""How the model is at an epoch: what is dead, how strong the gradients are, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import nan
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.panels.curing.page import Curing
from aetui.panels.table import View
from aetui.render import numbers
from aetui.render.metrics import tested
from aetui.render.pixels import colour_mode
from aetui.render.spark import sparkline
from aetui.render.text import plain
from aetui.state.epochs import Epochs
from aetui.state.run_state import RunState
from aetui.taking import of_words
from aetui.taking.taken import Taken
from engine.analysis.verdict import verdict
from engine.events import EpochEnded, Health

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MUTED = "$text-muted"
NOT_YET = "The health metrics appear after the first epoch."
NOT_RECORDED = "Of this epoch no health metrics were recorded: runs of older versions have none."
SPARK = 40
"""The most columns of a curve; wider ones tell no more."""
WIDEST = 110
"""The most columns of an alarm: longer lines are hard to read."""


class Row(NamedTuple):
    """A metric: its value in words, and its values over the epochs for the curve."""

    label: str
    value: str
    curve: Sequence[float] | NDArray[np.float64] = ()
    top: float | None = None


class HealthReport(Curing):
    """The health panel: alarms first, then a cure that is tried, the metrics below."""

    BINDINGS = keymap.bindings("health")

    def __init__(self) -> None:
        super().__init__()
        self._text = Static(NOT_YET)
        self._shown: object = None

    def compose(self) -> ComposeResult:
        """One text: alarms, then metrics with their curves, then what was measured on the test part."""
        yield self._text

    def show(self, view: View) -> None:
        """Write the page for the epoch under the cursor, unless all that it depends on is as it was."""
        self._view = view
        self.write_page()

    def write_page(self) -> None:
        """As `Curing`."""
        view = self._view
        if view is None:
            return
        run, kl = view.run, view.views.get("kl")
        ended = run.epoch(view.epoch) if run else None
        known = run and (run.run_id, run.message, run.going, run.metrics)
        instead = NOT_YET if ended else view.missing or NOT_YET
        attempt = self.attempt(run)
        tried = attempt.state(self._host.state.runs) if attempt else None
        what = (known, ended, self._width, kl if kl is None else id(kl), instead, tried)
        if what != self._shown:
            self._shown = what
            if run and ended:
                self._text.update(self._page(run, ended))
            else:
                self._text.update(self._without_epoch(run, instead))

    def on_resize(self) -> None:
        """Alarms are wrapped and curves cut to the width, so the page is written anew."""
        self.write_page()

    def taken(self, view: View) -> Taken:
        """What was measured of every epoch up to this one; in words, what the panel says of it."""
        ended = view.run.epoch(view.epoch) if view.run else None
        if view.run is None or ended is None:
            return of_words.health(view, [])
        warnings, rows, final = _found(view.run, ended, view)
        alarms = [("alarm", text) for text in warnings]
        return of_words.health(view, [*alarms, *((row.label, row.value) for row in rows), *final])

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def _page(self, run: RunState, ended: EpochEnded) -> Content:
        assert self._view is not None
        warnings, rows, final = _found(run, ended, self._view)
        missing = [] if ended.health else [Content.styled(NOT_RECORDED, MUTED)]
        lines = [*_alarm_lines(warnings, self._width), *self._tried(run), *missing, *_table(rows, self._width)]
        return Content("\n").join([*lines, *_metric_lines(final, self._width)])

    def _without_epoch(self, run: RunState | None, instead: str) -> Content:
        """Of a run that diverged in its first epoch there is no more to tell than why; it can be cured all the same."""
        if run is None or run.epochs or run.status != "diverged":
            return Content.styled(instead, MUTED)
        return Content("\n").join([*_alarm_lines([run.message], self._width), *self._tried(run)])

    def _tried(self, run: RunState) -> list[Content]:
        attempt = self.attempt(run)
        if attempt is None:
            return []
        blocks = colour_mode(self.app.console.color_system) != "none"
        return attempt.lines(run, self._host.state.runs, self._width, blocks=blocks)


def _found(run: RunState, ended: EpochEnded, view: View) -> tuple[list[str], list[Row], list[tuple[str, str]]]:
    """Alarms, metrics of the epoch, and of a run that is over the final ones."""
    kl = view.views.get("kl")
    rows = _rows(run.epochs.before(ended.epoch + 1))
    if kl is not None:
        rows.append(_kl_row(kl.tolist()))
    warnings = [alarm.text for alarm in run.alarms_after(ended.epoch)]
    if run.status == "diverged" and ended is run.epochs[-1]:
        warnings.insert(0, run.message)
    over = not run.going and ended is run.epochs[-1]
    final = tested(run.metrics, run.weights, run.weights_epoch) if over else []
    if final and (beaten := verdict(run.metrics, run.variant, run.dataset, run.config)):
        warnings.append(beaten)
    return warnings, rows, final


def _alarm_lines(texts: Sequence[str], width: int) -> list[Content]:
    if not texts:
        return [Content.styled("✓ no alarm", "$success")]
    lines: list[Content] = []
    for text in texts:
        first, *rest = wrap(plain(text), max(10, min(width, WIDEST) - 3)) or [""]
        lines += [Content.assemble(("▲ ", "bold $warning"), (first, "$warning"))]
        lines += [Content.styled(f"  {line}", "$warning") for line in rest]
    return lines


def _metric_lines(final: Sequence[tuple[str, str]], width: int) -> list[Content]:
    """What the run achieved on the test part, beside what it has to beat."""
    label = max((len(name) for name, _ in final), default=0) + 2
    lines = [Content("")] if final else []
    for name, value in final:
        first, *rest = wrap(plain(value), max(10, min(width, WIDEST) - label)) or [""]
        lines += [Content.assemble((plain(name).ljust(label), MUTED), (first, "$foreground"))]
        lines += [Content.styled(" " * label + line, "$foreground") for line in rest]
    return lines


def _rows(epochs: Epochs[EpochEnded]) -> list[Row]:
    """The metrics after the last of `epochs`; those that were not recorded are left out."""
    now = epochs[-1]
    seconds = Row("epoch time", f"{now.seconds:.3g} s", epochs.column("seconds", lambda ended: ended.seconds))
    health = now.health
    if health is None:
        return [seconds]
    recorded = epochs.column("recorded", lambda ended: ended.health is not None) > 0

    def curve(name: str, metric: Callable[[Health], float]) -> NDArray[np.float64]:
        """Of the epochs that it was recorded of; `name` stands for `metric`."""
        return epochs.column(name, lambda ended: metric(ended.health) if ended.health else nan)[recorded]

    units, pixels = numbers.count(health.units), numbers.count(health.pixels)
    dead_pixels = Row(
        "dead pixels",
        f"{numbers.count(health.dead_pixels)} of {pixels}",
        curve("dead_pixels", lambda h: h.dead_pixels / max(1, h.pixels)),
        1.0,
    )
    return [
        Row(
            "active units",
            f"{numbers.count(health.active)} of {units}",
            curve("active", lambda h: h.active / h.units),
            1.0,
        ),
        Row("dead units", f"{numbers.count(health.dead)} of {units}", curve("dead", lambda h: h.dead / h.units), 1.0),
        *([dead_pixels] if health.pixels else []),
        Row("mean activation", _mean(health), curve("mean_activation", lambda h: h.mean_activation)),
        Row("gradient norm", f"{health.gradient_norm:.3g}", curve("gradient_norm", lambda h: h.gradient_norm)),
        seconds,
    ]


def _mean(health: Health) -> str:
    mean, target = health.mean_activation, health.target_rate
    if not target:
        return f"{mean:.3g}"
    away = f"{mean / target - 1:+.0%}".replace("%", " %").replace("-", "\N{MINUS SIGN}")
    return f"{mean:.3g} (target {target:g}: {away})"


def _kl_row(kl: Sequence[float]) -> Row:
    """Not over the epochs but over the dimensions, the one that tells most first."""
    return Row("KL by dimension", f"{sum(kl):.3g} nats, {min(kl):.2g} to {max(kl):.2g}", sorted(kl, reverse=True))


def _table(rows: Sequence[Row], width: int) -> list[Content]:
    label = max(len(row.label) for row in rows) + 2
    value = max(len(row.value) for row in rows) + 2
    room = min(SPARK, width - label - value)
    return [
        Content.assemble(
            (row.label.ljust(label), MUTED),
            (row.value.ljust(value), "$foreground"),
            (sparkline(row.curve, room, row.top), "$primary"),
        )
        for row in rows
    ]
