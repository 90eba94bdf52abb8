"""Keys of the worst cases and of the noise bench: rows of the table of actions (`aetui.keymap`)."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

WORST = (
    PanelKey("item_before", "left", "item", "the item before", "item(-1)", 6, "item before"),
    PanelKey("next_item", "right", "item", "the next item in the order", "item(1)", 6, "next item"),
    PanelKey("column_right", "shift+right", "column right", "the next column with items", "column(1)"),
    PanelKey("column_left", "shift+left", "column left", "the column with items before", "column(-1)"),
    PanelKey("first_item", "home", "first item", "the first item in the order", "edge(-1)"),
    PanelKey("last_item", "end", "last item", "the last item in the order", "edge(1)"),
    PanelKey("mark", "space", "mark", "mark the item, to be exported; or take the mark away", "mark", 2),
    PanelKey("by_term", "o", "order", "order by the next error or loss term", "measure", 15),
    PanelKey("turn", "O", "turn", "the best items first, or the worst again", "turn"),
    PanelKey("only_class", "N", "class", "the items of the next class alone; then all", "only_class", 17),
    PanelKey("other_cases", "f", "part", "measure validation or training items, then test items", "part", 18),
    PanelKey("measure_again", "u", "measure", "measure with the newest weights; stop that", "measure_again", 16),
)
BENCH = (
    PanelKey("weaker", "left", "level", "the level before", "level(-1)", 6, "weaker"),
    PanelKey("stronger", "right", "level", "the next level of the noise", "level(1)", 6, "stronger"),
    PanelKey("noise_before", "up", "kind", "the kind before", "kind(-1)", 15, "kind before"),
    PanelKey("next_noise", "down", "kind", "the next kind of noise", "kind(1)", 15, "next kind"),
    PanelKey("curves_of", "o", "PSNR/SSIM", "curves of PSNR, or of SSIM", "what", 16),
    PanelKey("other_images", "f", "part", "validation images, or test images again", "part", 18),
    PanelKey("restore_again", "u", "restore", "restore with the newest weights; stop it", "restore_again", 17),
)
