"""The keys of the map of codes: rows of the table of actions (`aetui.keymap`)."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

_WAYS = (("left", "h", -1, 0), ("down", "j", 0, -1), ("up", "k", 0, 1), ("right", "l", 1, 0))
_FAR_ACROSS, _FAR_UP = 8, 4

MAP_KEYS: tuple[PanelKey, ...] = (
    *(
        PanelKey(
            f"map_{way}",
            f"{way},{key}",
            "move",
            f"the crosshair one cell {way}",
            f"screen.move({x}, {y})",
            1,
            f"one {way}",
        )
        for way, key, x, y in _WAYS
    ),
    *(
        PanelKey(
            f"map_far_{way}",
            key.upper(),
            f"far {way}",
            f"the crosshair some cells {way}",
            f"screen.move({x * _FAR_ACROSS}, {y * _FAR_UP})",
            0,
            "",
        )
        for way, key, x, y in _WAYS
    ),
    *(
        PanelKey(
            f"map_pan_{way}", f"shift+{way}", f"pan {way}", f"what lies {way} of it", f"screen.pan({x}, {y})", 0, ""
        )
        for way, _, x, y in _WAYS
    ),
    PanelKey("map_in", "plus,right_parenthesis", "zoom", "half of what is seen", "screen.zoom(1)", 2, "nearer"),
    PanelKey("map_out", "minus,left_parenthesis", "zoom", "twice as much", "screen.zoom(-1)", 2, "farther"),
    PanelKey("map_whole", "0", "whole", "all of it", "screen.whole", 3, ""),
    PanelKey("map_mark", "space,m", "mark", "a corner of a rectangle, then the other one", "screen.corner", 4, ""),
    PanelKey("map_into", "enter", "into it", "the rectangle in all the room", "screen.into", 5, ""),
    PanelKey("map_colour", "c", "colour", "colours by class, or by count", "screen.colour", 6, ""),
    PanelKey("export_marked", "e", "export", "write the marked items to a file", "screen.export", 7, ""),
    PanelKey("copy_marked", "y", "copy", "copy the marked items as a table", "screen.copy", 8, ""),
    PanelKey(
        "leave_map", "escape,q", "leave", "drop the rectangle; else leave, and stop reading", "screen.leave", 9, ""
    ),
)
