"""A film of a run: where to, how far it is, and how to stop it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from aetui import keymap
from aetui.filming.film import Filmed, film
from aetui.filming.wish import Wish
from aetui.render import numbers
from aetui.render.text import plain
from aetui.screens.export import PathField
from aetui.screens.modal import Modal
from aetui.taking import files
from aetui.taking.taken import About, Taken
from engine.errors import EngineError, counted
from engine.runs.control import Stopped

if TYPE_CHECKING:
    from aetui.screens.host import Workbench
    from aetui.state.run_state import RunState

TELL_SECONDS = 0.1
"""Between two looks at how far it is."""
QUIET_SECONDS = 0.3
"""Without a word about it."""
BAR = 30
"""Cells."""
FORM = "gif"
"""What is made where the path does not say it."""


def meant(typed: str, folder: Path, name: str) -> Path:
    """Where a film goes for which this was typed: relative paths begin at `folder`, and in a folder it is called
    `name`, with a number where that is taken.

    Raises:
        OSError, ValueError: it cannot be a path.
    """
    if not typed:
        raise ValueError("expected a path, got nothing")
    try:
        path = folder / Path(typed).expanduser()
    except RuntimeError:
        raise ValueError(f"there is no user {typed.split('/')[0][1:]!r} whose folder that could be") from None
    if typed.endswith("/") or path.is_dir():
        return files.free(path / name, FORM)
    return path if path.suffix else path.with_name(f"{path.name}.{FORM}")


class _Working:
    """A film that is made in another thread: how far it is, and whether it goes on."""

    def __init__(self) -> None:
        self.began = monotonic()
        self.stopped = False
        self.told = ("", 0, 0)

    def __call__(self, activity: str, done: int, total: int, unit: object = "items", /) -> None:
        del unit
        if self.stopped:
            raise Stopped
        self.told = activity, done, total

    @property
    def line(self) -> str:
        """For people."""
        activity, done, total = self.told
        if not total:
            return activity
        filled = BAR * done // total
        return f"{'━' * filled}{'─' * (BAR - filled)} {activity}, {done:,} of {total:,}"


class FilmDialog(Modal[str]):
    """Works beside the screen's thread, and closes with what became of it. The run goes on meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("exporting"), keymap.closing("film")]

    def __init__(self, run: RunState, folder: Path, overrides: Mapping[str, str], name: str = "") -> None:
        """Relative paths begin at `folder`. With a `name` the film is made at once."""
        super().__init__()
        self._run, self._folder, self._given = run, folder, name
        self._keys = [keymap.first_key(keymap.BY_ID[name], overrides) for name in ("write", "no_file")]
        self._path = PathField()
        self._working: _Working | None = None
        self._replaceable: Path | None = None
        """What the user was told is there already."""

    def compose(self) -> ComposeResult:
        """The path with its folder above, how far it is, and what is wrong."""
        with Vertical(classes="dialog -form") as box:
            box.border_title = "Make a film"
            box.border_subtitle = Content("{} begins · {} stops, or closes".format(*self._keys))
            told = f"{self._run.name or self._run.run_id}, {counted(self._run.last_epoch, 'epoch')} so far"
            yield Static(Content(plain(told)))
            said = f".gif for browsers, .cast for `asciinema play`; in {plain(str(self._folder))}"
            yield Static(Content.styled(said, "$text-muted"), id="folder")
            yield self._path
            yield Static(id="progress")
            yield Static(id="complaint")

    def on_mount(self) -> None:
        """Suggest a name that is free, or begin."""
        self.query_one("#progress").display = False
        self._complain("")
        self._path.value = self._given or files.free(self._folder / self._file_name, FORM).name
        self._path.cursor_position = len(self._path.value)
        self.set_focus(self._path)
        self.set_interval(TELL_SECONDS, self._tell)
        if self._given:
            self.call_after_refresh(self.action_write)

    def on_unmount(self) -> None:
        """A film that nobody waits for is not made."""
        if self._working is not None:
            self._working.stopped = True

    @property
    def _file_name(self) -> str:
        run = self._run
        about = About(run.run_id, run.name, run.variant, run.preset, run.dataset, run.config, "")
        return files.file_name(Taken("film", "Film"), FORM, about)

    def _complain(self, text: str) -> None:
        complaint = self.query_one("#complaint", Static)
        complaint.update(Content(f"✕ {plain(text)}" if text else ""))
        complaint.display = bool(text)

    def _tell(self) -> None:
        working = self._working
        line = self.query_one("#progress", Static)
        late = working is not None and monotonic() - working.began >= QUIET_SECONDS
        line.display = late
        if working is not None and late:
            line.update(Content("stopping" if working.stopped else working.line))

    @on(Input.Changed)
    def _typed(self) -> None:
        self._replaceable = None
        self._complain("")

    def action_other_part(self) -> None:
        """There is only the path."""

    async def action_dismiss(self, result: str | None = None) -> None:
        """Stop the film that is being made; without one close."""
        if self._working is not None:
            self._working.stopped = True
        else:
            await super().action_dismiss(result)

    @on(Input.Submitted)
    def action_write(self) -> None:
        """Make the film; what is there already is replaced only if the user says so once more."""
        if self._working is not None:
            return
        try:
            path = meant(self._path.value.strip(), self._folder, self._file_name)
        except (OSError, ValueError) as error:
            self._complain(str(error))
            return
        if os.path.lexists(path) and path != self._replaceable:
            self._replaceable = path
            self._complain(f"{path.name} is there already; {self._keys[0]} once more replaces it, if it is a film")
            return
        self._complain("")
        self._working = _Working()
        self._make(path, self._working, force=path == self._replaceable)

    @work(exclusive=True, group="filming")
    async def _make(self, path: Path, working: _Working, *, force: bool) -> None:
        try:
            made = await asyncio.to_thread(self._made, path, working, force)
        except Stopped:
            self._over("stopped; nothing was written")
            return
        except EngineError as error:
            self._over(error.message)
            return
        except Exception as error:  # whatever it is, the dialog can be closed
            self._over(f"{type(error).__name__}: {error}")
            raise
        told = f"wrote {path.name}: {counted(made.frames, 'frame')}, {made.seconds:.3g} s, {numbers.size(made.bytes)}"
        self._working = None
        if self.is_current:
            self.dismiss(told)
        else:  # something lies above it
            self.app.notify(told, markup=False)

    def _over(self, told: str) -> None:
        self._working = None
        if self.is_mounted:
            self._complain(told)

    def _made(self, path: Path, working: _Working, force: bool) -> Filmed:
        record = cast("Workbench", self.app).store.find(self._run.run_id)
        return film(record, path, Wish(), working, force=force)
