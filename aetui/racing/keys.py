"""The keys of a race: rows of the table of actions (`aetui.keymap`)."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

RACE: tuple[PanelKey, ...] = (
    PanelKey(
        "race_back", "left", "cursor", "the cursor to the end of the epoch before", "screen.cursor(-1)", 1, "back"
    ),
    PanelKey("race_on", "right", "cursor", "the cursor to the end of the next epoch", "screen.cursor(1)", 1, "on"),
    PanelKey("race_far_back", "shift+left", "far back", "ten ends of epochs back", "screen.cursor(-10)"),
    PanelKey("race_far_on", "shift+right", "far on", "ten ends of epochs on", "screen.cursor(10)"),
    PanelKey("race_first", "home", "first epoch", "to the end of the first epoch", "screen.first"),
    PanelKey("race_live", "end", "live", "to the newest epochs, and follow the runs", "screen.live", 8),
    PanelKey("race_measure", "C,m", "measure", "compare by the next measure", "screen.measure(1)", 2),
    PanelKey("race_measure_back", "c", "measure before", "compare by the measure before", "screen.measure(-1)"),
    PanelKey("race_pane", "tab", "pane", "curves, pictures, settings, metrics", "screen.pane(1)", 3),
    PanelKey("race_pane_back", "shift+tab", "pane before", "the pane before", "screen.pane(-1)"),
    PanelKey("race_unit", "T", "time", "epochs, steps or seconds along the bottom", "screen.unit", 5),
    PanelKey("race_log", "l", "log scale", "the scale by itself, logarithmic, linear", "screen.log_scale"),
    PanelKey("race_smooth", "M", "smooth", "curves as moving averages, the raw ones faint", "screen.smooth"),
    PanelKey(
        "race_in", "plus,right_parenthesis", "zoom", "half of the time shown", "screen.time_zoom(1)", 6, "zoom in"
    ),
    PanelKey(
        "race_out", "minus,left_parenthesis", "zoom", "twice the time shown", "screen.time_zoom(-1)", 6, "zoom out"
    ),
    PanelKey("race_earlier", "less_than_sign", "earlier", "what comes before", "screen.time_pan(-1)"),
    PanelKey("race_later", "greater_than_sign", "later", "what comes after", "screen.time_pan(1)"),
    PanelKey("race_whole", "0", "whole race", "all of the race", "screen.time_fit"),
    PanelKey("race_up", "up,k", "run above", "the run above", "screen.move(-1)"),
    PanelKey("race_down", "down,j", "run below", "the run below", "screen.move(1)"),
    PanelKey("race_open", "enter", "open", "show the run in the workbench", "screen.open", 7),
    PanelKey(
        "race_page_on", "pagedown", "page on", "the next items; on through settings and metrics", "screen.page(1)"
    ),
    PanelKey("race_page_back", "pageup", "page back", "the items before; back", "screen.page(-1)"),
    PanelKey("race_copy", "y", "copy", "copy what the pane shows, as a table", "screen.copy", 10),
    PanelKey("race_export", "e", "export", "write curves, pictures or tables to a file", "screen.export", 9),
    PanelKey("leave_race", "escape,q", "leave", "back to the screen below", "screen.dismiss", 4),
)
