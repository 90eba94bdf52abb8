"""One unit on the screen: histogram, pictures that follow when it is steered, examples, what is lost without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from aetui.render import unit_lines
from aetui.render.arrangement import SIZES, SMALLEST, Wish, arrange
from aetui.render.pixels import Bytes, colour_mode, to_grey
from aetui.render.steering import Material, Steering, is_image, lines
from aetui.render.text import plain
from aetui.render.unit_rows import number
from aetui.widgets.image_grid import ImageGrid, ImageRow
from aetui.widgets.tiles import Tiles

if TYPE_CHECKING:
    from engine.queries.messages import UnitsRead
    from engine.units.ablation import Without

BARS = 44
"""Columns of the histogram at most; a third of the width otherwise."""
NO_NETWORK = "what is lost without it is not told"


class UnitDossier(Vertical):
    """Draws what it is given; nothing is computed here but the pictures of a step of steering."""

    DEFAULT_CSS = """
    UnitDossier { width: 1fr; height: 1fr; }
    UnitDossier > Static { height: auto; }
    UnitDossier > #meant { color: $text-muted; }
    UnitDossier > Horizontal { height: 1fr; min-height: 5; }
    UnitDossier > Horizontal > Static { width: 1fr; max-width: 44; height: 1fr; text-wrap: nowrap; padding: 0 2 0 0; }
    UnitDossier > .examples { height: 1fr; min-height: 4; }
    UnitDossier.-rows ImageGrid, UnitDossier.-images Tiles { display: none; }
    """

    def __init__(self) -> None:
        super().__init__(classes="-images")
        self.answer: UnitsRead | None = None
        self.unit = 0
        self.steering: Steering | None = None
        self.cells = "auto"
        self._without: Without | None = None
        self._example = 0
        """Which of the quantiles' items is steered."""
        self._places = [0]
        """Those of the quantiles that have room."""

    def compose(self) -> ComposeResult:
        """A heading, histogram beside pictures, examples, and figures."""
        yield Static(id="heading")
        with Horizontal():
            yield Static(id="spread")
            yield ImageGrid(id="steered")
            yield Tiles(id="steered-rows")
        yield Static(id="meant", markup=False)
        yield ImageGrid(id="examples", classes="examples")
        yield Tiles(id="example-rows")
        yield Static(id="lost")

    def begin(self, answer: UnitsRead, unit: int) -> None:
        """Show this unit: its heading at once, the rest with `fill`."""
        self.answer, self.unit = answer, unit
        self._without = None
        self.set_class(is_image(answer.shape), "-images")
        self.set_class(not is_image(answer.shape), "-rows")
        self._draw_heading()
        self._draw_figures()

    def fill(self, found: Material) -> None:
        """What was found out of the unit; where it was steered before, its value stays."""
        if self.answer is None or found.dossier.unit != self.unit:
            return
        before, self.steering = self.steering, Steering(self.answer, found, self._example)
        if before is not None and before.unit == self.unit and before.value != before.own:
            self.steering.put(before.value)  # the same unit with newer weights
        self._draw()

    def lose(self, without: Without) -> None:
        """What the output loses without it."""
        self._without = without
        self._draw_figures()

    # Steering.

    def steer(self, steps: int) -> None:
        """So many steps higher, lower if negative; 0: back to what it is."""
        if self.steering is not None:
            if steps:
                self.steering.move(steps)
            else:
                self.steering.back()
            self.draw_steered()

    def item(self, by: int) -> None:
        """Steer another of the examples."""
        if self.steering is not None and self.answer is not None:
            now = self.steering.example
            beyond = [place for place in self._places if (place > now if by > 0 else place < now)]
            self._example = (min(beyond) if by > 0 else max(beyond)) if beyond else now
            self.steering = Steering(self.answer, self.steering.found, self._example)
            self.draw_steered()
            self._draw_examples()

    # Drawing.

    def on_resize(self, _event: events.Resize) -> None:
        """All depends on the room: of the parts inside, once they have theirs."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        self._draw_figures()
        if self.steering is None:
            return
        self._draw_spread()
        self.draw_steered()
        self._draw_examples()

    def _draw_heading(self) -> None:
        if self.answer is not None:
            line = unit_lines.heading(self.answer.activations, self.answer.table, self.unit)
            self.query_one("#heading", Static).update(line)

    def _draw_spread(self) -> None:
        place, steering = self.query_one("#spread", Static), self.steering
        size = place.content_size
        if steering is None or self.answer is None or not size.width:
            return
        blocks = colour_mode(self.app.console.color_system) != "none"
        told = unit_lines.histogram(
            steering.found.dossier, self.answer.activations, self.answer.table, (size.width, size.height), blocks=blocks
        )
        place.update(Content("\n").join(told), layout=False)

    def draw_steered(self) -> None:
        """The pictures of the steered unit."""
        steering = self.steering
        if steering is None:
            return
        if self.has_class("-images"):
            grid = self.query_one("#steered", ImageGrid)
            grid.cells = self.cells
            shown = steering.shown
            grid.show([ImageRow("", shown)], _wish_for_all(shown, grid), steering.names)
        else:
            picture, scale = lines(steering.rows)
            told = " · ".join(steering.names)
            self.query_one("#steered-rows", Tiles).show(picture, cut=False, caption=lambda _: f"±{scale:g}: {told}")

    def _draw_examples(self) -> None:
        steering, answer = self.steering, self.answer
        if steering is None or answer is None:
            return
        found = steering.found
        if self.has_class("-images"):
            grid = self.query_one("#examples", ImageGrid)
            grid.cells = self.cells
            count = len(found.items)
            self._show_examples(grid, list(range(count)))
            shown = grid.layout_now.shown if grid.layout_now is not None else 0
            if 1 < shown < count:  # both ends, and between them as many as have room
                self._show_examples(grid, [round(place * (count - 1) / (shown - 1)) for place in range(shown)])
        else:
            picture, scale = lines(found.items.reshape(len(found.items), -1))
            self._places = list(range(len(found.items)))
            told = f"one a line · ±{scale:g} · steered: the {self._ordinal(steering.example)}"
            self.query_one("#example-rows", Tiles).show(picture, cut=False, caption=lambda _: told)
        by = "items: highest to lowest activation"
        self.query_one("#meant", Static).update(" · ".join(part for part in (steering.told, by) if part))

    def _show_examples(self, grid: ImageGrid, places: list[int]) -> None:
        assert self.steering is not None
        self._places = places
        names = [self._caption(place) for place in places]
        grid.show([ImageRow("", self.steering.found.items[places])], Wish(names=True, items=len(places)), names)

    def _ordinal(self, place: int) -> str:
        return {0: "first", 1: "second", 2: "third"}.get(place, f"{place + 1}th")

    def _caption(self, place: int) -> str:
        """Activation and class, short; a mark at the item that is steered."""
        steering, answer = self.steering, self.answer
        assert steering is not None
        assert answer is not None
        position = int(steering.found.dossier.examples[place, 0])
        activations = answer.activations
        label = "" if activations.labels is None else plain(activations.classes[activations.labels[position]], 6)
        mark = "▸" if place == steering.example else ""
        return f"{mark}{number(float(activations.values[self.unit, position]))} {label}".strip()

    def _draw_figures(self) -> None:
        answer, width = self.answer, self.size.width
        if answer is None or not width:
            return
        why = "" if answer.onward is not None else f"{NO_NETWORK}: {answer.why}"
        told = unit_lines.lost(self._without, answer.activations, width, why)
        if self.steering is not None and self.steering.unit == self.unit:
            told.append(unit_lines.alike(self.steering.found.dossier, width))
        self.query_one("#lost", Static).update(Content("\n").join(told))


def _wish_for_all(images: Bytes, grid: ImageGrid) -> Wish:
    """The size at which all of them have room, the largest one that there is."""
    rows, usual = [("", to_grey(images))], Wish(names=True, items=len(images))
    for size in (0, *SIZES, SMALLEST):
        wish = usual._replace(size=size)
        layout = arrange(rows, *grid.size, wish) if grid.size else None
        if layout is None or layout.shown >= len(images):
            return wish
    return usual
