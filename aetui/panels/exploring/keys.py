"""Keys of the explorer: rows of the table of actions (`aetui.keymap`), which gives them their scope."""

from __future__ import annotations

from typing import NamedTuple


class Key(NamedTuple):
    """As `aetui.keymap.Action`."""

    id: str
    keys: str
    label: str
    help: str
    act: str
    bar: int = 0
    name: str = ""


KEYS = (
    Key(
        "explore",
        "enter",
        "explore",
        "a crosshair in the codes; morph of two pins, grid of three",
        "explore",
        -9,
    ),
    Key("code_left", "left", "code", "one cell left among the codes", "walk(-1, 0)", -8, "left in the codes"),
    Key("code_right", "right", "code", "one cell right", "walk(1, 0)", -8, "right in the codes"),
    Key("code_up", "up", "code", "one cell up", "walk(0, 1)", -8, "up in the codes"),
    Key("code_down", "down", "code", "one cell down", "walk(0, -1)", -8, "down in the codes"),
    Key("far_left", "H", "far left", "eight cells left", "walk(-8, 0)"),
    Key("far_down", "J", "far down", "four cells down", "walk(0, -4)"),
    Key("far_up", "K", "far up", "four cells up", "walk(0, 4)"),
    Key("far_right", "L", "far right", "eight cells right", "walk(8, 0)"),
    Key("pin", "space", "pin", "keep this code, or let go of it", "pin", -7),
    Key("onto_item", "i", "onto item", "onto the nearest item, then onto the next", "onto_item", -6),
    Key("code_number", "1,2,3,4,5,6,7,8,9", "number", "that number of the code is the one to move", "number"),
    Key("next_number", "right_curly_bracket", "next number", "the next number of the code", "turn_number(1)"),
    Key("number_before", "left_curly_bracket", "number before", "the one before", "turn_number(-1)"),
    Key("slide_down", "comma", "lower", "the number a tenth of its spread lower", "slide(-0.1)"),
    Key("slide_up", "full_stop", "higher", "the number a tenth of its spread higher", "slide(0.1)"),
    Key("slide_far_down", "less_than_sign", "much lower", "the number its spread lower", "slide(-1)"),
    Key("slide_far_up", "greater_than_sign", "much higher", "the number its spread higher", "slide(1)"),
    Key("to_mean", "0", "to the mean", "the number to its mean over the items", "slide(0)"),
    Key("manifold", "g", "manifold", "pictures all over the part of the plane that is seen", "manifold"),
    Key("corner", "v", "mark", "a corner of a rectangle here, then the opposite one", "corner", -5),
    Key("colour_by", "o", "colour", "points by class, error, cluster, the chosen number", "colour_by", -4),
    Key("map_by", "f", "map", "two components, t-SNE, UMAP; gives up one being made", "map_by", -3),
    Key("other_map", "b", "other map", "keys move on the other map", "other_map"),
    Key("all_items", "a", "all items", "all items of the part, or a choice", "all_items"),
    Key("other_items", "P", "part", "items of the next part: validation, test, training", "other_items"),
    Key("explore_again", "u", "look again", "ask the newest weights", "explore_again"),
    Key("code_back", "backspace", "undo", "drop the rectangle, the morph, the last pin", "code_back"),
    Key("leave_codes", "escape", "leave", "back to the codes of every epoch", "leave_codes", -2),
)
