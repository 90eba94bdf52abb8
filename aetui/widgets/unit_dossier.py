"""One unit on the screen: histogram, pictures that follow when it is steered, examples, what is lost without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from aetui.render import unit_lines
from aetui.render.arrangement import Wish
from aetui.render.pixels import colour_mode
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
    UnitDossier > Static { height: auto; text-wrap: nowrap; }
    UnitDossier > Horizontal { height: 1fr; min-height: 5; }
    UnitDossier > Horizontal > Static { width: 1fr; max-width: 44; height: 1fr; text-wrap: nowrap; padding: 0 2 0 0; }
    UnitDossier > Horizontal > ImageGrid, UnitDossier > Horizontal > Tiles { width: 2fr; }
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
        self._example: int | None = None
        """Which of the quantiles' items is steered; None: the highest."""

    def compose(self) -> ComposeResult:
        """A heading, histogram beside pictures, examples, and figures."""
        yield Static(id="heading")
        with Horizontal():
            yield Static(id="spread")
            yield ImageGrid(id="steered")
            yield Tiles(id="steered-rows")
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
        """What was found out of the unit; the one steered before is let go, an item that was chosen stays."""
        if self.answer is None or found.dossier.unit != self.unit:
            return
        last = len(found.items) - 1
        self.steering = Steering(self.answer, found, last if self._example is None else self._example)
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
            at = self.steering.example + by
            self._example = max(0, min(len(self.steering.found.items) - 1, at))
            self.steering = Steering(self.answer, self.steering.found, self._example)
            self.draw_steered()
            self._draw_examples()

    # Drawing.

    def on_resize(self, _event: events.Resize) -> None:
        """All depends on the room."""
        self._draw_heading()
        self._draw()

    def _draw(self) -> None:
        self._draw_figures()
        if self.steering is None:
            return
        self._draw_spread()
        self.draw_steered()
        self._draw_examples()

    def _draw_heading(self) -> None:
        if self.answer is not None and self.size.width:
            line = unit_lines.heading(self.answer.activations, self.answer.table, self.unit, self.size.width)
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
            grid.show([ImageRow("", steering.shown)], Wish(names=True, zoomed=True), steering.names)
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
            names = [self._caption(place) for place in range(len(found.items))]
            grid.show([ImageRow("", found.items)], Wish(names=True, items=len(found.items)), names)
        else:
            picture, scale = lines(found.items.reshape(len(found.items), -1))
            told = f"items from its lowest to its highest activation, one a line · ±{scale:g}"
            self.query_one("#example-rows", Tiles).show(picture, cut=False, caption=lambda _: told)

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
