"""Questions and notices that stand before everything else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Label

from aetui import keymap
from aetui.render.text import plain, plain_lines
from aetui.screens.modal import Modal


class Notice(Modal[None]):
    """Something went wrong: what it was, and what to do."""

    BINDINGS = keymap.bindings("dialogs")

    def __init__(self, title: str, message: str) -> None:
        super().__init__()
        self.heading = title
        self.message = message

    def compose(self) -> ComposeResult:
        """What happened, with its title in the border, and the button that closes."""
        with Vertical(classes="dialog -error") as box:
            box.border_title = Content(plain(self.heading))
            yield Label(Content(plain_lines(self.message)))
            with Horizontal(classes="buttons"):
                yield Button("Close", id="close", compact=True)

    def on_button_pressed(self) -> None:
        """There is one button: it closes."""
        self.dismiss()


class FaultNotice(Notice):
    """Something in the workbench itself went wrong, and it goes on."""

    def __init__(self, reason: str, log: Path) -> None:
        super().__init__(
            "A fault of aetui",
            f"{reason}\n\nThe workbench goes on, and so does a run that is trained. More about it is in {log}",
        )


def answer_button(action_id: str, answer: str, overrides: Mapping[str, str], *, first: bool = False) -> Button:
    """A button that says an action of the keymap with its key; its id is the `answer`, the `first` one stands out."""
    action = keymap.BY_ID[action_id]
    label = Content(f"{action.label.capitalize()} ({keymap.first_key(action, overrides)})")
    return Button(label, id=answer, variant="primary" if first else "default", compact=True)


Answer = Literal["stop", "leave", "stay"]


class QuitDialog(Modal[Answer]):
    """Leaving with a run going: stop and save it, leave it running, or stay."""

    BINDINGS = keymap.bindings("leaving")

    def __init__(self, what: str, overrides: Mapping[str, str]) -> None:
        """`what` is going on; `overrides` are the user's keys."""
        super().__init__()
        self.what = what
        self.overrides = overrides

    def compose(self) -> ComposeResult:
        """What is going on, and a button with its key for each answer; stop and save comes first."""
        with Vertical(classes="dialog") as box:
            box.border_title = "A run is going"
            yield Label(Content(plain_lines(self.what)))
            with Horizontal(classes="buttons"):
                yield answer_button("leave_stopped", "stop", self.overrides, first=True)
                yield answer_button("leave_running", "leave", self.overrides)
                yield answer_button("stay", "stay", self.overrides)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer as the button says."""
        self.action_answer(event.button.id or "stay")

    def action_answer(self, answer: str) -> None:
        """Close with "stop", "leave" or "stay" as the result."""
        self.dismiss(cast("Answer", answer))


class Farewell(Modal[None]):
    """Shown while the engine stops and saves; the app exits over it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer

    def compose(self) -> ComposeResult:
        """One line: whether weights are saved, or the run is handed over."""
        with Vertical(classes="dialog") as box:
            box.border_title = "Leaving"
            doing = "Stopping the run and saving" if self.answer == "stop" else "Handing the run over with"
            yield Label(f"{doing} its weights …")
