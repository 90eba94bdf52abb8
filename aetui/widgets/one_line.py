"""A line to type into below a screen: what it is for, the text, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from aetui import keymap
from aetui.render.text import plain
from aetui.widgets.capped_input import PromptInput

LONGEST = 500
"""Characters; of what is pasted, the rest is left out."""


class LineField(PromptInput):
    """Enter takes it, escape leaves it; characters are text and no commands."""

    DEFAULT_CSS = """
    LineField { width: 1fr; background: $panel; }
    App:nocolor LineField:focus { text-style: underline; }
    """

    BINDINGS = keymap.bindings("run_line")

    def __init__(self) -> None:
        super().__init__(compact=True, select_on_focus=False, max_length=LONGEST)
        self.cursor_blink = False  # a blinking caret would send bytes for ever

    def action_take(self) -> None:
        """Take the text, with all that was typed before enter."""
        line = self.parent and self.parent.parent
        if isinstance(line, OneLine) and line.purpose:
            line.entered(self.value)

    def action_leave(self) -> None:
        """Give the line up."""
        line = self.parent and self.parent.parent
        if isinstance(line, OneLine):
            line.left()


class OneLine(Vertical):
    """Hidden until `ask` is called. Who asks hides it again, once it has what it wants."""

    DEFAULT_CSS = """
    OneLine { display: none; height: auto; width: 1fr; background: $panel; }
    OneLine.-open { display: block; }
    OneLine > Horizontal { height: 1; }
    OneLine > Horizontal > Static { width: auto; color: $accent; padding: 0 1; }
    OneLine > #complaint { display: none; color: $error; height: auto; max-height: 3; padding: 0 1; }
    OneLine.-wrong > #complaint { display: block; }
    """

    def __init__(self, typed: Callable[[str], None], entered: Callable[[str], None], left: Callable[[], None]) -> None:
        """`typed` is told of every change of the text, `entered` that it is to be taken, `left` that it is not."""
        super().__init__()
        self.typed = typed
        self.entered = entered
        self.left = left
        self.purpose = ""
        """What is asked for, as `ask` was told; empty while nothing is."""

    def compose(self) -> ComposeResult:
        """Label and field, and below them what is wrong."""
        with Horizontal():
            yield Static(id="purpose")
            yield LineField()
        yield Static(id="complaint")

    @property
    def field(self) -> LineField:
        """Where the text stands."""
        return self.query_one(LineField)

    def ask(self, purpose: str, label: str, text: str, placeholder: str = "") -> None:
        """Open it with `text` in it, and the focus."""
        self.purpose = purpose
        self.complain("")
        self.query_one("#purpose", Static).update(Content(label))
        field = self.field
        field.placeholder = placeholder
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        self.add_class("-open")
        self.screen.set_focus(field)  # at once: the next key may be there already

    def complain(self, text: str) -> None:
        """Say what is wrong with the text, below it; "" for nothing."""
        self.query_one("#complaint", Static).update(Content(plain(text)))
        self.set_class(bool(text), "-wrong")

    def close(self) -> None:
        """Hide it; the focus is for whoever asked."""
        self.purpose = ""
        self.remove_class("-open")

    def on_input_changed(self, message: Input.Changed) -> None:
        """Tell, as long as something is asked for."""
        message.stop()
        if self.purpose:
            self.typed(message.value)
