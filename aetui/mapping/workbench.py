"""`aetui map`: nothing but the map. No engine is started for it, and leaving it leads back to the shell."""

from __future__ import annotations

from functools import partial
from typing import Any

from aetui.app import Workbench
from aetui.screens.plane import MapScreen, Open


class MapAlone(Workbench):
    """As the workbench, with a map in front of all."""

    def __init__(self, open_it: Open, what: str, *args: Any, **how: Any) -> None:
        """`what` is read and counted by `open_it`."""
        super().__init__(*args, **how)
        self._map = MapScreen(open_it, what)

    def begin(self) -> None:
        """Show the map."""
        self.push_screen(self._map, lambda _: self._left())

    def _left(self) -> None:
        """Once it is left, and what went wrong was read."""
        if len(self.screen_stack) == 1:
            self.exit()
        else:
            self.set_timer(0.1, self._left)


def alone(open_it: Open, what: str) -> partial[MapAlone]:
    """What takes the place of `Workbench` where one is made."""
    return partial(MapAlone, open_it, what)
