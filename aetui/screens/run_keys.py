"""The keys of the table of runs: rows of the table of actions (`aetui.keymap`)."""

from __future__ import annotations

from aetui.panels.keys import PanelKey

RUNS: tuple[PanelKey, ...] = (
    PanelKey("copy_id", "y", "copy id", "copy the id of the run", "screen.copy_id"),
    PanelKey("copy_run", "Y", "copy command", "copy the command that repeats the run", "screen.copy_command"),
    PanelKey("open", "enter", "open", "show the run in the workbench", "screen.open", 1),
    PanelKey("resume_run", "r", "resume", "go on with the run", "screen.resume", 4),
    PanelKey("stop_run", "x", "stop", "stop the run, whichever process trains it", "screen.stop", 5),
    PanelKey("mark_run", "space", "mark", "mark the run to race, up to six", "screen.mark", 2),
    PanelKey("race", "R", "race", "race the marked runs: curves, pictures, settings, metrics", "screen.race", 3),
    PanelKey("unmark_runs", "U", "unmark all", "take all marks away", "screen.unmark"),
    PanelKey("filter_runs", "slash", "filter", "show the runs that words and conditions fit", "screen.filter", 6),
    PanelKey("order", "o,right,l", "order", "order by the next column", "screen.order(1)", 7),
    PanelKey("order_before", "left,h", "order before", "order by the column before", "screen.order(-1)"),
    PanelKey("order_reversed", "O", "reverse", "order the other way round", "screen.reverse"),
    PanelKey("all_runs", "escape", "all runs", "drop the filter", "screen.all"),
    PanelKey("delete_run", "d,delete", "delete", "delete the run; asks first", "screen.delete", 8),
    PanelKey("undelete_run", "u", "undo delete", "bring back what was deleted last", "screen.undelete"),
    PanelKey("rename_run", "n", "rename", "call the run otherwise", "screen.rename", 9),
    PanelKey("tag_run", "t", "tags", "words to find the run by", "screen.tag", 10),
    PanelKey("note_run", "N", "note", "a line to remember the run by", "screen.note"),
    PanelKey("sooner", "K", "sooner", "let a waiting run begin one place sooner", "screen.move_queued(-1)"),
    PanelKey("later", "J", "later", "let a waiting run begin one place later", "screen.move_queued(1)"),
    PanelKey("page_up", "pageup", "page up", "a screenful up", "screen.page(-1)"),
    PanelKey("page_down", "pagedown", "page down", "a screenful down", "screen.page(1)"),
    PanelKey("first_run", "home", "first run", "to the first run", "screen.edge(-1)"),
    PanelKey("last_run", "end", "last run", "to the last run", "screen.edge(1)"),
    PanelKey("reload", "f5", "reload", "read the run folder again", "screen.reload", 11),
    PanelKey("sweeps", "w", "sweeps", "sweeps: trials, the best so far, what matters", "screen.sweeps"),
)

RUN_LINE: tuple[PanelKey, ...] = (
    PanelKey("take_line", "enter", "take", "take what was typed", "take", 1),
    PanelKey("leave_line", "escape", "leave", "leave the line; what was typed counts no more", "leave", 2),
)

DELETING: tuple[PanelKey, ...] = (
    PanelKey("keep_run", "escape,n", "keep", "keep the run", "answer('keep')"),
    PanelKey("delete_it", "y", "delete", "delete the run", "answer('delete')"),
)
