"""The keys of the table of data sets: rows of the table of actions (`aetui.keymap`)."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

DATA: tuple[PanelKey, ...] = (
    PanelKey("use_set", "enter", "use", "have the chosen model learn from the data set", "screen.use", 1),
    PanelKey("add_set", "a", "add", "bring data of your own", "screen.add", 2),
    PanelKey("filter_sets", "slash", "filter", "show the data sets that have what is typed", "screen.filter", 3),
    PanelKey("rename_set", "n,r", "rename", "call data of your own otherwise", "screen.rename", 4),
    PanelKey("forget_set", "d,delete", "forget", "forget data of your own; asks first", "screen.forget", 5),
    PanelKey("fetch_set", "f", "fetch", "download the data set; escape stops it", "screen.fetch", 6),
    PanelKey("all_sets", "escape", "all data sets", "stop a download; else drop the filter", "screen.all"),
    PanelKey("sets_up", "pageup", "page up", "a screenful up", "screen.page(-1)"),
    PanelKey("sets_down", "pagedown", "page down", "a screenful down", "screen.page(1)"),
    PanelKey("reload_sets", "f5", "reload", "look again which data sets there are", "screen.reload", 9),
)

ADDING: tuple[PanelKey, ...] = (
    PanelKey("add_it", "ctrl+s", "add", "read the data and note them down", "screen.add"),
    PanelKey("complete_path", "tab", "complete", "complete the path; then the next one", "screen.complete(1)"),
    PanelKey("complete_path_back", "shift+tab", "back", "the path before", "screen.complete(-1)"),
    PanelKey("leave_adding", "escape", "leave", "stop reading, nothing is added; else close", "screen.leave"),
)

FORGETTING: tuple[PanelKey, ...] = (
    PanelKey("keep_set", "escape,n", "keep", "keep the data set", "answer('keep')"),
    PanelKey("forget_it", "y", "forget", "forget the data set", "answer('forget')"),
)
