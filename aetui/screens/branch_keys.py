"""The keys by which a run branches off and its settings change under way: rows of the table of actions
(`aetui.keymap`)."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

BRANCH: tuple[PanelKey, ...] = (
    PanelKey("fork", "f", "fork", "branch off after this epoch, with other settings", "fork", 15),
    PanelKey("knobs", "F", "change", "other settings for this run, from its next epoch on", "knobs", 16, "change it"),
)

CHANGING: tuple[PanelKey, ...] = (
    PanelKey("go", "ctrl+s", "go", "branch off, or change the run, with these settings", "screen.go", 1),
    PanelKey("leave_changing", "escape", "leave", "close; nothing is done", "screen.dismiss", 2),
)
