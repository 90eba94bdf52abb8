"""The keys of the pad."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

KEYS: tuple[PanelKey, ...] = (
    PanelKey("dab", "space", "draw", "put the brush down at the cursor, once", "dab(False)", -12, "put it down"),
    PanelKey("pen", "enter", "pen", "moves paint, then erase, then do neither", "pen", -11),
    PanelKey("erase", "backspace", "erase", "erase at the cursor: a hiding brush takes its own away", "dab(True)", -10),
    PanelKey(
        "brush",
        "o",
        "brush",
        "paint; noise; a patch: these two hide the drawing from the model",
        "pad('next_tool')",
        -9,
    ),
    PanelKey("wider", "plus", "width", "the brush a pixel wider", "pad('resize', 1)", -8, "wider"),
    PanelKey("narrower", "minus", "width", "the brush a pixel narrower", "pad('resize', -1)", -8, "narrower"),
    PanelKey(
        "darker",
        "comma",
        "value",
        "the brush's brightness, or the noise, lower",
        "pad('revalue', -1)",
        -7,
        "darker",
    ),
    PanelKey("brighter", "full_stop", "value", "brightness or noise higher", "pad('revalue', 1)", -7, "brighter"),
    PanelKey("colour", "k", "colour", "the next colour", "pad('next_colour')", -5),
    PanelKey("pick", "at", "pick", "paint with what is under the cursor", "pad('pick')"),
    PanelKey("undo", "u", "undo", "undo the last change", "pad('undo')", -6),
    PanelKey("redo", "U", "redo", "do again what was undone", "pad('redo')"),
    PanelKey("corrupt", "N", "noise", "hide the drawing as the run hid its items", "corrupt", -3, "noise of the run"),
    PanelKey("invert", "I", "invert", "white for black", "pad('invert')"),
    PanelKey("clear", "delete", "clear", "a black pad", "clear"),
    PanelKey("any_item", "asterisk", "an item", "a test item by chance (pagedown: the next)", "any_item", -4),
    PanelKey("pixel_left", "left", "pixel left", "the cursor one pixel left", "go(0, -1)"),
    PanelKey("pixel_right", "right", "pixel right", "the cursor one pixel right", "go(0, 1)"),
    PanelKey("pixel_up", "up", "pixel up", "the cursor one pixel up", "go(-1, 0)"),
    PanelKey("pixel_down", "down", "pixel down", "the cursor one pixel down", "go(1, 0)"),
    PanelKey("pixels_left", "shift+left", "far left", "the cursor four pixels left", "go(0, -4)"),
    PanelKey("pixels_right", "shift+right", "far right", "the cursor four pixels right", "go(0, 4)"),
    PanelKey("pixels_up", "shift+up", "far up", "the cursor four pixels up", "go(-4, 0)"),
    PanelKey("pixels_down", "shift+down", "far down", "the cursor four pixels down", "go(4, 0)"),
)
