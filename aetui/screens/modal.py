"""What stands before everything else until it is answered, once."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType


class Modal(ModalScreen[ScreenResultType]):
    """A modal screen that is answered once. What ends by itself, as an export does, can be left by a key at the same
    moment: then there is nothing any more for the key to close."""

    _answered = False

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """As `ModalScreen.dismiss`; the second time nothing."""
        if self._answered:
            return AwaitComplete()
        closing = super().dismiss(result)
        self._answered = True
        return closing
