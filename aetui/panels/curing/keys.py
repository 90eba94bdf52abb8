"""The keys of the health panel: rows of the table of actions (`aetui.keymap`)."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

HEALTH: tuple[PanelKey, ...] = (
    PanelKey("cure", "c", "cure", "train with the remedy for what is wrong, beside the run", "cure", 6, "try the cure"),
    PanelKey("next_fault", "o", "fault", "another of several faults, to be cured", "next_fault", 7, "other fault"),
)
