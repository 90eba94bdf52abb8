"""What is written to a file, in which format and where."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from aetui import keymap
from aetui.render import numbers
from aetui.render.text import plain
from aetui.screens.modal import Modal
from aetui.taking import files
from aetui.taking.formats import FORMATS, fitting
from aetui.taking.taken import About, Taken
from aetui.widgets.capped_input import PromptInput

LONGEST = 1_000
"""Characters of a path."""


Gathered = tuple[Sequence[Taken], About]
"""What could be written, the likeliest first, and whose it is."""


class Choice(NamedTuple):
    """Something that can be written, and the ending of its file."""

    taken: Taken
    form: str

    @property
    def label(self) -> str:
        """For people: "Digits, epoch 3 · csv, a table"."""
        return f"{self.taken.named} · {self.form}, {FORMATS[self.form]}"


class ChoiceList(Widget, can_focus=True):
    """One line a choice."""

    BINDINGS = keymap.bindings("lists")

    DEFAULT_CSS = """
    ChoiceList { width: 1fr; height: auto; }
    """

    marked: reactive[int] = reactive(0)

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self.choices: Sequence[Choice] = ()
        self.waiting = True
        """Whether it is not known yet what there is; the cursor can be moved all the same."""
        self._changed = changed

    def fill(self, choices: Sequence[Choice]) -> None:
        """These are all."""
        self.choices, self.waiting = choices, False
        self.marked = self.validate_marked(self.marked)
        self.refresh(layout=True)
        self._changed()

    @property
    def choice(self) -> Choice | None:
        """The one under the cursor; None where there are none."""
        return self.choices[self.marked] if self.choices else None

    def render(self) -> Content:
        """All of them, with a mark at the one under the cursor."""
        if self.waiting:
            return Content.styled("looking what there is …", "$text-muted")
        return Content("\n").join(map(self._row, range(len(self.choices))))

    def _row(self, index: int) -> Content:
        here = index == self.marked
        style = "bold $foreground" if here else "$text-muted"
        return Content.assemble(("▸ ", "$accent") if here else "  ", (plain(self.choices[index].label), style))

    def validate_marked(self, index: int) -> int:
        """A move beyond either end stops there."""
        return max(0, index if self.waiting else min(index, len(self.choices) - 1))

    def watch_marked(self) -> None:
        """The file is another one."""
        self._changed()

    def action_move(self, by: int) -> None:
        """Move the cursor by `by` lines, down if positive."""
        self.marked += by

    def action_edge(self, side: int) -> None:
        """To the first line (a negative `side`) or to the last."""
        self.marked = 0 if side < 0 else len(self.choices) - 1

    def on_click(self, event: events.Click) -> None:
        """Mark the line that was hit."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self.choices):
            self.marked = offset.y


class PathField(PromptInput):
    """One line for the path."""

    DEFAULT_CSS = """
    PathField { width: 1fr; background: $boost; }
    PathField:focus { background-tint: $foreground 8%; }
    App:nocolor PathField:focus { text-style: underline; }
    """

    def __init__(self) -> None:
        super().__init__(compact=True, max_length=LONGEST)
        self.cursor_blink = False  # a blinking caret would send bytes for ever


class ExportDialog(Modal[str]):
    """Writes beside the screen's thread, and closes with what became of it."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("exporting"), keymap.closing("export")]

    def __init__(self, gather: Callable[[], Gathered], folder: Path, overrides: Mapping[str, str]) -> None:
        """`gather` is called in a thread of its own; relative paths begin at `folder`. `overrides` are the user's
        keys, which count at once: those that are pressed while it gathers are obeyed after."""
        super().__init__()
        self._gather = gather
        self._about: About | None = None
        self._folder = folder
        self._keys = [keymap.first_key(keymap.BY_ID[name], overrides) for name in ("write", "other_part", "no_file")]
        self._list = ChoiceList(self._suggest)
        self._path = PathField()
        self._suggested = ""
        self._hasty = False
        """Whether it is to be written as soon as there is something."""
        self._replaceable: Path | None = None
        """What the user was told is there already."""

    def compose(self) -> ComposeResult:
        """The choices, the path with its folder below, and what is wrong with it."""
        with Vertical(classes="dialog -form") as box:
            box.border_title = "Write to a file"
            box.border_subtitle = Content("{} writes · {} the path · {} closes".format(*self._keys))
            yield self._list
            yield Static(id="missing", classes="quiet")
            yield Static(Content.styled(f"file in {plain(str(self._folder))}", "$text-muted"), id="folder")
            yield self._path
            yield Static(id="complaint")

    def on_mount(self) -> None:
        """Find out what there is."""
        self.set_focus(self._list)
        self._fill()

    @work
    async def _fill(self) -> None:
        taken, self._about = await asyncio.to_thread(self._gather)
        missing = [plain(f"{each.title}: {each.missing}") for each in taken if each.empty]
        self.query_one("#missing", Static).update(Content("\n".join(missing)))
        self.query_one("#missing").display = bool(missing)
        self._list.fill([Choice(each, form) for each in taken for form in fitting(each)])
        if self._hasty:
            self.action_write()

    def _suggest(self) -> None:
        """A name that is free, unless the user typed one: then its ending follows the choice."""
        choice = self._list.choice
        if choice is None or self._about is None:
            return
        typed = self._path.value.strip()
        if typed and typed != self._suggested:
            base = Path(typed)
            wanted = str(base.with_suffix(f".{choice.form}")) if base.suffix[1:] in FORMATS else typed
        else:
            name = files.file_name(choice.taken, choice.form, self._about)
            wanted = files.free(self._folder / name, choice.form).name
            self._suggested = wanted
        self._path.value = wanted
        self._path.cursor_position = len(wanted)
        self._complain("")

    def _complain(self, text: str) -> None:
        complaint = self.query_one("#complaint", Static)
        complaint.update(Content(f"✕ {plain(text)}" if text else ""))
        complaint.display = bool(text)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._replaceable = None
        self._complain("")

    def action_other_part(self) -> None:
        """From the choices to the path, and back."""
        self.set_focus(self._list if self.focused is self._path else self._path)

    @on(Input.Submitted)
    def action_write(self) -> None:
        """Write the file; what is there already only if the user says so once more."""
        choice, about = self._list.choice, self._about
        if choice is None or about is None:
            self._hasty = self._list.waiting
            self._complain("" if self._hasty else "there is nothing to write")
            return
        try:
            choice, path = self._meant(choice, about)
            there = [each for each in files.written_by(path, choice.form) if os.path.lexists(each)]
        except (OSError, ValueError) as error:
            self._complain(_reason(error))
            return
        if there and path != self._replaceable:
            self._replaceable = path
            self._complain(f"{there[0].name} is there already; {self._keys[0]} once more replaces it")
            return
        self._complain("")
        self._write(choice, about, path)

    def _meant(self, choice: Choice, about: About) -> tuple[Choice, Path]:
        """The ending decides on the format where it is one that there is. Raises ValueError for what cannot be."""
        typed = self._path.value.strip()
        name = files.file_name(choice.taken, choice.form, about)
        if not typed:
            raise ValueError("expected a path, got nothing")
        try:
            path = self._folder / Path(typed).expanduser()
        except RuntimeError:
            raise ValueError(f"there is no user {typed.split('/')[0][1:]!r} whose folder that could be") from None
        if typed.endswith("/") or path.is_dir():
            path = files.free(path / name, choice.form)
        forms = [each.form for each in self._list.choices if each.taken is choice.taken]
        ending = path.suffix[1:].lower()
        if ending in forms:
            return Choice(choice.taken, ending), path
        if ending in FORMATS:
            raise ValueError(f"{choice.taken.title} cannot be written as {ending}; there are: {', '.join(forms)}")
        return choice, path.with_name(f"{path.name}.{choice.form}")

    @work(exclusive=True, group="writing")
    async def _write(self, choice: Choice, about: About, path: Path) -> None:
        try:
            size = await asyncio.to_thread(files.write, choice.taken, choice.form, about, path)
        except (OSError, ValueError) as error:
            self._complain(f"cannot write {path}: {_reason(error)}")
            return
        more = ", with a .json beside it" if choice.form == "npy" else ""
        told = f"wrote {_short(path, self._folder)} ({numbers.size(size)}{more})"
        if self.is_current:
            self.dismiss(told)
        else:  # it was closed meanwhile, or something lies above it
            self.app.notify(told, markup=False)


def _short(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
