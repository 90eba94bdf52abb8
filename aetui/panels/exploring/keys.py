"""Keys of the explorer: rows of the table of actions (`aetui.keymap`), which gives them their scope."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

KEYS = (
    PanelKey(
        "explore",
        "enter",
        "explore",
        "a crosshair in the codes; morph of two pins, grid of three",
        "explore",
        -9,
    ),
    PanelKey("code_left", "left", "code", "one cell left among the codes", "walk(-1, 0)", -8, "left in the codes"),
    PanelKey("code_right", "right", "code", "one cell right", "walk(1, 0)", -8, "right in the codes"),
    PanelKey("code_up", "up", "code", "one cell up", "walk(0, 1)", -8, "up in the codes"),
    PanelKey("code_down", "down", "code", "one cell down", "walk(0, -1)", -8, "down in the codes"),
    PanelKey("far_left", "H", "far left", "eight cells left", "walk(-8, 0)"),
    PanelKey("far_down", "J", "far down", "four cells down", "walk(0, -4)"),
    PanelKey("far_up", "K", "far up", "four cells up", "walk(0, 4)"),
    PanelKey("far_right", "L", "far right", "eight cells right", "walk(8, 0)"),
    PanelKey("pin", "space", "pin", "keep this code, or let go of it", "pin", -7),
    PanelKey("onto_item", "i", "onto item", "onto the nearest item, then onto the next", "onto_item", -6),
    PanelKey("code_number", "1,2,3,4,5,6,7,8,9", "number", "that number of the code is the one to move", "number"),
    PanelKey("next_number", "right_curly_bracket", "next number", "the next number of the code", "turn_number(1)"),
    PanelKey("number_before", "left_curly_bracket", "number before", "the one before", "turn_number(-1)"),
    PanelKey("slide_down", "comma", "lower", "the number a tenth of its spread lower", "slide(-0.1)"),
    PanelKey("slide_up", "full_stop", "higher", "the number a tenth of its spread higher", "slide(0.1)"),
    PanelKey("slide_far_down", "less_than_sign", "much lower", "the number its spread lower", "slide(-1)"),
    PanelKey("slide_far_up", "greater_than_sign", "much higher", "the number its spread higher", "slide(1)"),
    PanelKey("to_mean", "0", "to the mean", "the number to its mean over the items", "slide(0)"),
    PanelKey("manifold", "g", "manifold", "pictures all over the part of the plane that is seen", "manifold"),
    PanelKey("corner", "v", "mark", "a corner of a rectangle here, then the opposite one", "corner", -5),
    PanelKey("colour_by", "o", "colour", "points by class, error, cluster, the chosen number", "colour_by", -4),
    PanelKey("map_by", "f", "map", "two components, t-SNE, UMAP; gives up one being made", "map_by", -3),
    PanelKey("other_map", "b", "other map", "keys move on the other map", "other_map"),
    PanelKey("all_items", "a", "all items", "all items of the part, or a choice", "all_items"),
    PanelKey("other_items", "P", "part", "items of the next part: validation, test, training", "other_items"),
    PanelKey("explore_again", "u", "look again", "ask the newest weights", "explore_again"),
    PanelKey("code_back", "backspace", "undo", "drop the rectangle, the morph, the last pin", "code_back"),
    PanelKey("leave_codes", "escape", "leave", "back to the codes of every epoch", "leave_codes", -2),
)
