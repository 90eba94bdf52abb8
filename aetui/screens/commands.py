"""What can be typed after `:`: a few commands with an argument, and every action of the keymap by its id."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.actions import parse

from aetui import keymap
from aetui.explaining import pages
from aetui.render.text import plain
from engine.errors import UsageError
from engine.params import named

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

    from aetui.screens.host import Workbench

Then = Callable[[], None]
"""What is left to be done once the command line is closed."""


class Typed(NamedTuple):
    """Where a command is typed: the app, and the screen below the command line."""

    app: Workbench
    screen: Screen[Any]


class Command(NamedTuple):
    """A row of the table. `run` does it, or says by an EngineError why it cannot be done."""

    name: str
    usage: str
    help: str
    run: Callable[[Typed, str], Then]
    choices: Callable[[Typed, str], Iterable[str]]
    """What can stand after the name, beginning with what stands there."""
    slow: bool = False
    """Whether `run` looks at the disk: it is called in a thread then."""


def do(typed: Typed, text: str) -> Then:
    """Carry `text` out.

    Raises:
        EngineError: there is no such command, or it cannot be done; nothing was changed.
    """
    name, _, rest = text.strip().removeprefix(":").strip().partition(" ")
    if name.isdecimal():
        name, rest = "epoch", name
    command = COMMANDS.get(SHORT.get(name, name))
    if command is not None:
        return command.run(typed, rest.strip())
    action = keymap.BY_ID.get(name)
    if action is None:
        near = difflib.get_close_matches(name, [*COMMANDS, *keymap.BY_ID], 1)
        meant = f"; perhaps {near[0]} is meant" if near else "; tab lists them"
        raise UsageError("Command", f"there is no command {plain(name, 40)!r}{meant}")
    if rest:
        raise UsageError("Command", f"{name} takes no argument, got {plain(rest.strip(), 40)!r}")
    if action not in possible(typed.app, typed.screen):
        raise UsageError("Command", f"{name} ({action.help}) cannot be done here and now")
    return partial(typed.app.run_soon, typed.screen, action.act)


def slow(text: str) -> bool:
    """Whether carrying `text` out takes a look at the disk."""
    name = text.strip().removeprefix(":").strip().partition(" ")[0]
    command = COMMANDS.get(SHORT.get(name, name))
    return command is not None and command.slow


def possible(app: Workbench | App[Any], screen: Screen[Any]) -> Iterator[keymap.Action]:
    """The actions that can be done now on `screen` and everywhere; movement inside lists is left to keys."""
    scope = getattr(screen, "scope", "everywhere")
    for action in keymap.ACTIONS:
        namespace, name, parameters = parse(action.act)
        target = app if namespace == "app" else screen
        if action.scope in (scope, "everywhere") and target.check_action(name, parameters) is True:
            yield action


def candidates(typed: Typed, text: str) -> list[str]:
    """Whole lines that `text` may become, in the tables' order."""
    text = text.lstrip().removeprefix(":").lstrip()
    name, space, rest = text.partition(" ")
    command = COMMANDS.get(SHORT.get(name, name))
    if not space:
        actions = (action.id for action in possible(typed.app, typed.screen) if action.id not in (*COMMANDS, "command"))
        return [each for each in [*COMMANDS, *actions] if each.startswith(name)]
    if command is None:
        return []
    return [f"{name} {choice}" for choice in command.choices(typed, rest.lstrip())]


def completed(text: str, found: Sequence[str]) -> str:
    """`text` as far as all of `found` agree; with a space behind it where there is one and more may follow."""
    if len(found) == 1:
        command = COMMANDS.get(found[0])
        return found[0] + " " * bool(command and command.usage)
    agreed = found[0]
    while not all(each.startswith(agreed) for each in found):
        agreed = agreed[:-1]
    return agreed if len(agreed) > len(text) else text


# The commands.


def _set(typed: Typed, text: str) -> Then:
    from aetui.screens import branch_commands

    if branch_commands.adjusts(typed.app, text):
        return branch_commands.adjust(typed.app, text)
    name, _, value = text.replace("=", " ", 1).strip().partition(" ")
    if not value.strip():
        raise UsageError("Command", "expected a setting and its value, as in set learning_rate 1e-3")
    typed.app.desk.set_value(name, value.strip())
    return typed.app.show_workbench


def _settings(typed: Typed, text: str) -> Iterable[str]:
    name, space, value = text.partition(" ")
    params = typed.app.desk.params
    if not space:
        return [f"{param.name} " for param in params if name in param.name]
    try:
        param = named(name, params)
    except UsageError:
        return []
    choices = param.choices or (("on", "off") if param.kind == "bool" else ())
    return [f"{name} {choice}" for choice in choices if choice.startswith(value.lstrip())]


def _fork(typed: Typed, text: str) -> Then:
    from aetui.screens import branch_commands

    return branch_commands.fork(typed.app, text)


def _fork_choices(typed: Typed, text: str) -> Iterable[str]:
    from aetui.screens import branch_commands

    return branch_commands.choices(typed.app, text)


def _choose(setting: str) -> Callable[[Typed, str], Then]:
    def run(typed: Typed, text: str) -> Then:
        return _set(typed, f"{setting} {text}")

    return run


def _choices(setting: str) -> Callable[[Typed, str], Iterable[str]]:
    def choices(typed: Typed, text: str) -> Iterable[str]:
        return [choice for choice in named(setting, typed.app.desk.params).choices if choice.startswith(text)]

    return choices


def _model(typed: Typed, text: str) -> Then:
    _one_of(text, typed.app.desk.models, "model")
    typed.app.desk.choose_model(text)
    return typed.app.show_workbench


def _open(typed: Typed, text: str) -> Then:
    if not text:
        raise UsageError("Command", "expected a run: an id, the beginning of one, a name, or last")
    return partial(typed.app.open_run, typed.app.store.find(text).id)


def _runs(typed: Typed, text: str) -> Iterable[str]:
    known = [name for run in typed.app.state.runs.values() for name in (run.name, run.run_id) if name]
    return [name for name in ["last", *known] if name.startswith(text)]


def _last_run(typed: Typed, text: str) -> Iterable[str]:
    """As `_runs`, behind the runs that stand there."""
    head, space, last = text.rpartition(" ")
    return [f"{head}{space}{name}" for name in _runs(typed, last)]


def _theme(typed: Typed, text: str) -> Then:
    _one_of(text, list(typed.app.available_themes), "theme")
    typed.app.theme = text
    return _nothing


def _panel(typed: Typed, text: str) -> Then:
    _one_of(text, typed.app.desk.panels, "panel")
    typed.app.desk.action_panel(text)
    return typed.app.show_workbench


def _explain(typed: Typed, text: str) -> Then:
    if text:
        pages.page(text)  # raises where there is none
    return partial(typed.app.action_explain, text)


def _epoch(typed: Typed, text: str) -> Then:
    if not text.isdecimal():
        raise UsageError("Command", f"expected the number of an epoch, got {plain(text, 40)!r}")
    typed.app.desk.go_to(int(text))
    return typed.app.show_workbench


def _number(typed: Typed, text: str) -> Then:
    try:
        number, value = text.split()
        typed.app.desk.set_code(int(number), float(value))
    except ValueError as error:
        told = f"expected which number of the code and its value, such as z 3 1.25, got {plain(text, 40)!r}"
        raise UsageError("Command", told) from error
    return typed.app.show_workbench


def _data(typed: Typed, text: str) -> Then:
    from aetui.screens import data_commands

    return data_commands.run(typed.app, text)


def _data_choices(typed: Typed, text: str) -> Iterable[str]:
    from aetui.screens import data_commands

    return data_commands.choices(typed.app, text)


def _export(typed: Typed, text: str) -> Then:
    from aetui.screens import model_export

    return model_export.run(typed.app, text)


def _export_choices(typed: Typed, text: str) -> Iterable[str]:
    from aetui.screens import model_export

    return model_export.choices(typed.app, text)


def _film(typed: Typed, text: str) -> Then:
    from aetui.screens import film_commands

    return film_commands.run(typed.app, text)


def _film_choices(typed: Typed, text: str) -> Iterable[str]:
    from aetui.screens import film_commands

    del typed
    return film_commands.choices(text)


def _draw(typed: Typed, text: str) -> Then:
    from aetui.screens import draw_commands

    return draw_commands.run(typed.app, text)


def _draw_choices(typed: Typed, text: str) -> Iterable[str]:
    from aetui.screens import draw_commands

    del typed
    return draw_commands.choices(text)


def _sweep(typed: Typed, text: str) -> Then:
    from aetui.screens import sweep_commands

    return sweep_commands.run(typed.app, text)


def _sweep_choices(typed: Typed, text: str) -> Iterable[str]:
    from aetui.screens import sweep_commands

    return sweep_commands.choices(typed.app, text)


def _race(typed: Typed, text: str) -> Then:
    from aetui.screens import race_commands

    return race_commands.run(typed.app, typed.screen, text)


def _map(typed: Typed, text: str) -> Then:
    from aetui.screens import plane_commands

    return plane_commands.run(typed.app, text)


def _map_choices(typed: Typed, text: str) -> Iterable[str]:
    from aetui.screens import plane_commands

    return plane_commands.choices(typed.app, text)


def _sentences(name: str) -> Callable[[Typed, str], Then]:
    def run(typed: Typed, text: str) -> Then:
        from aetui.screens import sentence_commands

        then: Then = getattr(sentence_commands, name)(typed.app, text)
        return then

    return run


def _sentence_files(typed: Typed, text: str) -> Iterable[str]:
    from aetui.screens import sentence_commands

    return sentence_commands.files(typed, text)


def _quit(typed: Typed, text: str) -> Then:
    del text
    return partial(typed.app.run_soon, typed.screen, "app.quit")


def _one_of(text: str, known: Sequence[str], what: str) -> None:
    if text not in known:
        raise UsageError("Command", f"there is no {what} {plain(text, 40)!r}; there are {', '.join(known)}")


def _nothing() -> None:
    """It is done already."""


def _beginning(listed: Callable[[Typed], Iterable[str]]) -> Callable[[Typed, str], Iterable[str]]:
    return lambda typed, text: [each for each in listed(typed) if each.startswith(text)]


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("set", "NAME VALUE, or F=V …", "a setting; with = of the run that trains", _set, _settings),
        Command("fork", "EPOCH F=V …", "a run that branches off the one shown", _fork, _fork_choices),
        Command("preset", "NAME", "settings that go together", _choose("preset"), _choices("preset")),
        Command("dataset", "NAME", "what it learns from", _choose("dataset"), _choices("dataset")),
        Command("model", "NAME", "choose an autoencoder", _model, _beginning(lambda typed: typed.app.desk.models)),
        Command("open", "RUN", "show a run in the workbench", _open, _runs, slow=True),
        Command("panel", "NAME", "open a panel", _panel, _beginning(lambda typed: typed.app.desk.panels)),
        Command("explain", "PAGE", "what a model does; answers", _explain, _beginning(lambda typed: pages.pages())),
        Command("epoch", "NUMBER", "go to an epoch; its number alone will do", _epoch, lambda typed, text: ()),
        Command("z", "NUMBER VALUE", "give a number of the explored code a value", _number, lambda typed, text: ()),
        Command(
            "data",
            "add|show|rename|remove …",
            "all data sets; data add NAME PATH brings your own",
            _data,
            _data_choices,
            slow=True,
        ),
        Command(
            "export-model",
            "FORMAT PATH",
            "write the run shown for other programs",
            _export,
            _export_choices,
            slow=True,
        ),
        Command("film", "FILE.gif|FILE.cast", "a film of the run shown", _film, _film_choices, slow=True),
        Command("draw", "NUMBER|FILE", "a test item or a picture on the pad of Draw", _draw, _draw_choices, slow=True),
        Command("sweep", "SWEEP, or MODEL --over …", "show a sweep, or begin one", _sweep, _sweep_choices, slow=True),
        Command("race", "[RUN …]", "runs against each other: those named, or marked", _race, _last_run, slow=True),
        Command("map", "FILE, or train|test …", "codes by the million on a map", _map, _map_choices, slow=True),
        Command("walk", "STEPS", "from one sentence to the other", _sentences("walk"), lambda typed, text: ()),
        Command("clusters", "NUMBER", "groups of like sentences", _sentences("clusters"), lambda typed, text: ()),
        Command("sts", "FILE", "pairs of sentences with scores", _sentences("sts"), _sentence_files, slow=True),
        Command("theme", "NAME", "other colours", _theme, _beginning(lambda typed: typed.app.available_themes)),
        Command("quit", "", "leave", _quit, lambda typed, text: ()),
    )
}
SHORT = {"q": "quit", "e": "open", "colorscheme": "theme"}
"""As editors call them."""
