"""The items on a page: as pictures with what is made of them, or in lines; those of pages beside are asked for too."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from aetui.bridge import Answered, Queried
from aetui.panels.erring.ordered import Ordered
from aetui.panels.pages import stepped
from aetui.panels.table import View
from aetui.panels.threshold_items import made_of
from aetui.render.arrangement import Layout, Wish, arrange, sizes, telling
from aetui.render.erring import ASCII_CURSOR, ASCII_MARK, CURSOR, MARK
from aetui.render.pixels import Bytes, colour_mode, to_grey
from aetui.render.text import plain
from aetui.widgets.image_grid import ImageGrid, ImageRow
from engine.errors import EngineError
from engine.queries.messages import Look, Looked

MOST = 12
"""Items on a page of pictures."""
LOW = 12
"""Lines below which there is one item."""
BYTES = 2**25
"""Of items that are kept, of those looked at last."""
ASKING = "the model is asked for these items"


class Seen(NamedTuple):
    """An item and what is made of it; pictures as bytes, other numbers as they are."""

    input: NDArray[np.generic]
    target: NDArray[np.generic]
    output: NDArray[np.generic]
    baseline: NDArray[np.generic] | None
    known: NDArray[np.bool_] | None
    said: tuple[str, str] | None

    @property
    def bytes(self) -> int:
        """Of memory."""
        arrays = self.input, self.target, self.output, self.baseline, self.known
        return sum(each.nbytes for each in arrays if each is not None)


class CasePictures(Container):
    """Asks for the page with the cursor and those beside it, so that the next one is there when it is turned to."""

    DEFAULT_CSS = """
    CasePictures { height: 1fr; }
    CasePictures > .rows { height: 1fr; text-wrap: nowrap; display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._grid = ImageGrid(placeholder=ASKING)
        self._rows = Static(classes="rows", markup=False)
        self._view: View | None = None
        self._ordered: Ordered | None = None
        self._of = 0
        """What was measured, whose items are known."""
        self._known: dict[int, Seen] = {}
        """By place, those that were looked at last behind the others."""
        self._asked: frozenset[int] = frozenset()
        self._stamp = 0
        self._per_page = MOST
        self._fitted: object = None
        """What that was found for."""
        self._wished = 0
        """Height of pictures that the user wants; 0: as has room."""

    def compose(self) -> ComposeResult:
        """Pictures, or lines."""
        yield self._grid
        yield self._rows

    @property
    def per_page(self) -> int:
        """Items on a page."""
        return self._per_page

    def show(self, view: View, ordered: Ordered) -> None:
        """The page with the cursor of `ordered`."""
        self._view, self._ordered = view, ordered
        if ordered.measured.of != self._of:
            self._of, self._known, self._asked = ordered.measured.of, {}, frozenset()
        self._draw()
        self._ask()

    def on_resize(self, _event: events.Resize) -> None:
        """How many items are on a page depends on the size."""
        if self._view is not None and self._ordered is not None:
            self.show(self._view, self._ordered)

    def step_size(self, by: int) -> str:
        """Pictures one size larger or smaller."""
        layout, page = self._grid.layout_now, self._page()
        if layout is None or not page:
            return ""
        rows = _grey(self._image_rows(page))
        size, told = stepped(sizes(rows, *self._grid.size), layout.size, by)
        by_itself = arrange(rows, *self._grid.size, self._wish(0, self._grid.size)).size
        self._wished = 0 if by_itself == size else size
        self._draw()
        return told

    # Asking.

    def _ask(self) -> None:
        view, ordered = self._view, self._ordered
        if view is None or view.run is None or ordered is None:
            return
        size, ahead = self._per_page, max(self._per_page, MOST)
        first = ordered.rank // size * size
        near = ordered.order[first : first + size].tolist()
        around = ordered.order[max(0, first - ahead) : first + size + ahead].tolist()
        missing = [place for place in dict.fromkeys([*near, *around]) if place not in self._known]
        # Of the pages beside there may be some already: a page is asked for when half of it is not.
        if (
            not missing
            or self._asked.issuperset(missing)
            or (not set(near) & set(missing) and len(missing) <= ahead // 2)
        ):
            return
        self._stamp += 1
        self._asked = frozenset(missing)
        query = Look(run_id=view.run.run_id, of=self._of, places=tuple(missing))
        # Made while a message to the parent is handled, this one would count as the parent's, and go no further.
        self.call_later(self._put, query, self._stamp)

    def _put(self, query: Look, stamp: int) -> None:
        self.post_message(Queried(self, stamp, (query,)))

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        message.stop()
        if message.stamp != self._stamp:
            return
        self._asked = frozenset()
        answer = message.answer
        if isinstance(answer, Looked) and answer.of == self._of:
            self._keep(answer)
        elif isinstance(message.error, EngineError):
            self._grid.placeholder = f"✕ {plain(message.error.message)}"
        self._draw()

    def _keep(self, answer: Looked) -> None:
        pictured = _pictured(answer.targets)

        def kept(array: NDArray[np.float32], at: int) -> NDArray[np.generic]:
            return _bytes(array[at]) if pictured else array[at]

        for at, place in enumerate(answer.places):
            self._known[place] = Seen(
                kept(answer.inputs, at),
                kept(answer.targets, at),
                kept(answer.outputs, at),
                None if answer.baseline is None else kept(answer.baseline, at),
                None if answer.known is None else answer.known[at],
                None if answer.said is None else answer.said[at],
            )
        room = BYTES - sum(seen.bytes for seen in self._known.values())
        for place in list(self._known)[: -len(answer.places) or None]:
            if room >= 0:
                break
            room += self._known.pop(place).bytes

    # Drawing.

    def _page(self) -> list[int]:
        """The places on it; none where not all are there yet."""
        ordered = self._ordered
        if ordered is None:
            return []
        first = ordered.rank // self._per_page * self._per_page
        places: list[int] = ordered.order[first : first + self._per_page].tolist()
        return places if all(place in self._known for place in places) else []

    def _draw(self) -> None:
        """Pictures of another page would stand below what is said of this one: they go until its own have come."""
        view, ordered, page = self._view, self._ordered, self._page()
        if view is None or ordered is None or not self.is_mounted or not self.size:
            return
        if not page:
            self._grid.show([])
            self._rows.update(self._grid.placeholder)
            return
        pictures = self._known[page[0]].input.ndim == 3 and self._known[page[0]].input.dtype == np.uint8
        self._grid.display, self._rows.display = pictures, not pictures
        if pictures:
            self._draw_pictures(view, ordered, page)
        else:
            self._draw_lines(view, ordered, page)

    def _draw_pictures(self, view: View, ordered: Ordered, page: list[int]) -> None:
        rows = self._image_rows(page)
        room = self._grid.size or self.size  # it had no place until now
        layout = self._layout(rows, room)
        # Where the margin of digits is cut depends on the pictures: pages get no larger again by that.
        of = room, self._wished, view.zoomed, len(rows)
        fitting = max(1, layout.shown if of != self._fitted else min(self._per_page, layout.shown))
        self._fitted = of
        if self._paged(fitting):
            return
        self._grid.cells = view.cells
        names = [self._caption(ordered, place) for place in page]
        self._grid.show(rows[: layout.rows], self._wish(self._wished, room), names)

    def _paged(self, fitting: int) -> bool:
        """Whether a page has so many items from now on; then it is drawn again."""
        if fitting == self._per_page:
            return False
        self._per_page = fitting
        self._draw()
        self._ask()
        return True

    def _layout(self, rows: list[ImageRow], room: tuple[int, int]) -> Layout:
        grey, wish = _grey(rows), self._wish(self._wished, room)
        return arrange(grey[: telling(grey, *room, wish)], *room, wish)

    def _wish(self, size: int, room: tuple[int, int]) -> Wish:
        """Where there is little room, the item under the cursor alone, its pictures side by side."""
        if room[1] < LOW:
            return Wish(size=size, items=1)
        view = self._view
        return Wish(size=size, zoomed=bool(view and view.zoomed and size), names=True, items=MOST)

    def _image_rows(self, page: list[int]) -> list[ImageRow]:
        """The most telling first."""
        seen = [self._known[place] for place in page]
        inputs, outputs = np.stack([each.input for each in seen]), np.stack([each.output for each in seen])
        targets = np.stack([each.target for each in seen])
        rows = [ImageRow("input", inputs), ImageRow("output", outputs)]
        if not np.array_equal(inputs, targets):  # what is under the noise tells more than the noise
            rows = [ImageRow("target", targets), rows[1], rows[0]]
        rows.append(ImageRow("|error|", _off(outputs, targets)))
        beside = [each.baseline for each in seen if each.baseline is not None]
        if beside and self._ordered is not None:
            rows.append(ImageRow(plain(self._ordered.measured.baseline), np.stack(beside)))
            rows.append(ImageRow("its |error|", _off(np.stack(beside), targets)))
        return rows

    def _caption(self, ordered: Ordered, place: int) -> str:
        """The cursor, a mark, the number and the class: a picture is ten columns wide or a little more."""
        blocks = colour_mode(self.app.console.color_system) != "none"
        cursor = (CURSOR if blocks else ASCII_CURSOR) if place == ordered.place else ""
        mark = (MARK if blocks else ASCII_MARK) if place in ordered.marked else ""
        return f"{cursor}{mark}{ordered.measure.values[place]:.3g} {ordered.class_of(place)}".strip()

    def _draw_lines(self, view: View, ordered: Ordered, page: list[int]) -> None:
        each = 3 if self._known[page[0]].said else 1
        fitting = max(1, self.size.height // each)
        if self._paged(fitting):
            return
        lines = [line for place in page for line in self._lines(view, ordered, place)]
        width = max(1, self.size.width)
        self._rows.update(Content("\n").join(line.truncate(width, ellipsis=True) for line in lines))

    def _lines(self, view: View, ordered: Ordered, place: int) -> list[Content]:
        seen = self._known[place]
        caption = self._caption(ordered, place)
        style = "bold reverse" if place == ordered.place else "bold"
        name = ordered.name_of(place)
        if seen.said is not None:
            return [
                Content.assemble((caption, style), f"  {name}"),
                Content.assemble(("  sentence  ", "$text-muted"), plain(seen.said[0])),
                Content.assemble(("  read back ", "$text-muted"), plain(seen.said[1])),
            ]
        squares = np.square(seen.output.astype(np.float32) - seen.target.astype(np.float32))
        squares = squares if seen.known is None else squares * seen.known
        told = (made_of(squares, view.views.get("columns")), "$text-muted")
        return [Content.assemble((caption, style), f"  {name}  ", told)]


def _pictured(targets: NDArray[np.float32]) -> bool:
    """Whether items are images: (n, height, width, 1 or 3)."""
    return targets.ndim == 4 and targets.shape[3] in (1, 3)


def _bytes(image: NDArray[np.float32]) -> NDArray[np.generic]:
    return (np.clip(np.nan_to_num(image), 0, 1) * 255 + 0.5).astype(np.uint8)


def _off(outputs: NDArray[np.generic], targets: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.abs(outputs.astype(np.int16) - targets.astype(np.int16)).astype(np.uint8)


def _grey(rows: list[ImageRow]) -> list[tuple[str, Bytes]]:
    return [(row.label, to_grey(row.images)) for row in rows]
