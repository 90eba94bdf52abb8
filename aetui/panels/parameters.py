"""What the run is made of: its layers, its settings, its data."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from aetui.bringing import set_rows
from aetui.panels.table import View
from aetui.render import numbers, run_cells, workers
from aetui.render.metrics import concluded
from aetui.render.text import plain
from aetui.state.run_state import RunState
from aetui.taking import of_words
from aetui.taking.command import repeat
from aetui.taking.taken import Taken
from aetui.widgets.scroller import Scroller
from engine.errors import counted
from engine.events import Layer

if TYPE_CHECKING:
    from aetui.screens.host import Workbench

MUTED = "$text-muted"
PLACEHOLDER = "The layers stand here once a run has begun."


class Parameters(Scroller):
    """The parameter panel; everything in it but the final metrics is known from the run's first event."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: object = None
        self._run: RunState | None = None
        self._clock: Timer | None = None

    def compose(self) -> ComposeResult:
        """One text: the table of layers, then results, data, device and settings."""
        yield Static(PLACEHOLDER, classes="quiet")

    def show(self, view: View) -> None:
        """Write the page if something it tells of the run has changed; a new epoch changes nothing."""
        run = self._run = view.run
        about = run and (
            run.run_id,
            run.planned,
            run.plans,
            run.device,
            run.config,
            run.metadata,
            run.family,
            run.changes,
        )
        what = run and (about, run.layers, run.metrics, run.workers, bool(run.workers) and run.going)
        if what == self._shown:
            return
        self._shown = what
        self._write()
        if run and run.workers and self._clock is None:
            self._clock = self.set_interval(1.0, self._tell_the_time)

    def _write(self) -> None:
        text, run = self.query_one(Static), self._run
        text.set_class(run is None, "quiet")
        text.update(_page(run, self._data_dir) if run else PLACEHOLDER)

    def _tell_the_time(self) -> None:
        """Workers that are silent change nothing but the time since they were heard of."""
        if self._run is not None and self._run.workers and self._run.going and self.display:
            self._write()

    def taken(self, view: View) -> Taken:
        """The page as it stands, and its figures as a table."""
        run = view.run
        if run is None:
            return of_words.parameters(None, [], "")
        facts = _facts(run, self._data_dir)[: -len(run.config) or None]
        return of_words.parameters(run, facts, _page(run, self._data_dir).plain)

    @property
    def _data_dir(self) -> Path | None:
        return cast("Workbench", self.app).data_dir


def _page(run: RunState, data_dir: Path | None) -> Content:
    above = _table(_layer_rows(run)) if run.layers else [Content.styled(PLACEHOLDER, MUTED)]
    return Content("\n").join([*above, Content(""), *_summary(_facts(run, data_dir))])


def _layer_rows(run: RunState) -> list[tuple[str, ...]]:
    total = sum(layer.parameters for layer in run.layers)
    return [
        ("network", "layer", "kind", "output", "parameters"),
        *((la.network, la.name, la.kind, _shape(la), numbers.count(la.parameters)) for la in run.layers),
        ("", "", "", "", numbers.count(total)),
    ]


def _shape(layer: Layer) -> str:
    return " × ".join("batch" if size is None else str(size) for size in layer.output_shape)


def _table(rows: Sequence[tuple[str, ...]]) -> list[Content]:
    """The first row is the heading, the last the sum; the last column is set right."""
    rows = [tuple(map(plain, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for number, row in enumerate(rows):
        *cells, last = row
        text = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
        style = MUTED if number == 0 else "bold $foreground" if number == len(rows) - 1 else "$foreground"
        lines.append(Content.styled(f"{text}  {last.rjust(widths[-1])}", style))
    return lines


def _facts(run: RunState, data_dir: Path | None) -> list[tuple[str, str]]:
    """What is known of the run, settings last."""
    again = repeat(run, data_dir)
    items = f"{numbers.count(run.train_items)} to train, {numbers.count(run.validation_items)} to validate"
    absent = set_rows.absent(run.dataset, data_dir)
    facts = [
        *concluded(run.metrics, run.weights, run.weights_epoch, run.variant, run.dataset, run.config),
        ("run", run.name or run.run_id),
        ("repeat", "; ".join(filter(None, (again.line, again.remark)))),
        ("data", f"{run.dataset}: {items}{f'; {absent}' if absent else ''}"),
        *run.metadata.items(),
        ("device", run.device),
        *workers.lines(run.workers, time.time(), going=run.going),
        ("preset", run.preset),
        *([("code", _code(run))] if run.code_size else []),
        *([("stages", _stages(run))] if len(run.stages) > 1 else []),
        *_branching(run),
        *((name, str(value)) for name, value in run.config.items()),
    ]
    return [(plain(name), plain(value)) for name, value in facts]


def _branching(run: RunState) -> list[tuple[str, str]]:
    """Where it comes from, what was changed under way, and what comes from it."""
    forks = ", ".join(f"{fork.name} after epoch {fork.epoch:,}" for fork in run.family.forks)
    return [
        *([("fork of", f"{run.family.parent or run.parent} after epoch {run.forked_at:,}")] if run.parent else []),
        *((f"from epoch {each.epoch + 1:,} on", run_cells.changed(each.config)) for each in run.changes),
        *([("forks", forks)] if forks else []),
    ]


def _summary(facts: Sequence[tuple[str, str]]) -> list[Content]:
    width = max(len(name) for name, _ in facts)
    return [Content.assemble((f"{name.ljust(width)}  ", MUTED), value) for name, value in facts]


def _code(run: RunState) -> str:
    """How small the code is: "128 numbers for 784"; the decoder's last layer gives the items back.

    For text "512 numbers for 50 × 50": words of a sentence, numbers of a word."""
    sizes = [size for size in (run.layers[-1].output_shape if run.layers else ()) if size is not None]
    size = " × ".join(map(numbers.count, run.kind.size(tuple(sizes))))
    whole = f" for {size}" if sizes else ""
    return f"{numbers.count(run.code_size)} number{'s' * (run.code_size != 1)}{whole}"


def _stages(run: RunState) -> str:
    return ", ".join(f"{stage.name} ({counted(stage.epochs, 'epoch')})" for stage in run.stages)
