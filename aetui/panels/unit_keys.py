"""The keys of the tiles of Weights, and of the screen of units."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

TILES: tuple[PanelKey, ...] = (
    PanelKey(
        "dossier", "enter", "unit", "what the unit answers to; what is lost without it", "dossier", 6, "open unit"
    ),
    PanelKey("tile_left", "left", "unit", "the unit to the left", "tile(-1, 0)", 6, "unit left"),
    PanelKey("tile_right", "right", "unit", "the unit to the right", "tile(1, 0)", 6, "unit right"),
    PanelKey("tile_up", "up", "unit", "the unit above", "tile(0, -1)", 6, "unit above"),
    PanelKey("tile_down", "down", "unit", "the unit below", "tile(0, 1)", 6, "unit below"),
)

UNITS: tuple[PanelKey, ...] = (
    PanelKey("steer_down", "left,h", "steer", "a twentieth of its range lower", "screen.steer(-1)", 1, "lower"),
    PanelKey("steer_up", "right,l", "steer", "a twentieth of its range higher", "screen.steer(1)", 1, "higher"),
    PanelKey("steer_far_down", "shift+left", "much lower", "a quarter of its range lower", "screen.steer(-5)"),
    PanelKey("steer_far_up", "shift+right", "much higher", "a quarter of its range higher", "screen.steer(5)"),
    PanelKey("unsteered", "0", "own value", "the unit as the item has it", "screen.unsteered", 2),
    PanelKey("item_on", "full_stop", "item", "steer the item of the next quantile", "screen.item(1)", 3, "next item"),
    PanelKey("item_back", "comma", "item", "that of the quantile before", "screen.item(-1)", 3, "item before"),
    PanelKey("find_units", "slash", "find", "density<0.1 class=3 like=17 dead rare alive, a number", "screen.find", 4),
    PanelKey("order_units", "o", "order", "order by the next column", "screen.order", 5),
    PanelKey("units_reversed", "O", "reverse", "order the other way round", "screen.reverse"),
    PanelKey("other_side", "tab", "table", "from the table to the unit, and back", "screen.other_side", 6),
    PanelKey("other_layer", "L", "layer", "units of the first layer, or of the code", "screen.other_layer", 7),
    PanelKey("units_again", "u", "read again", "have the newest weights answer", "screen.again", 8),
    PanelKey("units_stop", "x", "stop", "read no further", "screen.stop", 9),
    PanelKey("copy_units", "y", "copy", "copy the table as it is found and ordered", "screen.copy_units", 10),
    PanelKey("write_units", "e", "write", "write the table or the unit to a file", "screen.write_units", 11),
    PanelKey("units_up", "pageup", "page up", "a screenful up", "screen.page(-1)"),
    PanelKey("units_down", "pagedown", "page down", "a screenful down", "screen.page(1)"),
    PanelKey("leave_units", "escape,q", "leave", "back to the screen below", "screen.dismiss", 12),
)
