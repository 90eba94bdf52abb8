"""An app as its terminal sees it: what is written passes here, translated and counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.app import App
from textual.filter import LineFilter

from aetui.terminal.abilities import Abilities
from aetui.terminal.budget import Budget

if TYPE_CHECKING:
    from textual.driver import Driver


class Driven(App[None]):
    """Set `abilities` before the app runs."""

    def __init__(self) -> None:
        self.budget = Budget()
        """What everything that can wait asks for its turn."""
        self.abilities = Abilities()
        self._look: LineFilter | None = None
        super().__init__()

    def take_terminal(self, abilities: Abilities) -> None:
        """Draw what a terminal with these `abilities` can show."""
        self.abilities = abilities
        sixteen = self.console.color_system == "standard"
        if abilities.characters == "unicode" and abilities.colours and not sixteen:
            return
        from aetui.terminal.look import Look

        self.no_color = self.no_color or not abilities.colours  # style sheets then say by lines what colours would
        self._look = Look(abilities, lambda: self.current_theme.dark, sixteen=sixteen)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's, and last what the terminal needs."""
        filters = super().get_line_filters()
        return filters if self._look is None else [*filters, self._look]

    def get_driver_class(self) -> type[Driver]:
        """Textual's, which tells the app of what it writes."""
        return overheard(super().get_driver_class(), self._passed)

    def _passed(self, data: str) -> str:
        if not data.isascii() and self._look is not None:
            from aetui.terminal.glyphs import translated

            data = translated(data, self.abilities.characters)
        self.budget.wrote(len(data) if data.isascii() else len(data.encode("utf-8", "replace")))
        return data


def overheard(driver: type[Driver], passed: Callable[[str], str]) -> type[Driver]:
    """A `driver` that writes what `passed` returns of what it is given."""

    class Overheard(driver):  # type: ignore[valid-type, misc]  # which one depends on the system
        def write(self, data: str) -> None:
            super().write(passed(data))

    return Overheard
