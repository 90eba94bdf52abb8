"""A line of text that stays a line: a paste of pages is cut, and said to be."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Input

from aetui import keymap

LONGEST = 1_000
"""Characters of a sentence or a command."""


class PromptInput(Input):
    """What the keys mean is done here, one after the other.

    Textual has bindings wait until the key has bubbled up to the app: what is typed right behind it would come before,
    so that text is gone after a fast ctrl+u, and enter takes what stood there earlier.
    """

    async def on_key(self, event: events.Key) -> None:
        """Do at once what the key means here; characters are left to the line."""
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self:
            event.stop()
            event.prevent_default()
            await self.run_action(active.binding.action)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """As Textual's, also for keys whose character it does not know, such as the slash."""
        return super().check_consume_key(key, character or keymap.CHARACTERS.get(key))


class CappedInput(PromptInput):
    """At most `LONGEST` characters; what is typed or pasted beyond that is left out, and `Cut` is posted."""

    class Cut(Message):
        """There was more than fits."""

        @property
        def text(self) -> str:
            """What to say about it."""
            return f"{LONGEST:,} characters at most; the rest was left out"

    def __init__(self, placeholder: str = "", *, id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, id=id, compact=True, select_on_focus=False, max_length=LONGEST)
        self.cursor_blink = False  # a blinking caret would send bytes for ever

    def on_paste(self, event: events.Paste) -> None:
        """Put in the lines of what is pasted as one, as far as there is room."""
        event.stop()
        event.prevent_default()
        line = " ".join("".join(c for c in line if c.isprintable()) for line in event.text[: 4 * LONGEST].splitlines())
        start, end = sorted(self.selection)
        room = LONGEST - len(self.value) + (end - start)
        self.replace(line[:room], start, end)
        if len(line) > room:
            self.post_message(self.Cut())

    def restricted(self) -> None:
        """What Textual calls when a character has no room."""
        self.post_message(self.Cut())
