"""Data of the user's own are added: a form, a first look at what lies there, and the reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aetui import keymap
from aetui.bringing import typed_paths
from aetui.bringing.looks import Given, Look, Looker, Wish, told
from aetui.bringing.task import Task
from aetui.render.text import plain_lines
from aetui.screens.modal import Modal
from aetui.widgets.file_preview import FilePreview
from aetui.widgets.param_form import Note
from aetui.widgets.set_form import COPY, GUESSED, KIND, NAME, PATH, SetForm
from engine.datasets.own import adding, records
from engine.errors import EngineError, SettingError, UsageError
from engine.runs.control import Stopped

if TYPE_CHECKING:
    from textual.timer import Timer

    from engine.datasets.data import Report
    from engine.datasets.own.adding import Added

TICK_SECONDS = 0.1
EMPTY = "What lies at the path is looked at while it is typed."
LOOKING = "looking …"
STOPPED = "stopped; nothing was added"


class AddDialog(Modal[str]):
    """Closes with the name of what was added. Nothing is read in the screen's thread."""

    BINDINGS = keymap.bindings("adding")

    DEFAULT_CSS = """
    AddDialog #parts { height: 1fr; }
    AddDialog SetForm { width: 1fr; height: 1fr; }
    AddDialog FilePreview { padding-left: 2; }
    AddDialog.-narrow #parts, AddDialog.-tiny #parts { layout: vertical; }
    AddDialog.-narrow FilePreview, AddDialog.-tiny FilePreview {
        height: 40%; padding-left: 0; border-top: solid $border-blurred;
    }
    AddDialog #complaint, AddDialog #wait { display: none; height: auto; max-height: 6; }
    AddDialog #complaint { color: $error; }
    """

    class Looked(Message):
        """A look at the path is over."""

        def __init__(self, look: Look) -> None:
            super().__init__()
            self.look = look

    class Ended(Message):
        """The reading is over: what was added, or why nothing was."""

        def __init__(self, added: Added | None, error: BaseException | None) -> None:
            super().__init__()
            self.added = added
            self.error = error

    def __init__(self, data_dir: Path | None, overrides: Mapping[str, str], given: Given) -> None:
        """`overrides` are the user's keys."""
        super().__init__()
        self._data_dir = data_dir
        self._given = given
        self._keys = [
            keymap.first_key(keymap.BY_ID[name], overrides)
            for name in ("accept", "add_it", "complete_path", "leave_adding")
        ]
        self._form = SetForm(self._wish, self.action_add)
        self._looker = Looker(lambda look: self.post_message(self.Looked(look)))
        self._wished: Wish | None = None
        self._look: Look | None = None
        self._suggested = ""
        self._work: Task[Added] | None = None
        self._ticking: Timer | None = None
        self._wait_shown = ""
        self._added = ""

    def compose(self) -> ComposeResult:
        """Form and first look side by side, one above the other where it is narrow; below what is done, or is wrong."""
        with Vertical(classes="dialog") as box:
            box.border_title = "Add data of your own"
            accept, add, complete, leave = self._keys
            box.border_subtitle = Content(
                f"{accept} accepts, then adds · {add} adds · {complete} completes a path · {leave} closes"
            )
            with Horizontal(id="parts"):
                yield self._form
                yield FilePreview()
            yield Static(id="wait")
            yield Static(id="complaint")

    def on_mount(self) -> None:
        """Begin with what is given."""
        name, path, kind, at_once = self._given
        self._form.fill({NAME: name, PATH: path, KIND: kind or GUESSED})
        self.set_focus(self._form)
        self._wish()
        if at_once:
            self.action_add()

    def on_unmount(self) -> None:
        """What is still read for nobody stops."""
        self._looker.wish(None)
        if self._work is not None:
            self._work.stop()

    # The look.

    def _wish(self) -> None:
        """Have what the form says looked at, if that is something else than before."""
        if not self.is_mounted:
            return
        form = self._form
        path = str(form.current(PATH)).strip()
        wish = Wish(path, form.kind, tuple(sorted(form.options.items())))
        if wish == self._wished:
            return
        before, self._wished = self._wished, wish
        self._looker.wish(wish if path else None)
        if not path or before is None or path != before.path:
            self.query_one(FilePreview).show(None, LOOKING if path else EMPTY)

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        look, form = message.look, self._form
        if look.wish != self._wished:  # another one is under way
            return
        self._look = look
        because = f"{look.reader}, because it is {look.because}" if look.because else ""
        form.read_as(look.reader, {(KIND, GUESSED): Note(look.reader, because)} if because else {})
        self._suggest(look)
        style = "$text-muted" if look.path is None else "$error"
        self.query_one(FilePreview).show(look.preview, look.wrong, style)

    def _suggest(self, look: Look) -> None:
        """A name, unless the user typed one."""
        form = self._form
        typing = form.edit is not None and form.param.name == NAME
        if typing or form.values[NAME] not in ("", self._suggested):
            return
        self._suggested = typed_paths.suggested_name(look.path) if look.path else ""
        form.values[NAME] = self._suggested
        form.refresh()

    # Adding.

    def action_complete(self, by: int) -> None:
        """Complete the path in hand."""
        if self._work is None:
            self._form.complete(by)

    def action_add(self) -> None:
        """Read what the form says, and note it down; what cannot be is said at its field."""
        form = self._form
        if self._work is not None or not form.commit():
            return
        self._complain("")
        try:
            path = typed_paths.meant(str(form.values[PATH]))
            if not path.exists():
                raise UsageError("No such data", f"expected a file or a folder, but {path} does not exist")
        except (UsageError, OSError, ValueError) as error:
            form.refuse(PATH, told(error))
            return
        name = str(form.values[NAME])
        try:
            adding.check_name(name)
        except UsageError as error:
            form.refuse(NAME, told(error))
            return
        kind, options, copy = form.kind, form.options, bool(form.values[COPY])

        def work(report: Report) -> Added:
            return self._read(name, path, kind, options, copy, report)

        self._work = Task(work, lambda added, error: self.post_message(self.Ended(added, error)), f"reading {path}")
        self._work.start()
        self.set_focus(None)
        self._ticking = self.set_interval(TICK_SECONDS, self._tick)
        self._tick()

    def _read(self, name: str, path: Path, kind: str, options: Mapping[str, Any], copy: bool, report: Report) -> Added:
        try:
            adding.chosen(path, kind)
        except UsageError as error:
            raise SettingError(KIND, error.message) from error
        task = self._work
        added = adding.add(name, path, kind, options, copy=copy, data_dir=self._data_dir, report=report)
        if task is not None and task.stopping:  # after its last report
            records.remove(name)
            raise Stopped
        return added

    def _tick(self) -> None:
        if self._work is None:
            return
        lines = self._work.wait.lines
        if lines != self._wait_shown:
            self._wait_shown = lines
            wait = self.query_one("#wait", Static)
            wait.update(Content.styled(lines, "$accent"))
            wait.display = True

    @on(Ended)
    def _ended(self, message: Ended) -> None:
        self._work, self._wait_shown = None, ""
        if self._ticking is not None:
            self._ticking.stop()
        self.query_one("#wait").display = False
        if message.added is not None:
            self._added = message.added.own.name
            if self.is_current:
                self.dismiss(self._added)
            return
        self.set_focus(self._form)
        match message.error:
            case SettingError(field=field) as error if field in self._form.values:
                self._form.refuse(field, told(error))
            case Stopped():
                self._complain(STOPPED)
            case EngineError() | OSError() as error:
                self._complain(told(error))
            case BaseException() as error:
                self._complain("it could not be read; the log has more")
                raise error

    def on_screen_resume(self) -> None:
        """What was added while something lay above."""
        if self._added:
            self.dismiss(self._added)

    def action_leave(self) -> None:
        """Stop the reading; else close. What does not stop at once stops for itself: nothing of it is kept."""
        if self._work is not None and not self._work.stopping:
            self._work.stop()
            self._tick()
        else:
            self.dismiss(None)

    def _complain(self, text: str) -> None:
        complaint = self.query_one("#complaint", Static)
        complaint.update(Content(f"✕ {plain_lines(text)}" if text else ""))
        complaint.display = bool(text)
