"""A line to ask a model in."""

from __future__ import annotations

from textual.message import Message

from aetui import keymap
from aetui.widgets.capped_input import CappedInput


class SentenceField(CappedInput):
    """One line to type a sentence into; up and down scroll the answers meanwhile."""

    DEFAULT_CSS = """
    SentenceField { width: 1fr; background: $panel; }
    SentenceField:focus { background-tint: $foreground 8%; }
    App:nocolor SentenceField:focus { text-style: underline; }
    """

    BINDINGS = keymap.bindings("sentences")

    class Scrolled(Message):
        """The answers are to move so many lines."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Turned(Message):
        """It is to be asked in the next way."""

    def action_scroll_answers(self, by: int) -> None:
        """Have the answers moved by `by` lines, down if positive; the caret stays where it is."""
        self.post_message(self.Scrolled(by))

    def action_next_way(self) -> None:
        """Have the panel ask in the next way."""
        self.post_message(self.Turned())

    def action_other_field(self) -> None:
        """Focus at once, where `Widget.focus` would wait: the next key may be there already."""
        fields = self.screen.query(type(self)).results(type(self))  # a panel that is not shown may have one of its own
        others = (field for field in fields if type(field) is type(self) and field is not self)
        self.screen.set_focus(next(others))
