"""The table of actions. Bindings, the key bar, the help screen and the palette read it; adding an action is one line.

`keys` are Textual's names, several separated by commas. The user may change them by id, in `config.toml` under
`[keys]`.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, format_key

from aetui.mapping.keys import MAP_KEYS
from aetui.panels.anomaly_keys import ANOMALIES
from aetui.panels.curing.keys import HEALTH
from aetui.panels.drawing.keys import KEYS as DRAW
from aetui.panels.erring.keys import BENCH, WORST
from aetui.panels.exploring.keys import KEYS as LATENT
from aetui.panels.keys import PanelKey
from aetui.panels.table import PANELS
from aetui.panels.unit_keys import TILES, UNITS
from aetui.racing.keys import RACE
from aetui.screens.branch_keys import BRANCH, CHANGING
from aetui.screens.run_keys import DELETING, RUN_LINE, RUNS
from aetui.screens.set_keys import ADDING, DATA, FORGETTING
from aetui.screens.sweep_keys import SWEEP

Scope = Literal[
    "everywhere",
    "workbench",
    "touring",
    "chart",
    "models",
    "lists",
    "settings",
    "changing",
    "sentences",
    "anomalies",
    "weights",
    "draw",
    "latent",
    "worst",
    "bench",
    "health",
    "runs",
    "run_line",
    "data",
    "adding",
    "curves",
    "units",
    "sweep",
    "race",
    "map",
    "exporting",
    "command",
    "dialogs",
    "leaving",
    "deleting",
    "forgetting",
]

SCOPES: dict[Scope, str] = {
    "workbench": "Workbench",
    "touring": "While the tour is on",
    "chart": "While the chart has the focus",
    "settings": "In the settings",
    "changing": "In the form of a fork, or of a run that trains",
    "sentences": "While a sentence or a user is typed",
    "anomalies": "While the anomalies have the focus",
    "weights": "While the weights have the focus",
    "draw": "While the pad of Draw has the focus",
    "latent": "While the latent codes have the focus",
    "worst": "While the worst cases have the focus",
    "bench": "While the noise bench has the focus",
    "health": "While health has the focus",
    "lists": "In lists",
    "models": "In the list of models",
    "runs": "In the table of runs",
    "run_line": "While a line is typed below a table",
    "data": "In the table of data sets",
    "adding": "While data are added",
    "curves": "In the list of loss terms",
    "units": "On the screen of units",
    "sweep": "On the screen of a sweep",
    "race": "On the screen of a race",
    "map": "On the map of codes",
    "exporting": "While a file is chosen",
    "command": "In the command line",
    "dialogs": "In help, notices and the list of loss terms",
    "leaving": "When asked how to leave a run",
    "deleting": "When asked whether to delete a run",
    "forgetting": "When asked whether to forget data",
    "everywhere": "Everywhere",
}

TOGETHER: tuple[set[Scope], ...] = (
    {"workbench", "chart"},
    {"workbench", "touring"},
    {"workbench", "settings"},
    {"workbench", "sentences"},
    {"workbench", "anomalies"},
    {"workbench", "weights"},
    {"workbench", "draw"},
    {"workbench", "latent"},
    {"workbench", "worst"},
    {"workbench", "bench"},
    {"workbench", "health"},
    {"health", "lists"},
    {"workbench", "lists"},
    {"workbench", "models"},
    {"models", "lists"},
    {"runs", "lists"},
    {"data", "lists"},
    {"adding", "settings"},
    {"changing", "settings"},
    {"curves", "lists"},
    {"curves", "dialogs"},
    {"dialogs", "lists"},
    {"exporting", "lists"},
    {"sweep", "lists"},
    {"units", "lists"},
)
"""Scopes whose keys work at the same time; "everywhere" goes with all that are not modal."""

MODAL: frozenset[Scope] = frozenset(
    {
        "adding",
        "changing",
        "curves",
        "units",
        "sweep",
        "race",
        "map",
        "exporting",
        "command",
        "dialogs",
        "leaving",
        "deleting",
        "forgetting",
    }
)
"""Scopes that keep the keys of the screens below out, except those obeyed first."""

OF_PANELS: dict[Scope, Sequence[PanelKey]] = {
    "workbench": BRANCH,
    "changing": CHANGING,
    "anomalies": ANOMALIES,
    "weights": TILES,
    "units": UNITS,
    "draw": DRAW,
    "latent": LATENT,
    "worst": WORST,
    "bench": BENCH,
    "health": HEALTH,
    "map": MAP_KEYS,
    "runs": RUNS,
    "run_line": RUN_LINE,
    "deleting": DELETING,
    "sweep": SWEEP,
    "race": RACE,
    "data": DATA,
    "adding": ADDING,
    "forgetting": FORGETTING,
}
"""By scope the keys that stand beside the panel or the screen whose they are."""

LAST_RESORT = "ctrl+c"
"""Always quits, whatever the user's keys are."""

FIRST = frozenset(
    {
        *("palette", "command", "models", "settings", "ask", "other_field", "leave", "obey", "leave_command"),
        *("filter_runs", "rename_run", "tag_run", "note_run", "leave_line"),
        *("export", "other_part"),
        *("filter_sets", "rename_set", "add_set"),
    }
)
"""Obeyed before the focused widget sees the key: what is typed right after them must reach the new focus."""


def _name(char: str) -> str:
    name = unicodedata.name(char).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


NAMES: dict[str, str] = {char: _name(char) for char in string.punctuation + " "}
"""What Textual calls a character that is neither letter nor digit."""

CHARACTERS: dict[str, str] = {name: char for char, name in NAMES.items()}
"""The other way round; Textual's own function does not know all of them, such as the slash."""

KEYS: frozenset[str] = frozenset({*NAMES.values(), *(key.value for key in Keys if not key.value.startswith("<"))})
"""Keys with a name."""


class Action(NamedTuple):
    """A row of the table. `act` is Textual's action.

    `bar` is its place in the key bar, lowest first; 0: not there. Actions with one place share their label."""

    id: str
    keys: str
    label: str
    help: str
    scope: Scope
    act: str
    bar: int = 0
    name: str = ""
    """For the palette, where the label alone does not tell."""

    @property
    def title(self) -> str:
        """The action by name, different from all others of its scope."""
        return self.name or self.label


ACTIONS: tuple[Action, ...] = (
    Action("train", "t", "train", "train the chosen model with the settings shown", "workbench", "train", 1),
    Action("pause", "space", "pause", "hold the run still, or let it go on", "workbench", "pause", 2),
    Action("stop", "x", "stop", "stop the run; its weights are kept", "workbench", "stop", 3),
    Action("unqueue", "X", "unqueue", "take the last waiting run out of the queue", "workbench", "unqueue", 4),
    Action("resume", "r", "resume", "go on with a run, to more epochs if so set", "workbench", "resume", 5),
    Action(
        "epoch_back", "left", "epoch", "one epoch back: curve, pictures", "workbench", "cursor(-1)", 6, "one epoch back"
    ),
    Action("epoch_forward", "right", "epoch", "one epoch forward", "workbench", "cursor(1)", 6, "one epoch forward"),
    Action("epochs_back", "shift+left", "ten epochs back", "ten epochs back", "workbench", "cursor(-10)"),
    Action("epochs_forward", "shift+right", "ten epochs forward", "ten epochs forward", "workbench", "cursor(10)"),
    Action("first", "home", "first epoch", "to the first epoch", "workbench", "first"),
    Action("live", "end", "live", "to the newest epoch, and follow the run", "workbench", "live", 7),
    Action("log_scale", "l", "log scale", "loss axis by itself, logarithmic, linear", "workbench", "log_scale", 11),
    Action("smooth", "M", "smooth", "curves as moving averages, the raw ones faint", "workbench", "smooth"),
    Action("time_unit", "T", "time unit", "epochs, steps or seconds along the bottom", "workbench", "time_unit"),
    Action("time_in", "plus,right_parenthesis", "zoom in", "half of the time shown", "chart", "time_zoom(1)"),
    Action("time_out", "minus,left_parenthesis", "zoom out", "twice the time shown", "chart", "time_zoom(-1)"),
    Action("time_back", "less_than_sign", "earlier", "what comes before", "chart", "time_pan(-1)"),
    Action("time_on", "greater_than_sign", "later", "what comes after", "chart", "time_pan(1)"),
    Action("time_fit", "0", "whole run", "all of the run", "chart", "time_fit"),
    Action("curves", "C", "curves", "choose which loss terms are drawn", "workbench", "curves"),
    Action("models", "m", "models", "to the list of models", "workbench", "models", 10),
    Action("settings", "s", "settings", "to the settings", "workbench", "settings", 8),
    *(
        Action(f"panel_{p.key}", p.shortcut, p.label.lower(), p.meaning, "workbench", f"panel('{p.key}')")
        for p in PANELS.values()
    ),
    Action("previous_panel", "left_square_bracket", "previous panel", "one panel left", "workbench", "step(-1)"),
    Action("next_panel", "right_square_bracket", "next panel", "one panel right", "workbench", "step(1)"),
    Action("ask", "slash", "ask", "type a sentence or a user, to ask the model with", "workbench", "ask", 12),
    Action("beside", "b", "beside", "ask another run too: the next one, or none", "workbench", "beside", 13),
    Action("units", "U", "units", "the units of the code: table, dossiers, steering", "workbench", "units"),
    Action("next_way", "a", "way", "sentences: nearest, walk, clusters, pairs of a file", "workbench", "next_way", 13),
    Action("zoom", "z", "zoom", "what has the focus alone, chart or panel; then both", "workbench", "zoom", 9),
    Action("larger", "plus", "size", "larger pictures", "workbench", "picture_size(1)", 14, "larger"),
    Action(
        "smaller", "minus", "size", "smaller pictures, and more of them", "workbench", "picture_size(-1)", 14, "smaller"
    ),
    Action(
        "page_forward", "pagedown", "next page", "on through the pictures, into the test set", "workbench", "page(1)"
    ),
    Action("page_back", "pageup", "page before", "back through the pictures", "workbench", "page(-1)"),
    Action("cells", "K", "cells", "half-blocks, quadrants, sextants, octants, greys, ASCII", "workbench", "cells"),
    Action(
        "signed_error",
        "exclamation_mark",
        "signed error",
        "the error in two colours, or its size",
        "workbench",
        "signed_error",
    ),
    Action("chart", "escape", "chart", "leave models, settings and sentences for the chart", "workbench", "chart"),
    Action("tour_next", "N", "next step", "the next step of the tour, whatever was done", "touring", "app.tour_next"),
    Action("tour_leave", "escape", "leave the tour", "take the tour's card away", "touring", "app.tour_leave"),
    # Take it away.
    Action("copy", "y", "copy", "copy what the chart or the panel shows, whichever has the focus", "workbench", "copy"),
    Action("export", "e", "export", "write chart or panel to a file: CSV, PNG, SVG, NPY", "workbench", "export"),
    Action("film", "E", "film", "make a film of the run: a GIF, or a recording for asciinema", "workbench", "film"),
    Action("copy_command", "Y", "copy command", "copy the command that repeats the run", "workbench", "copy_command"),
    Action("write", "enter", "write", "write the file", "exporting", "write"),
    Action("no_file", "escape,q", "close", "write nothing", "exporting", "dismiss"),
    Action("other_part", "tab,shift+tab", "path", "to the path, and back", "exporting", "other_part"),
    Action("up", "up,k", "up", "one line up", "lists", "move(-1)"),
    Action("down", "down,j", "down", "one line down", "lists", "move(1)"),
    Action("top", "g", "top", "to the first line (gg works too)", "lists", "edge(-1)"),
    Action("bottom", "G", "bottom", "to the last line", "lists", "edge(1)"),
    Action("field_up", "up,k", "field up", "accept the value, one field up", "settings", "move(-1)"),
    Action("field_down", "down,j", "field down", "accept the value, one field down", "settings", "move(1)"),
    Action("less", "left,h", "previous choice", "previous choice; the caret in a number", "settings", "turn(-1)"),
    Action("more", "right,l", "next choice", "next choice; the caret in a number", "settings", "turn(1)"),
    Action("accept", "enter", "accept", "accept the value; next choice", "settings", "accept"),
    Action("preset_value", "ctrl+r", "preset", "back to the preset's value", "settings", "preset_value"),
    Action("put", "enter", "ask", "ask with what stands in the fields", "sentences", "submit", 1),
    Action("other_field", "tab", "other field", "to the other sentence", "sentences", "other_field", 2),
    Action(
        "leave",
        "escape",
        "leave",
        "stop asking; else leave the field: keys are keys again",
        "sentences",
        "screen.leave_field",
        3,
    ),
    Action("other_way", "ctrl+n", "way", "nearest sentences, walk, clusters, pairs", "sentences", "next_way", 4),
    Action("answers_up", "up", "answers up", "answers one line up", "sentences", "scroll_answers(-1)"),
    Action("answers_down", "down", "answers down", "answers one line down", "sentences", "scroll_answers(1)"),
    *(
        Action(key.id, key.keys, key.label, key.help, scope, key.act, key.bar, key.name)
        for scope, keys in OF_PANELS.items()
        for key in keys
    ),
    Action("choose", "enter", "settings", "on to the settings of the model", "models", "screen.settings"),
    Action("filter_models", "slash", "filter", "leave the models whose name has what is typed", "models", "filter", 12),
    Action("filter_curves", "slash", "filter", "leave the terms whose name has what is typed", "curves", "filter"),
    Action("obey", "enter", "do", "do what stands in the line", "command", "screen.obey"),
    Action("complete", "tab", "complete", "complete it; then the next possibility", "command", "screen.complete(1)"),
    Action("complete_back", "shift+tab", "back", "the possibility before", "command", "screen.complete(-1)"),
    Action("older", "up", "older", "what was typed before", "command", "screen.recall(-1)"),
    Action("newer", "down", "newer", "what was typed after", "command", "screen.recall(1)"),
    Action("leave_command", "escape", "leave", "close the line", "command", "screen.leave"),
    Action("switch", "space,enter", "switch", "draw the loss term, or leave it out", "curves", "switch"),
    Action("close", "escape,q,enter", "close", "close; the key that opened it does so, too", "dialogs", "dismiss"),
    Action("leave_stopped", "s,y", "stop and save", "stop the run, save and leave", "leaving", "answer('stop')"),
    Action("leave_running", "r", "leave it running", "leave; the run goes on", "leaving", "answer('leave')"),
    Action("stay", "escape,n", "stay", "stay in the workbench", "leaving", "answer('stay')"),
    Action("button_back", "left,h,up,k", "button back", "one button back", "leaving", "app.focus_previous"),
    Action("button_forward", "right,l,down,j", "button forward", "one button forward", "leaving", "app.focus_next"),
    Action("workbench", "1", "workbench", "the workbench", "everywhere", "app.mode('workbench')", 19),
    Action("runs", "2", "runs", "the table of all runs", "everywhere", "app.mode('runs')"),
    Action("data", "3", "data", "all data sets; data of your own come and go", "everywhere", "app.mode('data')"),
    Action("explain", "f1", "explain", "the page of the chosen model", "everywhere", "app.explain"),
    Action("help", "question_mark", "help", "this page", "everywhere", "app.help", 20),
    Action("palette", "ctrl+p", "palette", "every action by name", "everywhere", "app.command_palette", 22),
    Action("command", "colon", "command", "type a command; tab completes it", "everywhere", "app.command_line", 23),
    Action("theme", "f2", "theme", "choose other colours", "everywhere", "app.change_theme"),
    Action("quit", "q,ctrl+q", "quit", "leave; asks first while a run is going", "everywhere", "app.quit", 21),
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def bindings(*scopes: Scope) -> list[BindingType]:
    """Textual's bindings for the actions of `scopes`."""
    return [
        Binding(action.keys, action.act, action.label, id=action.id, priority=action.id in FIRST)
        for action in ACTIONS
        if action.scope in scopes
    ]


def closing(name: str) -> Binding:
    """Textual's binding by which the keys of the action `name`, which opens a dialog, close it again."""
    action = BY_ID[name]
    return Binding(action.keys, "dismiss", action.label, id=action.id)


def keys(action: Action, overrides: Mapping[str, str]) -> str:
    """The action's keys for people: "↑ k"."""
    return " ".join(map(display, split(action, overrides)))


def split(action: Action, overrides: Mapping[str, str]) -> list[str]:
    """The action's keys as Textual calls them."""
    return named(overrides.get(action.id, action.keys))


def first_key(action: Action, overrides: Mapping[str, str]) -> str:
    """The key to name where there is room for one."""
    return keys(action, overrides).split()[0]


def display(key: str) -> str:
    """One key for people: "^p", "⇧←", "?"."""
    *modifiers, name = key.split("+")
    marks = {"ctrl": "^", "shift": "⇧", "alt": "alt+"}
    # Few fonts have Textual's signs for these two, and no ASCII character stands for them.
    named = name if name in ("enter", "backspace") else format_key(name)
    return "".join(marks.get(mark, f"{mark}+") for mark in modifiers) + named


def named(keys: str) -> list[str]:
    """Keys as Textual calls them, of a text with commas between them."""
    names = (key.strip() for key in keys.split(","))
    return [NAMES.get(key, key) for key in names if key]
