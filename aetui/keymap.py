"""The table of actions. Bindings, the key bar, the help screen and the palette read it; adding an action is one line.

`keys` are Textual's names, several separated by commas. The user may change them by id, in `config.toml` under
`[keys]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType
from textual.keys import format_key

from aetui.panels import PANELS

Scope = Literal["everywhere", "workbench", "lists", "settings", "runs"]

SCOPES: dict[Scope, str] = {
    "workbench": "Workbench",
    "settings": "In the settings",
    "lists": "In lists",
    "runs": "In the table of runs",
    "everywhere": "Everywhere",
}


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


ACTIONS: tuple[Action, ...] = (
    Action("train", "t", "train", "train the chosen model with the settings shown", "workbench", "train", 1),
    Action("pause", "space", "pause", "hold the run still, or let it go on", "workbench", "pause", 2),
    Action("stop", "x", "stop", "stop the run; its weights are kept", "workbench", "stop", 3),
    Action("resume", "r", "resume", "go on with a run that was stopped or interrupted", "workbench", "resume", 4),
    Action("epoch_back", "left", "epoch", "one epoch back: curve and pictures", "workbench", "cursor(-1)", 5),
    Action("epoch_forward", "right", "epoch", "one epoch forward", "workbench", "cursor(1)", 5),
    Action("epochs_back", "shift+left", "ten epochs", "ten epochs back", "workbench", "cursor(-10)"),
    Action("epochs_forward", "shift+right", "ten epochs", "ten epochs forward", "workbench", "cursor(10)"),
    Action("first", "home", "first epoch", "to the first epoch", "workbench", "first"),
    Action("live", "end", "live", "to the newest epoch, and follow the run", "workbench", "live", 6),
    Action("log_scale", "l", "log scale", "logarithmic or linear loss axis", "workbench", "log_scale", 9),
    Action("models", "m", "models", "to the list of models", "workbench", "models", 8),
    Action("settings", "s", "settings", "to the settings", "workbench", "settings", 7),
    *(
        Action(f"panel_{p.key}", p.shortcut, p.label.lower(), p.meaning, "workbench", f"panel('{p.key}')")
        for p in PANELS.values()
    ),
    Action("previous_panel", "left_square_bracket", "previous panel", "one panel left", "workbench", "step(-1)"),
    Action("next_panel", "right_square_bracket", "next panel", "one panel right", "workbench", "step(1)"),
    Action("zoom", "z", "zoom", "the panel alone, or chart and panel", "workbench", "zoom"),
    Action("chart", "escape", "chart", "leave models and settings for the chart", "workbench", "chart"),
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
    Action("open", "enter", "open", "show the run in the workbench", "runs", "screen.open", 1),
    Action("resume_run", "r", "resume", "go on with a run that was stopped or interrupted", "runs", "screen.resume", 2),
    Action("reload", "f5", "reload", "read the run folder again", "runs", "screen.reload", 3),
    Action("workbench", "1", "workbench", "the workbench", "everywhere", "app.mode('workbench')"),
    Action("runs", "2", "runs", "the table of all runs", "everywhere", "app.mode('runs')"),
    Action("help", "question_mark", "help", "this page", "everywhere", "app.help", 20),
    Action("palette", "ctrl+p", "palette", "every action by name", "everywhere", "app.command_palette", 21),
    Action("theme", "f2", "theme", "choose other colours", "everywhere", "app.change_theme"),
    Action("quit", "q,ctrl+q", "quit", "leave; asks first while a run is going", "everywhere", "app.quit", 22),
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}


def bindings(*scopes: Scope) -> list[BindingType]:
    """Textual's bindings for the actions of `scopes`."""
    return [
        Binding(action.keys, action.act, action.label, id=action.id, priority=action.id == "palette")
        for action in ACTIONS
        if action.scope in scopes
    ]


def keys(action: Action, overrides: Mapping[str, str]) -> str:
    """The action's keys for people: "↑ k"."""
    names = overrides.get(action.id, action.keys).split(",")
    return " ".join(display(name.strip()) for name in names)


def first_key(action: Action, overrides: Mapping[str, str]) -> str:
    """The key to name where there is room for one."""
    return keys(action, overrides).split()[0]


def display(key: str) -> str:
    """One key for people: "^p", "⇧←", "?"."""
    *modifiers, name = key.split("+")
    marks = {"ctrl": "^", "shift": "⇧", "alt": "alt+"}
    return "".join(marks.get(mark, f"{mark}+") for mark in modifiers) + format_key(name)


def unknown(names: Iterable[str]) -> list[str]:
    """Those of `names` that are no action's id."""
    return [name for name in names if name not in BY_ID]
