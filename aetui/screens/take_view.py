"""A run whose chart and panels can be taken away: to the clipboard, to a file, as the command that repeats it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from textual import work

from aetui import keymap
from aetui.panels.table import Panel, View
from aetui.screens.picture_view import PictureView
from aetui.state.run_state import Curve, RunState

if TYPE_CHECKING:
    from aetui.screens.export import Gathered
    from aetui.taking.taken import Taken

NO_RUN = "there is no run to take anything from yet"


class _Shown(NamedTuple):
    """What is on the screen at one moment."""

    run: RunState
    view: View
    chart: bool
    """Whether the chart is meant: it has the focus. Else it is the open panel."""
    panel: Panel | None
    samples: PictureView.SamplesRead | None
    offered: tuple[Curve, ...]
    """All curves; asked for on the screen's thread, which keeps what it finds."""
    curves: frozenset[str]
    log: bool
    cursor: int | None


class TakeView(PictureView):
    """Everything but the reading of keys happens beside the screen's thread."""

    def action_copy(self) -> None:
        """Put what the chart or the open panel shows on the clipboard."""
        shown = self._shown_now()
        if shown is not None:
            self._copy(shown)

    def action_export(self) -> None:
        """Ask for a file to write chart or panel to."""
        shown = self._shown_now()
        if shown is not None:
            from aetui.screens.export import ExportDialog

            gather = partial(self._all_taken, shown)
            self.app.push_screen(ExportDialog(gather, _folder(), self.workbench.key_overrides), self._exported)

    def action_copy_command(self) -> None:
        """Put the command that repeats the run on the clipboard."""
        shown = self._shown_now()
        if shown is not None:
            self._copy_command(shown.run)

    def action_film(self) -> None:
        """Ask for a file to make a film of the run in."""
        self._ask_for_film(_folder(), "")

    def make_film(self, path: Path) -> None:
        """Make one there."""
        self._ask_for_film(path.parent, path.name)

    def _ask_for_film(self, folder: Path, name: str) -> None:
        run = self.run_shown
        if run is None:
            self.say(NO_RUN)
            return
        from aetui.screens.film import FilmDialog

        self.app.push_screen(FilmDialog(run, folder, self.workbench.key_overrides, name), self._exported)

    @work(exclusive=True, group="taking")
    async def _copy(self, shown: _Shown) -> None:
        from aetui.taking import clipboard, formats

        taken = await asyncio.to_thread(self._chart_taken if shown.chart else self._panel_taken, shown)
        text = await asyncio.to_thread(formats.text, taken)
        export = keymap.first_key(keymap.BY_ID["export"], self.workbench.key_overrides)
        if text:
            told = await clipboard.copy(self.app, text)
            self.say(f"{taken.named}: {told}" + f"; {export} writes a file" * told.startswith("not copied"))
        elif taken.empty:
            self.say(f"nothing to copy: {taken.missing}")
        else:
            self.say(f"{taken.title} has no text to copy; {export} writes it to a file")

    @work(exclusive=True, group="taking")
    async def _copy_command(self, run: RunState) -> None:
        from aetui.taking import clipboard
        from aetui.taking.command import repeat

        again = await asyncio.to_thread(repeat, run, self.workbench.data_dir)
        if not again.commands:
            self.workbench.notice("No command", again.remark)
            return
        told = await clipboard.copy(self.app, again.line)
        self.say(f"the command: {told}")
        if again.remark:  # too long for the bar
            self.notify(again.remark, markup=False)

    def _exported(self, told: str | None) -> None:
        if told:
            self.say(told)

    # What there is.

    def _shown_now(self) -> _Shown | None:
        """Without a run it is said that there is none."""
        run, chart = self.run_shown, self._chart
        if run is None:
            self.say(NO_RUN)
            return None
        return _Shown(
            run,
            View(run, self.epoch, None, "", self.workbench.state.engine, self._data),
            chart=chart is not None and self.focused is chart and chart.is_on_screen,
            panel=cast("Panel | None", self._tabs.panel),
            samples=self._samples,
            offered=run.curves,
            curves=frozenset(self._curves),
            log=chart is not None and chart.logarithmic,
            cursor=self.cursor,
        )

    def _chart_taken(self, shown: _Shown) -> Taken:
        from aetui.taking.of_chart import loss

        return loss(shown.run, shown.offered, shown.curves, log=shown.log, cursor=shown.cursor)

    def _panel_taken(self, shown: _Shown) -> Taken:
        """Of the epoch under the cursor, also where its pictures are still on their way to the screen."""
        from aetui.taking.taken import Taken

        if shown.panel is None:
            return Taken("panel", "Panel", missing="the panel is not there yet")
        run, view, read = shown.run, shown.view, shown.samples
        ended = run.epoch(view.epoch)
        if ended is None or not ended.samples:
            read = None
        elif read is None or read.of != (run.run_id, view.epoch):
            read = self.samples_of(run.run_id, view.epoch)
        if read is not None:
            view = view._replace(samples=read.samples, missing=read.failure, nearest=read.nearest)
        return shown.panel.taken(view)

    def _all_taken(self, shown: _Shown) -> Gathered:
        from aetui.taking.command import repeat
        from aetui.taking.taken import About

        run = shown.run
        command = repeat(run, self.workbench.data_dir).line
        about = About(run.run_id, run.name, run.variant, run.preset, run.dataset, run.config, command)
        both = [self._panel_taken(shown), self._chart_taken(shown)]
        return both[::-1] if shown.chart else both, about


def _folder() -> Path:
    """Where files go unless a path says otherwise."""
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return Path.home()
