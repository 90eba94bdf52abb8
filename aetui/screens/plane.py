"""Codes by the million on a map over the whole screen: what the cells have, and which items a rectangle has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aetui import keymap
from aetui.bringing.task import Task
from aetui.render.plane.density import Density
from aetui.render.text import plain
from aetui.screens.modal import Modal
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.plane_legend import PlaneLegend
from aetui.widgets.plane_map import PlaneMap
from engine.errors import EngineError
from engine.runs.control import Stopped

if TYPE_CHECKING:
    from aetui.mapping.opened import Opened
    from aetui.render.plane.window import Window
    from aetui.screens.export import Gathered
    from aetui.screens.host import Workbench
    from engine.datasets.data import Report

LOOK_SECONDS = 0.2
MOST_COPIED = 10_000
"""Items that go to the clipboard."""

Open = Callable[["Report"], "Opened"]
"""Reads and counts; called in a thread of its own."""


class MapScreen(Modal[None]):
    """Counting goes on beside the screen's thread, with progress, until it is done or left."""

    scope: ClassVar[keymap.Scope] = "map"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("map")]

    DEFAULT_CSS = """
    MapScreen { background: $background; overflow: hidden; }
    MapScreen > #reading { height: 1fr; content-align: center middle; text-align: center; color: $text-muted; }
    MapScreen > #told { height: 1; color: $text-muted; }
    MapScreen > PlaneMap { display: none; }
    MapScreen > PlaneLegend { height: 1; }
    """

    class Came(Message):
        """The map, or why there is none."""

        def __init__(self, opened: Opened | None, error: BaseException | None) -> None:
            super().__init__()
            self.opened = opened
            self.error = error

    def __init__(self, open_it: Open, what: str) -> None:
        """`what` is read and counted by `open_it`."""
        super().__init__()
        self._what = plain(what)
        self._opened: Opened | None = None
        self._marked = ""
        self._work: Task[Opened] = Task(
            open_it, lambda opened, error: self.post_message(self.Came(opened, error)), f"reading {self._what}"
        )

    def compose(self) -> ComposeResult:
        """The map with its legend, or how far it is; what the crosshair stands on; the keys."""
        yield Static(id="reading")
        yield PlaneMap()
        yield PlaneLegend()
        yield Static(id="told")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin, and tell how far it is."""
        self._work.start()
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    def on_unmount(self) -> None:
        """Nobody waits for it any more."""
        self._work.stop()

    @property
    def map(self) -> PlaneMap:
        """What is drawn."""
        return self.query_one(PlaneMap)

    def _look(self) -> None:
        if self._opened is None and self.is_mounted:
            self.query_one("#reading", Static).update(Content(self._work.wait.lines))

    def on_map_screen_came(self, message: Came) -> None:
        """Show it."""
        if message.opened is None:
            error = message.error
            if not isinstance(error, Stopped):
                cast("Workbench", self.app).notice(
                    error.title if isinstance(error, EngineError) else "No map",
                    error.message if isinstance(error, EngineError) else f"{type(error).__name__}: {error}",
                )
            self.dismiss()
            return
        self._opened = opened = message.opened
        self.query_one("#reading").display = False
        self.map.display = True
        self.map.show(Density(opened.pyramid), titles=opened.titles)
        self.refresh_bindings()
        if opened.remark:
            self.notify(opened.remark, markup=False)

    # What is told.

    @on(PlaneMap.Changed)
    @on(PlaneMap.Moved)
    def _tell(self) -> None:
        opened, shown = self._opened, self.map
        source = shown.source
        if opened is None or not isinstance(source, Density):
            return
        self.query_one(PlaneLegend).explain(shown.legend)
        parts = [f"{shown.shown:,} in sight"]
        if shown.magnified > 1.05:
            parts.append(f"{shown.magnified:,.3g} times enlarged")
        if shown.crosshair is not None and shown.cells is not None:
            from aetui.mapping.opened import told_of_cell

            x, y = shown.crosshair
            parts = [f"({x:.4g}, {y:.4g})", told_of_cell(opened.pyramid, shown.cells, shown.crosshair), *parts]
        if self._marked:
            parts.insert(0, self._marked)
        self.query_one("#told", Static).update(Content(plain(" · ".join(filter(None, parts)), self.size.width)))

    @on(PlaneMap.Marked)
    def _count(self, message: PlaneMap.Marked) -> None:
        if self._opened is None:
            return
        count = self._opened.pyramid.count_within((message.x0, message.y0), (message.x1, message.y1))
        self._marked = f"{count:,} marked"
        self._tell()
        self.refresh_bindings()

    # The keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing but leaving while there is no map; what needs a rectangle where there is one."""
        if action in ("leave", "dismiss") or not self.is_mounted:
            return True
        if self._opened is None:
            return False
        if action in ("into", "export", "copy"):
            return self.map.rectangle is not None
        if action == "colour":
            return len(self._opened.pyramid.names) > 1
        return True

    def action_move(self, right: int, up: int) -> None:
        """Move the crosshair by cells."""
        self.map.move(right, up)

    def action_pan(self, right: int, up: int) -> None:
        """Move the window by a quarter of it."""
        cells = self.map.cells
        if cells is not None:
            rows, columns = cells.shape
            self.map.pan(right * max(1, columns // 4), up * max(1, rows // 4))

    def action_zoom(self, by: int) -> None:
        """Nearer, or farther."""
        self.map.zoom(by)

    def action_whole(self) -> None:
        """All of it."""
        self.map.whole()

    def action_corner(self) -> None:
        """Begin a rectangle, or end it."""
        self._marked = ""
        self.map.corner()
        self._tell()

    def action_into(self) -> None:
        """Show what the rectangle has in all the room."""
        if self.map.rectangle is not None:
            self.map.window = self.map.rectangle

    def action_colour(self) -> None:
        """By class, or by count."""
        shown = self.map.source
        if isinstance(shown, Density) and self._opened is not None:
            self.map.show(Density(self._opened.pyramid, classes=not shown.classes), titles=self._opened.titles)

    def action_leave(self) -> None:
        """Drop the rectangle; where there is none, leave the map, and stop what is not done."""
        self._marked = ""
        if self._opened is not None and self.map.unmark():
            self._tell()
            self.refresh_bindings()
        else:
            self._work.stop()
            self.dismiss()

    def action_export(self) -> None:
        """Ask for a file for the items in the rectangle."""
        from aetui.screens.export import ExportDialog

        opened, rectangle = self._opened, self.map.rectangle
        if opened is not None and rectangle is not None:
            overrides = cast("Workbench", self.app).key_overrides
            dialog = ExportDialog(partial(_gathered, opened, rectangle), _folder(), overrides)
            self.app.push_screen(dialog, self._exported)

    def _exported(self, told: str | None) -> None:
        if told:
            self.notify(told, markup=False)

    @work(exclusive=True, group="taking")
    async def action_copy(self) -> None:
        """Put the items in the rectangle on the clipboard, as a table."""
        from aetui.mapping.opened import taken
        from aetui.taking import clipboard, formats

        opened, rectangle = self._opened, self.map.rectangle
        if opened is None or rectangle is None:
            return
        count = opened.pyramid.count_within((rectangle.x0, rectangle.y0), (rectangle.x1, rectangle.y1))
        if not 0 < count <= MOST_COPIED:
            export = keymap.first_key(keymap.BY_ID["export_marked"], cast("Workbench", self.app).key_overrides)
            least = f"more than {MOST_COPIED:,}: {export} writes them to a file" if count else "there are none"
            self.notify(f"not copied: {least}", markup=False)
            return
        text = await asyncio.to_thread(lambda: formats.text(taken(opened, rectangle)))
        self.notify(f"{count:,} items: {await clipboard.copy(self.app, text)}", markup=False)


def _gathered(opened: Opened, rectangle: Window) -> Gathered:
    from aetui.mapping.opened import taken
    from aetui.taking.taken import About

    title = opened.codes.title
    settings = {"axes": list(opened.axes), "rectangle": list(rectangle)}
    return [taken(opened, rectangle)], About(title, Path(title).stem, "", "", title, settings, "")


def _folder() -> Path:
    """Where files go unless a path says otherwise."""
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return Path.home()
