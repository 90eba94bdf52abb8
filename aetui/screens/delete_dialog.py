"""The question before a run is deleted."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Label

from aetui import keymap
from aetui.render.text import plain_lines
from aetui.screens.dialogs import answer_button
from aetui.screens.modal import Modal


class DeleteDialog(Modal[bool]):
    """Delete it, or keep it: true if it is to go."""

    BINDINGS = keymap.bindings("deleting")

    def __init__(self, what: str, overrides: Mapping[str, str]) -> None:
        """`what` is to go; `overrides` are the user's keys."""
        super().__init__()
        self.what = what
        self.overrides = overrides

    def compose(self) -> ComposeResult:
        """What is to go, how it comes back, and a button with its key for each answer; keeping it comes first."""
        undo = keymap.first_key(keymap.BY_ID["undelete_run"], self.overrides)
        with Vertical(classes="dialog") as box:
            box.border_title = "Delete the run?"
            yield Label(Content(plain_lines(f"{self.what}\n\n{undo} brings it back, until the next one is deleted.")))
            with Horizontal(classes="buttons"):
                yield answer_button("keep_run", "keep", self.overrides, first=True)
                yield answer_button("delete_it", "delete", self.overrides)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer as the button says."""
        self.action_answer(event.button.id or "keep")

    def action_answer(self, answer: str) -> None:
        """Close with true for "delete"."""
        self.dismiss(answer == "delete")
