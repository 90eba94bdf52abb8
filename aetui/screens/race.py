"""The screen of a race: up to six runs on one chart, under one time cursor, live while any process trains them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static
from textual.worker import get_current_worker

from aetui import keymap
from aetui.bridge import Throttle
from aetui.racing import curves, figures, panes, taking
from aetui.racing.board import Board, shortened
from aetui.racing.chart import RaceChart
from aetui.racing.panes import Sheet, Shots
from aetui.racing.pictures import Lane, lanes
from aetui.racing.race import Race
from aetui.racing.reading import RaceRead, Reader, ShotsRead
from aetui.racing.sheet import broken
from aetui.render import numbers
from aetui.screens.modal import Modal
from aetui.terminal.budget import CURVES, PICTURES
from aetui.widgets.key_bar import KeyBar
from engine.errors import counted

if TYPE_CHECKING:
    from aetui.racing.cars import Car
    from aetui.screens.host import Workbench
    from aetui.taking.taken import Taken

LOOK_SECONDS = 0.5
CURVE_SECONDS, PICTURE_SECONDS, KEY_SECONDS = 0.5, 2.0, 0.15
"""How often what is followed is drawn, and pictures after keys: several keys in a row are one wish."""
TALL, BROAD, LARGE = 34, 160, 50
"""Lines from which the chart has a pane below it, columns and lines from which all panes have room."""
MOST_NOTES = 3
"""Lines of what is to be known; the command line prints all of it."""
PANES = ("curves", "shots", "settings", "metrics")


class RaceScreen(Modal[None]):
    """Over the whole screen; escape leads back."""

    scope: ClassVar[keymap.Scope] = "race"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("race")]

    DEFAULT_CSS = """
    RaceScreen { background: $background; overflow: hidden; }
    RaceScreen > #head { height: 1; padding: 0 1; }
    RaceScreen > #notes { height: auto; max-height: 3; padding: 0 1; color: $text-muted; }
    RaceScreen > #panes { height: 1fr; layout: vertical; }
    RaceScreen.-large > #panes { layout: grid; grid-size: 2 2; grid-columns: 1fr 1fr; grid-rows: 3fr 2fr; }
    RaceScreen #panes > * { height: 1fr; display: none; padding: 0 1; }
    """

    def __init__(self, places: Mapping[str, int], overrides: Mapping[str, str]) -> None:
        """`places`: of each run by its id, from 0 on. `overrides` are the user's keys."""
        super().__init__()
        self.race = Race()
        """What is shown."""
        self.shots: tuple[Lane, ...] = ()
        """The pictures that are shown."""
        self._places, self._overrides = places, overrides
        self._reader: Reader | None = None
        self._reading = False
        self._pane = ""
        self._told = (Content(""), Content(""))
        self._possible: tuple[object, ...] = ()
        self._curves_due = Throttle(self, CURVE_SECONDS, self._show, CURVES)
        self._shots_due = Throttle(self, PICTURE_SECONDS, self._ask_shots, PICTURES)
        self._shots_soon = Throttle(self, KEY_SECONDS, self._ask_shots)

    @property
    def workbench(self) -> Workbench:
        """The app, as far as screens know it."""
        return cast("Workbench", self.app)

    def compose(self) -> ComposeResult:
        """What it is and what is to be known of it, the panes, the runs, the keys."""
        yield Static(Content.styled("the runs are read …", "$text-muted"), id="head")
        yield Static(id="notes")
        with Container(id="panes"):
            yield RaceChart("reading …", id="race-curves")
            yield Shots(id="race-shots")
            yield Sheet(id="race-settings")
            yield Sheet(id="race-metrics")
        yield Board()
        yield KeyBar()

    def on_mount(self) -> None:
        """Read, and look for news again and again."""
        self._reader = Reader(self.workbench.store, self._places)
        self._arrange()
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    def on_resize(self) -> None:
        """Which panes have room depends on the size."""
        if self.is_mounted:
            self._arrange()
            self._show_words()

    # Reading.

    def _look(self) -> None:
        if self._reader is not None and not self._reading and self in self.app.screen_stack:
            self._reading = True
            self._read(self._reader)

    @work(thread=True, group="race", exit_on_error=False, description="reads a race")
    def _read(self, reader: Reader) -> None:
        worker = get_current_worker()
        try:
            reader.read(self.post_message, lambda: not worker.is_cancelled)
        finally:
            self._reading = False

    def on_race_read(self, message: RaceRead) -> None:
        """There is something new."""
        if not self.query(RaceChart):  # the screen is being removed
            return
        self.race = replace(self.race, cars=message.cars, probes=message.probes, spreads=message.spreads)
        self.query_one(RaceChart).placeholder = "The curves appear after the first epoch"
        self._curves_due.request()
        self._shots_due.request()
        self._refresh_keys()

    def _ask_shots(self) -> None:
        if self._reader is not None and any(shots.display for shots in self.query(Shots)):
            self._read_shots(self._reader, list(self.race.cars), self.race.epochs)

    # Without a description one is made of all that the arguments hold: every epoch of every run.
    @work(thread=True, exclusive=True, group="shots", exit_on_error=False, description="reads pictures of a race")
    def _read_shots(self, reader: Reader, cars: list[Car], epochs: Mapping[int, int]) -> None:
        worker = get_current_worker()
        found = reader.shots(cars, epochs, lambda: not worker.is_cancelled)
        if found is not None:
            self.post_message(found)

    def on_shots_read(self, message: ShotsRead) -> None:
        """The pictures are there."""
        self.shots = tuple(lanes(message.shots))
        for shots in self.query(Shots):
            shots.show(self.shots, message.epochs, live=self.race.cursor is None)

    # Drawing.

    def _arrange(self) -> None:
        width, height = self.app.size
        large, tall = width >= BROAD and height >= LARGE, height >= TALL
        self.set_class(large and not self._pane, "-large")
        if large:
            shown = {self._pane} if self._pane else set(PANES)
        elif tall:
            shown = {"curves"} if self._pane == "curves" else {"curves", self._pane or "shots"}
        else:
            shown = {self._pane or "curves"}
        before = self.query_one(Shots).display
        for name in PANES:
            self.query_one(f"#race-{name}").display = name in shown
        if not before and "shots" in shown:
            self.call_after_refresh(self._ask_shots)

    def _show(self) -> None:
        if not self.query(RaceChart):
            return
        race = self.race
        chart = self.query_one(RaceChart)
        chart.show_data(race.data(), race.cursor)
        self._show_words()

    def _show_words(self) -> None:
        race = self.race
        self._show_cursor()
        notes = Content("\n".join(self._notes()))
        head, before = self._told
        if notes != before:
            self._told = head, notes
            same = len(notes.plain.splitlines()) == len(before.plain.splitlines())
            self.query_one("#notes", Static).update(notes, layout=not same)
            self.query_one("#notes").display = bool(notes.plain)
        width = max(20, (self.app.size.width // 2 if self.has_class("-large") else self.app.size.width) - 3)
        if self.query_one("#race-settings").display:
            self.query_one("#race-settings", Sheet).put(panes.settings(race.cars, width))
        if self.query_one("#race-metrics").display:
            self.query_one("#race-metrics", Sheet).put(panes.metrics(race.cars, self._lines(), width))

    def _show_cursor(self) -> None:
        """All that follows the cursor but the pictures."""
        self.query_one(Board).show(self.race.entrants())
        head = self._head()
        if head != self._told[0]:
            self._told = head, self._told[1]
            self.query_one("#head", Static).update(head, layout=False)  # it is one line

    def _lines(self) -> list[figures.Line]:
        return figures.lines(self.race.cars, self.race.spreads)

    def _head(self) -> Content:
        race, chart = self.race, self.query_one(RaceChart)
        live = sum(car.run.going for car in race.cars)
        settings = chart.settings
        if race.cursor is None:
            at = "live" if live else "at the end"
        elif race.unit == "seconds":
            at = numbers.duration(race.cursor)
        else:
            at = f"{race.unit.removesuffix('s')} {numbers.count(round(race.cursor))}"
        modes = [
            *(["zoom"] if settings.window else []),
            *(["smooth"] if settings.smooth else []),
            *(["log"] if chart.logarithmic else []),
        ]
        rest = [counted(len(race.cars), "run") + (f", {live} live" if live else ""), at, *modes]
        label = race.measure.label
        return Content.assemble((label, "bold $accent"), " · ", " · ".join(rest)).truncate(
            max(1, self.app.size.width - 2), ellipsis=True
        )

    def _notes(self) -> list[str]:
        width = max(20, self.app.size.width - 2)
        lines = broken(" · ".join(self.race.remarks()), width) if self.race.cars else []
        if len(lines) > MOST_NOTES:
            lines = [*lines[: MOST_NOTES - 1], shortened(f"{lines[MOST_NOTES - 1]} {lines[MOST_NOTES]}", width)]
        return lines if lines != [""] else []

    def _go(self, cursor: float | None) -> None:
        self.race = replace(self.race, cursor=cursor)
        self.query_one(RaceChart).cursor = cursor
        self._show_cursor()
        self._shots_soon.request()
        self._refresh_keys()

    # The keys.

    def _refresh_keys(self) -> None:
        """The bar is sent anew whenever it is told; so only where other keys do something."""
        now = tuple(self.check_action(name, ()) for name in ("live", "measure", "open", "cursor"))
        if now != self._possible:
            self._possible = now
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What there is decides."""
        if not self.is_mounted or action in ("dismiss", "pane", "move"):
            return True
        begun = any(car.run.epochs for car in self.race.cars)
        match action:
            case "live":
                return self.race.cursor is not None
            case "measure":
                return len(self.race.offered) > 1
            case "open":
                return bool(self.race.cars)
        return begun

    def action_cursor(self, by: int) -> None:
        """The cursor `by` ends of epochs later, whichever run's; earlier if negative."""
        self._go(curves.stepped(self.race.cars, self.race.unit, self.race.cursor, by))

    def action_first(self) -> None:
        """To the end of the first epoch."""
        axes = [axis for car in self.race.cars if len(axis := curves.ends(car, self.race.unit))]
        self._go(min((float(axis[0]) for axis in axes), default=None))

    def action_live(self) -> None:
        """To the newest epochs, and follow the runs from there."""
        self._go(None)

    @on(RaceChart.Chosen)
    def _chosen(self, message: RaceChart.Chosen) -> None:
        self._go(None if message.position >= self.query_one(RaceChart).data.newest else message.position)

    def action_measure(self, by: int) -> None:
        """Compare by the measure `by` places on."""
        self.race = replace(self.race, chosen=self.race.next_measure(by))
        self._show()

    def action_unit(self) -> None:
        """Along the bottom epochs, then steps, then seconds of training."""
        unit = self.query_one(RaceChart).next_unit()
        self.query_one(RaceChart).action_time_fit()
        cursor = curves.moved(self.race.cars, self.race.unit, unit, self.race.cursor)
        self.race = replace(self.race, unit=unit, cursor=cursor)
        self._show()

    def action_pane(self, by: int) -> None:
        """Other panes: the curves, pictures, settings, metrics, each with all the room that it can have."""
        self._pane = self._panes[(self._panes.index(self._pane) + by) % len(self._panes)]
        self._arrange()
        self._show()

    @property
    def _panes(self) -> list[str]:
        """What tab goes through: the usual one, and those that are not the same."""
        width, height = self.app.size
        usual = "" if width >= BROAD and height >= LARGE else "shots" if height >= TALL else "curves"
        return ["", *(name for name in PANES if name != usual or self._pane == name)]

    def action_log_scale(self) -> None:
        """The scale as its range asks for it, then logarithmic, then linear."""
        kinds = {None: True, True: False, False: None}
        chart = self.query_one(RaceChart)
        chart.log_scale = kinds[chart.log_scale]
        self._show_cursor()

    def action_smooth(self) -> None:
        """Curves as moving averages, then as they are."""
        self.query_one(RaceChart).next_smoothing()
        self._show_cursor()

    def action_time_zoom(self, way: int) -> None:
        """Half of the time round the cursor, or twice as much."""
        self.query_one(RaceChart).action_time_zoom(way)
        self._show_cursor()

    def action_time_pan(self, way: int) -> None:
        """What comes before, or after."""
        self.query_one(RaceChart).action_time_pan(way)

    def action_time_fit(self) -> None:
        """All of the race."""
        self.query_one(RaceChart).action_time_fit()
        self._show_cursor()

    def action_move(self, by: int) -> None:
        """The run `by` rows below is meant."""
        self.query_one(Board).move(by)

    @on(Board.Chosen)
    def action_open(self) -> None:
        """Show the run that is meant in the workbench."""
        cars, at = self.race.cars, self.query_one(Board).cursor
        if at < len(cars):
            self.dismiss()
            self.workbench.open_run(cars[at].run_id)

    def action_page(self, by: int) -> None:
        """The next items, and the rest of a table; back if negative."""
        self.query_one(Shots).turn(by)
        for sheet in self.query(Sheet):
            sheet.scroll_page_down(animate=False) if by > 0 else sheet.scroll_page_up(animate=False)

    # Taking away.

    def _taken(self) -> Callable[[], list[Taken]]:
        """What gathers what the pane shows first, then all the rest; in whichever thread, as it stands now."""
        race, chart, shots, pane = self.race, self.query_one(RaceChart), self.shots, self._pane or "curves"
        log = chart.logarithmic
        race.data()  # makes the columns, which is for this thread alone

        return partial(taking.everything, race, shots, pane, log=log)

    @work(exclusive=True, group="taking")
    async def action_copy(self) -> None:
        """Put what the pane shows on the clipboard; pictures have no text."""
        from aetui.taking import clipboard, formats

        gathered = await asyncio.to_thread(self._taken())
        taken = gathered[0]
        text = await asyncio.to_thread(formats.text, taken)
        export = keymap.first_key(keymap.BY_ID["race_export"], self._overrides)
        if text:
            told = await clipboard.copy(self.app, text)
            self.notify(
                f"{taken.named}: {told}" + f"; {export} writes a file" * told.startswith("not copied"), markup=False
            )
        else:
            self.notify(f"nothing to copy: {taken.missing or f'{export} writes it to a file'}", markup=False)

    def action_export(self) -> None:
        """Ask for a file."""
        from aetui.screens.export import ExportDialog

        try:
            folder = Path.cwd()
        except OSError:  # it was removed
            folder = Path.home()
        gather = partial(taking.gathered, self._taken(), self.race.cars)
        self.app.push_screen(ExportDialog(gather, folder, self._overrides), self._exported)

    def _exported(self, told: str | None) -> None:
        if told:
            self.notify(told, markup=False)
