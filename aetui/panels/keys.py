"""A key of a panel or a screen of its own, for the table of actions (`aetui.keymap`)."""

from __future__ import annotations

from typing import NamedTuple


class PanelKey(NamedTuple):
    """As `aetui.keymap.Action`, without the scope, which is that of the panel or the screen."""

    id: str
    keys: str
    label: str
    help: str
    act: str
    bar: int = 0
    """As `aetui.keymap.Action.bar`; below 0: before those of the workbench."""
    name: str = ""
