"""The probe set at one epoch: what the model was given, what it made of it, and where it erred.

Before the first epoch, items of the data set; after its last page, the test part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from aetui import bridge
from aetui.panels.pages import stepped, turned
from aetui.panels.preview import Preview
from aetui.panels.table import View
from aetui.render import captions
from aetui.render.arrangement import NO_WISH, Layout, Wish, arrange, sizes, telling
from aetui.render.pixels import Bytes, to_grey
from aetui.render.text import plain
from aetui.render.tiles import ZERO, signed_colours, signed_grey
from aetui.taking import of_pictures
from aetui.taking.taken import Taken
from aetui.widgets.image_grid import ImageGrid, ImageRow
from engine import datasets
from engine.queries.messages import Reconstruct, Reconstruction
from engine.runs.snapshots import PROBE_ITEMS, Samples

Floats = NDArray[np.float32]

PLACEHOLDER = "The pictures appear after the first epoch"
ASKING = "The model is asked for these test items"
SIGNED_SCALE = 0.5
"""The error that has the brightest colour; the same at every epoch."""
NO_MORE = "The test part ends here"


class Scene(NamedTuple):
    """What stands in the grid: rows, the most telling first."""

    rows: list[ImageRow]
    names: Sequence[str] = ()
    instead: str = ""
    """In place of pictures, where there are none."""


class Digits(Container):
    """The digits panel."""

    DEFAULT_CSS = """
    Digits > Static { height: 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._grid = ImageGrid(placeholder=PLACEHOLDER)
        self._line = Static()
        self._view: View | None = None
        self._shown: tuple[object, ...] = ()
        self._wished = 0
        """Height of pictures that the user wants; 0: as has room."""
        self._first = 0
        """Of the items on this page: those of the probe set, then those of the test part."""
        self._answer: tuple[Reconstruct, Reconstruction | None, str] | None = None
        """What was asked of the test part, what came, or why nothing did."""
        self._stamp = 0
        self._per_page = 1

    def compose(self) -> ComposeResult:
        """The pictures, and a line below them for metrics, displayed only where it costs no picture."""
        yield self._grid
        yield self._line

    def show(self, view: View) -> None:
        """Draw the epoch under the cursor, unless pictures, caption and size are those that are on the screen."""
        before = self._view
        if before is None or (before.run and before.run.run_id) != (view.run and view.run.run_id):
            self._first, self._answer = 0, None
        self._view = view
        self._ask_again(view)
        seen = view.preview.seen if view.preview else None
        # Samples and previews hold arrays, which cannot be compared; they are read once for each epoch.
        arrays = tuple(map(id, (view.samples, view.preview and view.preview.items, seen, self._answer)))
        page = (view.missing, view.cells, view.zoomed, view.signed, self._wished, self._first)
        run, epoch = view.run, view.samples_epoch
        told = (epoch, run.metrics, run.weights_epoch, id(run.epoch(epoch)), run.last_epoch) if run else ()
        what = (*arrays, *page, *told, self.size)
        if what != self._shown:
            self._shown = what
            self._draw(view)

    def on_resize(self) -> None:
        """Choose anew which rows have room, and how long the caption may be."""
        if self._view is not None:
            self.show(self._view)

    def taken(self, view: View) -> Taken:
        """All rows of the probe set, those included that have no room on the screen, and the error of each item."""
        rows = _rows(view._replace(signed=False), view.samples, 0) if view.samples else []
        return of_pictures.digits(view, [(row.label, row.images) for row in rows])

    # What the user wants.

    def step_size(self, by: int) -> str:
        """Pictures one size larger or smaller; where that is what has room by itself, it is left to the room again."""
        layout = self._grid.layout_now
        if layout is None or self._view is None:
            return ""
        rows = _grey(self._scene(self._view).rows)
        size, told = stepped(sizes(rows, *self._grid.size), layout.size, by)
        self._wished = 0 if arrange(rows, *self._grid.size, self._wish(rows, 0)).size == size else size
        self.show(self._view)
        return told

    def turn_page(self, by: int) -> str:
        """The next items of the probe set, after them those of the test part; or back."""
        view = self._view
        if view is None or view.samples is None or (self._grid.layout_now is None and by > 0):
            return ""
        shown, kept = self._per_page, len(view.samples.outputs)
        if self._first < kept:
            first, told = turned(self._first, shown, 0, by)
            self._first, told = min(first, kept), told
        else:
            first, told = turned(self._first - kept, shown, _test_items(view), by)
            # Back from the first test items to the last page of the probe set.
            self._first = kept + first if by > 0 or self._first > kept else max(0, kept - shown)
            told = told if by > 0 else ""
        self.show(view)
        return told

    # The test part.

    def _ask_again(self, view: View) -> None:
        """Ask for the test items of this page, unless they are there; of a live run again after every epoch."""
        if view.samples is None or self._first < (kept := len(view.samples.outputs)) or view.run is None:
            return
        query = Reconstruct(run_id=view.run.run_id, start=self._first - kept, count=PROBE_ITEMS)
        if self._answer is not None and self._answer[0] == query:
            answer = self._answer[1]
            if answer is None or not view.run.going or answer.epoch >= view.run.last_epoch:
                return
        self._stamp += 1
        kept_answer = self._answer[1] if self._answer and self._answer[0] == query else None
        self._answer = query, kept_answer, ASKING
        self.post_message(bridge.Queried(self, self._stamp, [query]))

    @on(bridge.Answered)
    def _answered(self, message: bridge.Answered) -> None:
        message.stop()
        if message.stamp != self._stamp or self._answer is None:
            return
        error = message.error
        self._answer = self._answer[0], message.answer, plain(str(error)) if error else NO_MORE
        if self._view is not None:
            self.show(self._view)

    # Drawing.

    def _draw(self, view: View) -> None:
        scene, room = self._scene(view), self.size
        rows, names, wish = scene.rows, scene.names, NO_WISH
        spare = False
        if rows and room:
            grey = _grey(rows)
            wish = self._wish(grey, self._wished, names)
            grey = grey[: telling(grey, *room, wish)]
            most, less = arrange(grey, *room, wish), arrange(grey, room.width, room.height - 1, wish)
            spare = _same(most, less)
            self._per_page, rows = most.shown, rows[: len(grey)]
        self._line.display = spare
        self._grid.placeholder = scene.instead or view.missing or PLACEHOLDER
        self._grid.cells = view.cells
        self._grid.show(rows, wish, names)
        self._line.update(Content(self._caption(view)))

    def _wish(self, rows: list[tuple[str, Bytes]], size: int, names: Sequence[str] = ()) -> Wish:
        view = self._view
        if size and size not in sizes(rows, *self.size):
            size = 0
        # The last page may have fewer items; it looks like the others.
        items = len(view.samples.outputs) if view and view.samples else len(rows[0][1])
        return Wish(size=size, zoomed=bool(view and view.zoomed), names=bool(names), items=items)

    def _scene(self, view: View) -> Scene:
        samples = view.samples
        if samples is None:
            return _data(view.preview) if view.preview else Scene([])
        if self._first < len(samples.outputs):
            return Scene(_rows(view, samples, self._first))
        answer = self._answer[1] if self._answer else None
        if answer is None or not len(answer.outputs):
            return Scene([], instead=self._answer[2] if self._answer else ASKING)
        return Scene(_compared(view, answer.inputs, answer.outputs, answer.targets))

    def _caption(self, view: View) -> str:
        width, samples, run = self.size.width, view.samples, view.run
        if view.preview is not None and samples is None:
            return _of_data(view.preview)
        if run is None:
            return ""
        if samples is None or self._first < len(samples.outputs):
            page = captions.page(self._first, self._per_page, len(samples.outputs)) if samples else ""
            return captions.of_epoch(run, view.samples_epoch, samples, width, page)
        answer = self._answer[1] if self._answer else None
        if answer is None or not len(answer.outputs):
            return ""
        first, shown = self._first - len(samples.outputs), min(len(answer.outputs), self._per_page)
        return captions.of_test_items(answer, first, shown, _test_items(view), width)


def _test_items(view: View) -> int:
    """How many there are; 0 where the catalogue does not say."""
    entry = datasets.known(view.run.dataset) if view.run else None
    return entry.test_items if entry else 0


def _rows(view: View, samples: Samples, first: int) -> list[ImageRow]:
    """What there is to compare, the most telling first."""
    rows = _compared(view, samples.inputs[first:], samples.outputs[first:], samples.targets[first:])
    if (baseline := samples.views.get("baseline")) is not None:
        rows.insert(-1, ImageRow(captions.baseline_name(view.run, samples), baseline[first:]))
    return rows


def _compared(view: View, inputs: Floats, outputs: Floats, targets: Floats) -> list[ImageRow]:
    rows = [ImageRow("input", inputs), ImageRow("output", outputs)]
    if inputs.shape != targets.shape or bool((inputs != targets).any()):
        rows.append(ImageRow("target", targets))
    error = outputs - targets
    if view.signed:
        signed = signed_grey(error.mean(axis=3, keepdims=True), SIGNED_SCALE)
        return [*rows, ImageRow(f"±{SIGNED_SCALE:g}", signed[..., None], signed_colours, ZERO)]
    return [*rows, ImageRow("|error|", abs(error))]


def _data(preview: Preview) -> Scene:
    """Before there is a model: what it is going to see."""
    rows = [ImageRow("data", preview.items)]
    if preview.seen is not None:
        rows.append(ImageRow("as seen", preview.seen))
    if preview.targets is not None:
        rows.append(ImageRow("target", preview.targets))
    return Scene(rows, preview.names)


def _of_data(preview: Preview) -> str:
    entry = datasets.dataset(preview.subject.dataset)
    noise = f" · {preview.noise} noise, as the model will see them" if preview.noise else ""
    return f"{entry.title}: the first validation items{noise}"


def _grey(rows: list[ImageRow]) -> list[tuple[str, Bytes]]:
    return [(row.label, to_grey(row.images)) for row in rows]


def _same(most: Layout, less: Layout) -> bool:
    """Whether the pictures are the same with a line less, so that there is one to spare."""
    return (most.shown, most.size, most.grouped, most.heading) == (less.shown, less.size, less.grouped, less.heading)
