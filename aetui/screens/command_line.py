"""The command line, below everything: it completes, remembers, and says itself what cannot be done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from aetui import keymap
from aetui.render.text import plain
from aetui.screens import commands
from aetui.screens.modal import Modal
from aetui.widgets.capped_input import CappedInput
from engine.errors import EngineError, SettingError

if TYPE_CHECKING:
    from textual.screen import Screen

    from aetui.screens.commands import Then
    from aetui.screens.host import Workbench


LONGEST = 1_000
"""Characters of a complaint: what there is to choose from is a list."""


class CommandField(CappedInput):
    """The line itself."""

    BINDINGS: ClassVar[list[BindingType]] = keymap.bindings("command")


class CommandLine(Modal["Then | None"]):
    """Dismissed with what is left to be done, or None; `history` is what was typed before, the newest last."""

    AUTO_FOCUS = ""

    class Done(Message):
        """What became of a command: what is left to be done, or why nothing was."""

        def __init__(self, text: str, then: Then | None, error: EngineError | None) -> None:
            super().__init__()
            self.text = text
            self.then = then
            self.error = error

    def __init__(self, app: Workbench, below: Screen[Any], history: Sequence[str]) -> None:
        super().__init__()
        self._typed = commands.Typed(app, below)
        self._history = [*history, ""]
        self._place = len(history)
        self._turn: list[str] = []
        """What tab goes through, while nothing else is pressed."""
        self._refused: str | None = None
        """The line that a complaint is about, while it stands."""

    def compose(self) -> ComposeResult:
        """A line of help or complaint, and the one to type in."""
        with Vertical(id="command"):
            yield Static(id="hint")
            with Horizontal():
                yield Static(":", id="colon")
                yield CommandField()

    def on_mount(self) -> None:
        """Take the focus at once: what is typed right after the colon must reach the line."""
        self._field = self.query_one(CommandField)
        self.set_focus(self._field)
        self._help()

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        message.stop()
        # Of what was typed fast these messages come late: what stands in the line by now counts.
        if self._field.value not in self._turn:
            self._turn = []
        if self._field.value != self._refused:
            self._refused = None
            self._help()

    @on(CappedInput.Cut)
    def _cut(self, message: CappedInput.Cut) -> None:
        message.stop()
        self._say(message.text)

    # Keys. Those that close the line are obeyed by the app, so that nothing sent right behind them reaches a line that
    # is gone; the line first takes what was typed before them.

    async def _caught_up(self) -> None:
        taken = asyncio.Event()
        self._field.call_later(taken.set)
        await taken.wait()

    async def action_obey(self) -> None:
        """Do what stands in the line, and close it; what cannot be done is said, and the line stays."""
        await self._caught_up()
        text = self._field.value.strip()
        if not text:
            await self.dismiss(None)
        elif commands.slow(text):
            self._do_in_thread(text)
        else:
            await self._do(text)

    @work(thread=True, exclusive=True)
    def _do_in_thread(self, text: str) -> None:
        try:
            then = commands.do(self._typed, text)
        except EngineError as error:
            self.post_message(self.Done(text, None, error))
        else:
            self.post_message(self.Done(text, then, None))

    async def _do(self, text: str) -> None:
        try:
            then = commands.do(self._typed, text)
        except EngineError as error:
            self._complain(error)
        else:
            self._typed.app.remember(text)
            await self.dismiss(then)

    @on(Done)
    def _done(self, message: Done) -> None:
        if message.error is not None:
            self._complain(message.error)
        elif self.is_current:  # whoever closed it meanwhile does not want it any more
            self._typed.app.remember(message.text)
            self.dismiss(message.then)

    def action_complete(self, by: int) -> None:
        """As far as it is clear how the line goes on; then one possibility after the other."""
        if not self._turn:
            text = self._field.value
            found = commands.candidates(self._typed, text)
            agreed = commands.completed(text, found) if found else text
            if agreed != text or not found:
                self._put(agreed)
                return
            self._turn = found
            at = -1 if by > 0 else 0
        else:
            at = self._turn.index(self._field.value) if self._field.value in self._turn else -1
        self._put(self._turn[(at + by) % len(self._turn)])

    def action_recall(self, by: int) -> None:
        """What was typed before (a negative `by`) or after; the line being typed is the newest."""
        if self._place == len(self._history) - 1:
            self._history[-1] = self._field.value
        self._place = max(0, min(self._place + by, len(self._history) - 1))
        self._put(self._history[self._place])

    async def action_leave(self) -> None:
        """Close the line; nothing is done."""
        await self.dismiss(None)

    def _put(self, text: str) -> None:
        self._field.value = text
        self._field.cursor_position = len(text)

    # What stands above it.

    def _complain(self, error: EngineError) -> None:
        self._say(f"{error.field}: {error.message}" if isinstance(error, SettingError) else error.message)

    def _say(self, text: str) -> None:
        self._refused = self._field.value
        hint = self.query_one("#hint", Static)
        hint.add_class("-complaint")
        hint.update(Content.styled(f"✕ {plain(text, LONGEST)}", "$error"))

    def _help(self) -> None:
        hint = self.query_one("#hint", Static)
        hint.remove_class("-complaint")
        hint.update(self._hint(self._field.value))

    def _hint(self, text: str) -> Content:
        """What the line may become; of one command what it takes."""
        name, space, rest = text.partition(" ")
        command = commands.COMMANDS.get(commands.SHORT.get(name, name))
        action = keymap.BY_ID.get(name)
        found = commands.candidates(self._typed, text)
        if command is not None and not rest:
            told = f"{command.name} {command.usage}".rstrip() + f": {command.help}"
        elif action is not None and not space and len(found) <= 1:
            told = f"{action.id}: {action.help}"
        else:
            told = ""
        words = "  ".join(each.split(" ", 1)[-1] if space else each for each in found)
        return Content.styled("   ".join(part for part in (told, words) if part) or " ", "$text-muted")
