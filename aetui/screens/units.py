"""The screen of units: all of a layer in a table, the one under the cursor beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Static
from textual.worker import get_current_worker

from aetui import bridge, keymap
from aetui.render.steering import Steering, material
from aetui.render.text import plain
from aetui.screens import unit_reading
from aetui.screens.unit_asking import LOOK_SECONDS, UnitAsking
from aetui.screens.unit_reading import Added, Decoder, Found, Lost, Ready
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.one_line import OneLine
from aetui.widgets.unit_dossier import UnitDossier
from aetui.widgets.unit_list import ORDERED, UnitList
from engine.errors import EngineError
from engine.queries.messages import Decode, Images, UnitsRead
from engine.units.dossier import dossier
from engine.units.search import Known, found

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from engine.queries.messages.units import LayerName
    from engine.units.ablation import Ablation

NARROW = 100
"""Columns below which table and unit take turns."""


class UnitsScreen(UnitAsking):
    """Asks the engine once, and again after an epoch of a run that goes on; all else is computed here."""

    scope: ClassVar[keymap.Scope] = "units"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("units")]

    DEFAULT_CSS = """
    UnitsScreen { background: $background; }
    UnitsScreen > #about { height: 1; padding: 0 1; }
    UnitsScreen > Horizontal { height: 1fr; padding: 0 1; }
    UnitsScreen.-narrow UnitList { width: 1fr; }
    UnitsScreen.-narrow.-one UnitList, UnitsScreen.-narrow.-all UnitDossier { display: none; }
    """

    def __init__(
        self, run_id: str, overrides: Mapping[str, str], unit: int = 0, layer: LayerName | None = "code"
    ) -> None:
        """`unit`, counted from 0, is under the cursor; `layer` as in `Units`."""
        super().__init__(run_id, layer)
        self._overrides = overrides
        self._first: int | None = unit
        self._known: Known | None = None
        self._ablation: Ablation | None = None
        self._decoder = Decoder()
        self._order, self._reversed = "unit", False

    @property
    def list(self) -> UnitList:
        """All units."""
        return self.query_one(UnitList)

    @property
    def one(self) -> UnitDossier:
        """The unit under the cursor."""
        return self.query_one(UnitDossier)

    def compose(self) -> ComposeResult:
        """Whose units they are, the table and the unit, a line to find units with, the keys."""
        yield Static(id="about", markup=False)
        with Horizontal():
            yield UnitList()
            yield UnitDossier()
        yield OneLine(self._typed, self._entered, self._left)
        yield KeyBar()

    def on_mount(self) -> None:
        """Ask."""
        self.one.cells = self.workbench.cells
        self.set_focus(self.list)
        self.ask()
        self.set_interval(LOOK_SECONDS, self.look)

    def on_resize(self) -> None:
        """In little width table and unit take turns."""
        self.set_class(self.size.width < NARROW, "-narrow")
        self.tell()

    def on_unmount(self) -> None:
        """Nobody waits for an answer any more."""
        self._stopped = True
        if self._future is not None:
            self._future.cancel()

    def take(self, answer: UnitsRead) -> None:
        """Show the units of these weights; the cursor stays on its unit."""
        self.answer, self.of_layer, self._ablation = answer, answer.layer, None
        self._decoder.other(self.run_id, answer)
        self._known = Known(answer.activations, answer.table)
        first, self._first = self._first, None
        if first is not None:
            first = min(first, answer.activations.units - 1)
        if not self._find(first):
            self.text = ""  # it was of another layer
            self._find(first)
        self.adding = "" if answer.onward is None else "decoding without each unit …"
        self.tell()
        if answer.onward is not None:
            self._add(answer)
        self._moved()

    def decoded(self, message: bridge.Answered) -> None:
        """Of the unit that is steered."""
        images = message.answer.images if isinstance(message.answer, Images) else None
        self._decoder.answered(images, self.one)

    # Finding.

    def _find(self, unit: int | None = None) -> bool:
        """Show what is found and ordered as is asked for; whether that can be meant."""
        if self._known is None:
            return True
        try:
            units = found(self._known, self.text, self._order, reverse=self._reversed)
        except EngineError as error:
            self.query_one(OneLine).complain(error.message)
            return False
        self.query_one(OneLine).complain("")
        if not len(units.units) and self.text:
            self.list.instead = f"no unit fits {plain(self.text, 60)}"
        self.list.show(self._known, units, self._order, unit)
        return True

    def _ordered_by_name(self, text: str) -> None:
        """A class or a unit that is named is what they are ordered by from then on, until another order is asked for
        or nothing is named."""
        named, before = (any(f"{name}=" in each for name in ("class", "like")) for each in (text, self.text))
        if named != before:
            self._order = "r" if named else "unit"

    def _typed(self, text: str) -> None:
        before = self.text, self._order
        self._ordered_by_name(text)
        self.text = text
        if not self._find():
            self.text, self._order = before

    def _entered(self, text: str) -> None:
        self._ordered_by_name(text)
        self.text = text
        if self._find():
            self.query_one(OneLine).close()
            self.set_focus(self.list)
            self.tell()

    def _left(self) -> None:
        self._entered("")

    @on(UnitList.Moved)
    def _moved(self) -> None:
        self.touched = time.monotonic()
        unit = self.list.unit
        if self.answer is not None and unit is not None:
            self.one.begin(self.answer, unit)
            self._look_into(self.answer, unit, self._ablation)

    # Computed beside the screen's loop.

    @work(thread=True, exclusive=True, group="unit")
    def _look_into(self, answer: UnitsRead, unit: int, ablation: Ablation | None) -> None:
        worker = get_current_worker()
        of = dossier(answer.activations, answer.table, unit)
        try:
            self.post_message(Found(answer, material(answer, of)))
        except (EngineError, OSError, ValueError) as error:
            self.post_message(Found(answer, None, str(error)))
        if ablation is not None and not worker.is_cancelled:
            self.post_message(Lost(answer, unit, ablation.without(unit)))

    @work(thread=True, exclusive=True, group="lost")
    def _see_what_is_lost(self, answer: UnitsRead, unit: int, ablation: Ablation) -> None:
        self.post_message(Lost(answer, unit, ablation.without(unit)))

    @on(Found)
    def _unit_found(self, message: Found) -> None:
        if message.answer is self.answer:
            if message.found is None:
                self.fail(f"the items cannot be read: {plain(message.wrong, 200)}")
                return
            self.one.fill(message.found)
            self._decode()
            self.refresh_bindings()

    @on(Lost)
    def _unit_lost(self, message: Lost) -> None:
        if message.answer is self.answer and message.unit == self.one.unit:
            self.one.lose(message.without)

    @work(thread=True, exclusive=True, group="added")
    def _add(self, answer: UnitsRead) -> None:
        worker = get_current_worker()
        unit_reading.add(answer, self.post_message, lambda: worker.is_cancelled)

    @on(Ready)
    def _ablation_ready(self, message: Ready) -> None:
        if message.answer is self.answer:
            self._ablation = message.ablation
            unit = self.list.unit
            if unit is not None:
                self._see_what_is_lost(message.answer, unit, message.ablation)

    @on(Added)
    def _units_added(self, message: Added) -> None:
        if message.answer is not self.answer or self._known is None:
            return
        if message.added is None:
            self.adding = f"decoding without each unit {message.done:,}/{self.answer.activations.units:,}"
        else:
            self.adding, self._known = "", self._known._replace(added=message.added)
            self.beside_seconds = message.seconds
            self._find()
        self.tell()

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What there is decides."""
        if not self.is_mounted:
            return True
        match action:
            case "steer" | "unsteered" | "item":
                return self.one.steering is not None
            case "find" | "order" | "reverse" | "copy_units" | "write_units":
                return self._known is not None
            case "other_layer":
                return self.answer is not None and self.answer.has_first
            case "other_side":
                return self.has_class("-narrow")
            case "stop":
                return self.waiting
        return True

    def action_steer(self, steps: int) -> None:
        """The unit so many twentieths of its range higher, lower if negative."""
        self.touched = time.monotonic()
        self.one.steer(steps)
        self._decode()

    def action_unsteered(self) -> None:
        """The unit as the item has it."""
        self.one.steer(0)
        self._decode()

    def action_item(self, by: int) -> None:
        """Steer the item of another quantile."""
        self.touched = time.monotonic()
        self.one.item(by)
        self._decode()

    def _decode(self) -> None:
        """Where NumPy cannot, the engine does."""
        steering, engine = self.one.steering, self.workbench.engine
        if steering is not None and steering.answer.onward is None and engine is not None:
            self._decoder.wish(steering, partial(self._query_decode, engine))

    def _query_decode(self, engine: bridge.EngineLike, steering: Steering) -> None:
        bridge.query(engine, Decode(run_id=self.run_id, codes=steering.codes), self._stamp, self)

    def action_find(self) -> None:
        """Type what units to find."""
        told = "selectivity>0.5 density<0.1 class=… like=… dead rare alive, or a number"
        self.query_one(OneLine).ask("units", "find", self.text, told)
        self.remove_class("-one")
        self.add_class("-all")

    def action_order(self) -> None:
        """Order by the next column."""
        self._order = ORDERED[(ORDERED.index(self._order) + 1) % len(ORDERED)]
        self._find()

    def action_reverse(self) -> None:
        """Order the other way round."""
        self._reversed = not self._reversed
        self._find()

    def action_page(self, side: int) -> None:
        """A screenful of units."""
        self.list.page(side)

    def action_other_side(self) -> None:
        """From the table to the unit and back, where one has room."""
        self.toggle_class("-one", "-all")

    def action_other_layer(self) -> None:
        """Units of the first layer, or of the code."""
        self.of_layer = "code" if self.of_layer == "first" else "first"
        self._first = 0
        self.ask()

    def action_again(self) -> None:
        """Have the newest weights answer."""
        if not self.waiting:
            self.ask()

    def action_stop(self) -> None:
        """Read no further."""
        self._stopped = True

    def action_copy_units(self) -> None:
        """The table on the clipboard."""
        from aetui.taking.formats import text

        self._copy(text(self._taken()[0]))

    @work(exclusive=True, group="taking")
    async def _copy(self, text: str) -> None:
        from aetui.taking import clipboard

        self.notify(f"the table: {await clipboard.copy(self.app, text)}", markup=False)

    def action_write_units(self) -> None:
        """The table, or the unit, to a file."""
        from aetui.screens.export import ExportDialog

        run = self.run_state
        if run is not None:
            gather = partial(unit_reading.gathered, self._taken(), run, self.workbench.data_dir)
            self.app.push_screen(ExportDialog(gather, Path.cwd(), self._overrides), self._written)

    def _written(self, told: str | None) -> None:
        if told:
            self.notify(told, markup=False)

    def _taken(self) -> Any:
        from aetui.taking import of_units

        assert self._known is not None
        assert self.answer is not None
        units = found(self._known, self.text, self._order, reverse=self._reversed)
        one = self.one.steering
        return [of_units.table(self.answer, self._known, units), *([of_units.unit(one)] if one else [])]


def open_units(app: Workbench, run_id: str, unit: int = 0, layer: LayerName | None = "code") -> None:
    """Put the screen above the others."""
    app.push_screen(UnitsScreen(run_id, app.key_overrides, unit, layer))
