"""What the units of the first layer look for, beside those of another run, and how active the code's units are. A
cursor goes over the tiles; the unit under it can be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aetui import keymap
from aetui.bridge import Throttle
from aetui.panels.comparison import Compared, compared_with, find_compared
from aetui.panels.pages import stepped, turned
from aetui.panels.table import View
from aetui.render import numbers
from aetui.render.bars import histogram
from aetui.render.pixels import colour_mode, has_margin, to_grey
from aetui.render.text import plain
from aetui.render.tiles import pictured, signed_grey, symmetric_scale
from aetui.state.run_state import RunState
from aetui.taking import of_pictures
from aetui.taking.taken import Taken
from aetui.terminal.budget import PICTURES
from aetui.widgets.tiles import Tiles
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from engine.runs.snapshots import Samples

PLACEHOLDER = "The weights appear after the first epoch"
MISSING = "This run keeps no weights to look at: its first layer is not dense, or an older version trained it"

SLIM, WIDE, ROOMY = 56, 96, 140
"""Columns below which there is no histogram, from which the other run's tiles are beside, and its histogram too."""

LIVE_SECONDS = 5.0
"""From one drawing to the next while a run goes on: every cell of the tiles changes with every epoch, up to 80 kB."""

Floats = NDArray[np.float32]


class Activations(Static):
    """Histogram of the code units' mean activations."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: list[tuple[str, Floats]] = []
        self._target: float | None = None

    def show(self, columns: list[tuple[str, Floats]], target: float | None) -> None:
        """The first of `columns` (heading, mean activations) and, in a wide place, the second; `target` is marked."""
        self._columns, self._target = columns, target
        self._update()

    def on_resize(self, _event: events.Resize) -> None:
        """Whether the second column has room depends on the width."""
        self._update()

    def _update(self) -> None:
        if not self.is_mounted or not self.size or not self._columns:
            return
        width, height = self.size
        columns = self._columns if width > ROOMY // 3 else self._columns[:1]
        blocks = colour_mode(self.app.console.color_system) != "none"
        lines = histogram(columns, (width, height), mark=self._target, blocks=blocks)
        text = Content("\n").join(lines)
        if not (isinstance(self.content, Content) and text.is_same(self.content)):
            self.update(text, layout=False)


class Weights(Container, can_focus=True):
    """The weights panel."""

    BINDINGS = keymap.bindings("weights")

    DEFAULT_CSS = """
    Weights { layout: horizontal; }
    Weights > #nothing { width: 1fr; height: 1fr; content-align: center middle; display: none; }
    Weights > Tiles { margin-right: 2; }
    Weights > #compared { display: none; }
    Weights.-wide.-compared > #compared { display: block; }
    Weights > Activations { width: 32; height: 1fr; text-wrap: nowrap; }
    Weights.-roomy.-compared > Activations { width: 60; }
    Weights.-slim > Activations, Weights.-inactive > Activations { display: none; }
    Weights.-slim > Tiles { margin-right: 0; }
    Weights.-weightless > Tiles, Weights.-wide.-compared.-weightless > #compared { display: none; }
    Weights.-weightless > #nothing { display: block; }
    """

    class Found(Message):
        """What there is to compare the run `run_id` with."""

        def __init__(self, run_id: str, compared: Compared | None) -> None:
            super().__init__()
            self.run_id = run_id
            self.compared = compared

    def __init__(self) -> None:
        super().__init__(classes="-weightless -inactive")
        self._run: RunState | None = None
        self._samples: Samples | None = None
        self._target: float | None = None
        self._why = ""
        self._live = False
        self._due = Throttle(self, LIVE_SECONDS, self._draw, PICTURES)
        self._view: View | None = None
        self._wished = 0
        """Height of tiles that the user wants; 0: as has room."""
        self._first = 0
        """The first unit on this page."""
        self._unit = 0
        """The one under the cursor."""
        self._looked_for = ""
        self._compared: Compared | None = None
        self._hint = ""

    def compose(self) -> ComposeResult:
        """A sentence for runs without weights; tiles of the run and of the one beside; the histogram."""
        yield Static(PLACEHOLDER, id="nothing", classes="quiet", markup=False)
        yield Tiles(id="own")
        yield Tiles(id="compared")
        yield Activations()

    def on_resize(self, event: events.Resize) -> None:
        """Whether the other run's tiles and the histogram have room depends on the width."""
        width = event.size.width
        self.set_class(width < SLIM, "-slim")
        self.set_class(width >= WIDE, "-wide")
        self.set_class(width >= ROOMY, "-roomy")
        self._draw()

    def show(self, view: View) -> None:
        """Draw the weights of the epoch under the cursor; of a run that goes on, only every `LIVE_SECONDS`."""
        run, samples = view.run, view.samples
        ended = run.epoch(view.epoch) if run else None
        target = ended.health.target_rate if ended and ended.health else None
        why = view.instead(PLACEHOLDER, MISSING)
        self._look(view)
        same_run = (run and run.run_id) == (self._run and self._run.run_id)
        if same_run and samples is self._samples and (target, why) == (self._target, self._why):
            return
        if not same_run:
            self._looked_for, self._compared, self._hint, self._unit = "", None, "", 0
        live = run is not None and run.going and view.epoch == run.last_epoch
        goes_on = same_run and self._live and live
        self._run, self._samples, self._target, self._why, self._live = run, samples, target, why, live
        self._look_for_compared()
        if goes_on:
            self._due.request()
        else:
            self._draw()

    def taken(self, view: View) -> Taken:
        """The weights of all units that are kept, of the run beside too, and the activations."""
        other = self._compared
        return of_pictures.weights(view, {f"weights of {other.name}": other.weights} if other else {})

    def _look(self, view: View) -> None:
        self._view = view
        for tiles in self.query(Tiles):
            tiles.look(view.cells, self._wished, self._first, zoomed=view.zoomed)

    def step_size(self, by: int) -> str:
        """Tiles one size larger or smaller."""
        own = self.query_one("#own", Tiles)
        if self._view is None or self.has_class("-weightless"):
            return ""
        self._wished, told = stepped(own.sizes, own.tiling.size, by)
        self._redraw()
        return told

    def turn_page(self, by: int) -> str:
        """The next units, or those before."""
        weights = self._samples.views.get("weights") if self._samples else None
        if weights is None:
            return ""
        places = self.query_one("#own", Tiles).tiling.places
        self._first, told = turned(self._first, places, len(weights), by)
        self._unit = self._first if weights.ndim == 4 else self._unit
        self._redraw()
        return told

    # The cursor.

    @property
    def _weights(self) -> Floats | None:
        return self._samples.views.get("weights") if self._samples else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without tiles there is no cursor: its keys are the time machine's."""
        del parameters
        return self._weights is not None if action in ("tile", "dossier") else True

    def action_tile(self, across: int, down: int) -> None:
        """To the unit beside this one; over an end of the page to the next page."""
        weights, own = self._weights, self.query_one("#own", Tiles)
        if weights is None:
            return
        tiles = own.tiling
        step = across + down * (tiles.across if weights.ndim == 4 else 1)
        if 0 <= self._unit + step < len(weights):
            self._unit += step
        if weights.ndim == 4 and not 0 <= self._unit - self._first < tiles.places:
            self._first = max(0, self._first + (tiles.places if step > 0 else -tiles.places))
        self._redraw()

    def action_dossier(self) -> None:
        """Open the unit under the cursor."""
        from aetui.screens.units import open_units

        if self._run is not None and self._weights is not None:
            open_units(cast("Workbench", self.app), self._run.run_id, self._unit, None)

    def on_focus(self) -> None:
        """The cursor is seen while it can be moved."""
        self._redraw()

    def on_blur(self) -> None:
        """It is not any more."""
        self._redraw()

    def _redraw(self) -> None:
        if self._view is not None:
            self._draw()
            self._look(self._view)

    def _look_for_compared(self) -> None:
        """Once for each run shown."""
        run, weights = self._run, self._samples.views.get("weights") if self._samples else None
        if run is None or weights is None or run.run_id == self._looked_for:
            return
        self._looked_for = run.run_id
        if compared_with(run):
            self._find_compared(run, weights.shape[1:])

    @work(thread=True, exclusive=True, group="compared")
    def _find_compared(self, run: RunState, shape: tuple[int, ...]) -> None:
        store = cast("Workbench", self.app).store
        self.post_message(self.Found(run.run_id, find_compared(store, run, shape)))

    @on(Found)
    def _found(self, message: Found) -> None:
        run = self._run
        if run is None or message.run_id != run.run_id:
            return
        self._compared = message.compared
        if message.compared is None:
            self._hint = f" · train {compared_with(run)} on {plain(run.dataset)} to compare"
        self._draw()

    def _draw(self) -> None:
        samples, other = self._samples, self._compared
        views = samples.views if samples else {}
        weights, activations = views.get("weights"), views.get("activations")
        self.set_class(weights is None, "-weightless")
        self.set_class(activations is None, "-inactive")
        self.set_class(other is not None, "-compared")
        self.query_one("#nothing", Static).update(self._why, layout=False)
        if samples is not None and weights is not None:
            # The weights of pixels that are always empty stay the noise they began as: where room is short, they go.
            self._draw_tiles(weights, weights.ndim == 4 and has_margin(to_grey(samples.targets)))
        if activations is not None:
            self._draw_activations(activations)

    def _draw_tiles(self, weights: Floats, cut: bool) -> None:
        other = self._compared
        scale = symmetric_scale(weights, *([other.weights] if other else []))
        both, hint = ("both " if other else "", self._hint) if self.has_class("-wide") else ("", "")
        text = f"{both}±{scale:g}, grey 0{layer_shown(self._run)}{hint}"
        first, here = self._first, f"unit {self._unit + 1} · " * self.has_focus

        def told(count: int) -> str:
            if weights.ndim < 4:  # of rows and windows: one picture
                return f"{here}{counted(len(weights), 'unit')}, one a line · {text}"
            which = f"units {first + 1}–{first + count}" if first else f"first {count} units"
            return f"{here}{which} · {text}"

        own = self.query_one("#own", Tiles)
        own.show(signed_grey(pictured(weights), scale), cut=cut, caption=told)
        lines = 0 if weights.ndim == 4 else len(weights)
        for tiles in self.query(Tiles):
            tiles.point(self._unit if self.has_focus else None, lines)
        if other is not None:
            caption = f"{other.name} · epoch {numbers.count(other.epoch)}"
            beside = self.query_one("#compared", Tiles)
            beside.show(signed_grey(pictured(other.weights), scale), cut=cut, caption=lambda _: caption)

    def _draw_activations(self, activations: Floats) -> None:
        columns = [(f"activation of {counted(len(activations), 'unit')}", activations)]
        if self._compared is not None and self._compared.activations is not None:
            columns.append((self._compared.variant, self._compared.activations))
        self.query_one(Activations).show(columns, self._target)


def layer_shown(run: RunState | None) -> str:
    """Which layer has the tiles: " · of the code" where no other one of the encoder has weights of its own."""
    layers = run.layers if run else ()
    weighted = [each for each in layers if each.network == "encoder" and each.parameters and "Norm" not in each.kind]
    return "" if not weighted else " · of the code" if len(weighted) == 1 else " · of the first layer"
