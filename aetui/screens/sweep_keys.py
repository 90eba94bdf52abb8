"""The keys of the screen of a sweep: rows of the table of actions (`aetui.keymap`)."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

SWEEP: tuple[PanelKey, ...] = (
    PanelKey("open_trial", "enter", "open", "show the first run of the trial", "screen.open_trial", 1),
    PanelKey("rank_trials", "o", "best first", "the best trials first, or all in order", "screen.rank", 2),
    PanelKey("older_sweep", "right,l", "older", "the sweep before", "screen.other_sweep(1)", 3),
    PanelKey("newer_sweep", "left,h", "newer", "the sweep after", "screen.other_sweep(-1)", 4),
    PanelKey("copy_trials", "y", "copy", "copy the table as CSV", "screen.copy_table", 5),
    PanelKey("stop_sweep", "x", "stop", "stop the sweep; its runs keep their weights", "screen.stop_sweep", 6),
    PanelKey("leave_sweep", "escape,q", "leave", "back to the screen below", "screen.dismiss", 7),
)
