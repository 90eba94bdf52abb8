"""Items on one side of a threshold: as pictures with what made their score, or in lines."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from aetui.bridge import Answered, Queried
from aetui.panels.scored import Scored
from aetui.panels.table import View
from aetui.render.arrangement import Wish, telling
from aetui.render.pixels import to_grey
from aetui.render.spark import sparkline
from aetui.render.text import plain
from aetui.widgets.image_grid import ImageGrid, ImageRow
from engine.queries.messages import Reconstruct, Reconstruction

REST = 0.2
"""Seconds that the threshold has to be at rest before items are asked for."""
NONE_HERE = "no item lies here"
ASKING = "the model is asked for these items"
WORST = 3
"""Columns of a row that are named: those that made most of its score."""


class ThresholdItems(Vertical):
    """Asks for its items one by one: the answers are short, and a training goes on between them."""

    MOST: ClassVar[int] = 6
    """Items that are shown."""

    DEFAULT_CSS = """
    ThresholdItems { width: 1fr; padding: 1 1 0 0; }
    ThresholdItems > .heading { height: 1; color: $text-muted; text-wrap: nowrap; }
    ThresholdItems.-above > .heading { color: $warning; }
    ThresholdItems > .rows { height: 1fr; text-wrap: nowrap; display: none; }
    """

    def __init__(self, heading: str, side: str) -> None:
        super().__init__(classes=f"-{side}")
        self._heading = heading
        self._grid = ImageGrid(placeholder=ASKING)
        self._rows = Static(classes="rows", markup=False)
        self._view: View | None = None
        self._scored: Scored | None = None
        self._places: list[int] = []
        self._known: dict[int, Reconstruction] = {}
        """By place, of the weights that scored."""
        self._of: object = None
        self._stamp = 0

    def compose(self) -> ComposeResult:
        """A heading, and pictures or lines."""
        yield Static(self._heading, classes="heading", markup=False)
        yield self._grid
        yield self._rows

    def show(self, view: View, scored: Scored, places: list[int]) -> None:
        """These items of the test part, of which `scored` knows the scores."""
        if scored.detection is not self._of:
            self._of, self._known = scored.detection, {}
        self._view, self._scored, self._places = view, scored, places
        self._stamp += 1
        self._draw()
        stamp = self._stamp
        self.set_timer(REST, lambda: self._ask(stamp))

    def on_resize(self, _event: events.Resize) -> None:
        """How many lines there are depends on the size."""
        self._draw()

    def _ask(self, stamp: int) -> None:
        run = self._view.run if self._view else None
        missing = [place for place in self._places if place not in self._known]
        if stamp != self._stamp or run is None or self._scored is None or not missing:
            return
        weights = self._scored.detection.weights
        queries = [
            Reconstruct(run_id=run.run_id, weights=None if run.going else weights, start=place, count=1, noise=False)
            for place in missing
        ]
        self.post_message(Queried(self, stamp, queries))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        message.stop()
        query, answer = message.query, message.answer
        if message.stamp != self._stamp or not isinstance(query, Reconstruct):
            return
        if isinstance(answer, Reconstruction) and len(answer.outputs):
            self._known[query.start] = answer
            self._draw()

    # Drawing.

    def _draw(self) -> None:
        view, scored = self._view, self._scored
        if view is None or scored is None or not self.is_mounted:
            return
        there = [(place, self._known[place]) for place in self._places if place in self._known]
        pictures = not there or _pictured(there[0][1].targets)
        self._grid.display, self._rows.display = pictures, not pictures
        self._grid.cells = view.cells
        self._grid.placeholder = ASKING if self._places else NONE_HERE
        if not there:
            self._grid.show([])
        elif pictures:
            self._draw_pictures(scored, there)
        else:
            lines = lines_of(view, scored, there, self._rows.size.width)
            self._rows.update(Content("\n").join(lines))

    def _draw_pictures(self, scored: Scored, there: list[tuple[int, Reconstruction]]) -> None:
        targets = np.concatenate([answer.targets for _, answer in there])
        outputs = np.concatenate([answer.outputs for _, answer in there])
        rows = [ImageRow("input", targets), ImageRow("|error|", abs(outputs - targets)), ImageRow("output", outputs)]
        names = [_caption(scored, place) for place, _ in there]
        wish = Wish(names=True, items=self.MOST)
        grey = [(row.label, to_grey(row.images)) for row in rows]
        room = telling(grey, *self._grid.size, wish) if self._grid.size else len(rows)
        self._grid.show(rows[:room], wish, names)


def _pictured(targets: NDArray[np.float32]) -> bool:
    """Whether items are images: (n, height, width, 1 or 3)."""
    return targets.ndim == 4 and targets.shape[3] in (1, 3)


def _caption(scored: Scored, place: int) -> str:
    """Score and class, short: a picture is ten columns wide or a little more."""
    return f"{scored.detection.scores[place]:.3g} {scored.label(place)}".strip()


def lines_of(view: View, scored: Scored, there: list[tuple[int, Reconstruction]], width: int) -> list[Content]:
    """A line for each item: score, class, name, and what made the score: columns of a row, or the steps of a window."""
    names = view.views.get("columns")
    lines = []
    for place, answer in there:
        known = answer.known[0] if answer.known is not None else np.ones(answer.targets[0].shape, bool)
        squares = np.square(answer.outputs[0] - answer.targets[0]) * known
        told = [f"{scored.detection.scores[place]:.4g}", scored.label(place), scored.name(place)]
        text = "  ".join(part for part in told if part)
        lines.append(Content.assemble((text, "bold"), "  ", (made_of(squares, names), "$text-muted")))
    return [line.truncate(max(1, width), ellipsis=True) for line in lines]


def made_of(squares: NDArray[np.float32], names: NDArray[np.str_] | None) -> str:
    """Squared errors (…, columns) in words: of a window over time, then the columns with the largest share."""
    total = float(squares.sum()) or 1.0
    columns = squares.reshape(-1, squares.shape[-1]).sum(axis=0)
    worst = np.argsort(-columns, kind="stable")[:WORST].tolist()
    called = [str(name) for name in names.tolist()] if names is not None and len(names) == len(columns) else []
    parts = [
        f"{plain(called[place]) if called else f'column {place + 1}'} {columns[place] / total:.0%}"
        for place in worst
        if columns[place] > 0
    ]
    over_time = sparkline(squares.sum(axis=-1).astype(np.float64), 24) + "  " if squares.ndim == 2 else ""
    return over_time + " · ".join(parts)
