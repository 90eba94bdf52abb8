"""`:data`: what the command line does with data sets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from aetui.bringing.looks import Given
from aetui.bringing.typed_paths import completions, meant
from aetui.render.text import plain
from engine import datasets
from engine.datasets.own import adding, records
from engine.datasets.own.readers import READERS
from engine.errors import UsageError

if TYPE_CHECKING:
    from aetui.screens.host import DataSets, Workbench

KIND = re.compile(r"(?:^|\s)--kind(?:\s+|=)(\S+)")


class Verb(NamedTuple):
    """What can stand after `data`: `run` says by an EngineError why it cannot be done."""

    usage: str
    run: Callable[[str], Callable[[DataSets], object]]
    """From what stands behind the verb to what is to be done on the screen of all data sets."""
    choices: Callable[[str], Iterable[str]]
    """What may stand behind it, beginning with what stands there."""


def run(app: Workbench, text: str) -> Callable[[], None]:
    """Do it; what is left to be done once the command line is closed. Raises EngineError, and nothing was changed."""
    name, _, rest = text.partition(" ")
    verb = VERBS.get(name or "list")
    if verb is None:
        raise UsageError("Command", f"expected {', '.join(VERBS)}, got {plain(name, 40)!r}")
    return partial(app.show_data, verb.run(rest.strip()))


def choices(app: Workbench, text: str) -> list[str]:
    """What may stand after `data `."""
    del app
    name, space, rest = text.partition(" ")
    if not space:
        return [f"{each} " if verb.usage else each for each, verb in VERBS.items() if each.startswith(name)]
    return [f"{name} {choice}" for choice in VERBS[name].choices(rest.lstrip())] if name in VERBS else []


def _list(text: str) -> Callable[[DataSets], object]:
    if text:
        raise UsageError("Command", f"data list takes no argument, got {plain(text, 40)!r}")
    return lambda screen: None


def _show(text: str) -> Callable[[DataSets], object]:
    return partial(_choose, datasets.dataset(_given("show", text)).key)


def _add(text: str) -> Callable[[DataSets], object]:
    kind = found[1] if (found := KIND.search(text)) else ""
    name, _, path = KIND.sub("", text).strip().partition(" ")
    if not name:
        return lambda screen: screen.add(Given())
    adding.check_name(name)
    adding.chosen(meant(path), kind)
    given = Given(name, path.strip(), kind, at_once=True)
    return lambda screen: screen.add(given)


def _remove(text: str) -> Callable[[DataSets], object]:
    own = records.existing(_given("remove", text))

    def ask(screen: DataSets) -> None:
        screen.choose(own.name)
        screen.action_forget()

    return ask


def _rename(text: str) -> Callable[[DataSets], object]:
    name, _, to = text.partition(" ")
    if not to.strip():
        raise UsageError("Command", f"expected data rename {VERBS['rename'].usage}")
    return partial(_choose, adding.rename(name, to.strip()).name)


def _given(verb: str, text: str) -> str:
    if not text:
        raise UsageError("Command", f"expected data {verb} {VERBS[verb].usage}")
    return text


def _choose(key: str, screen: DataSets) -> None:
    screen.choose(key)


def _names(text: str) -> Iterable[str]:
    return [key for key in datasets.all_sets() if key.startswith(text)]


def _own_names(text: str) -> Iterable[str]:
    return [key for key in records.all_own() if key.startswith(text)]


def _paths_and_kinds(text: str) -> Iterable[str]:
    name, space, path = text.partition(" ")
    if not space:
        return []
    before, flag, kind = path.rpartition("--kind ")
    if flag:
        return [f"{name} {before}{flag}{key}" for key in READERS if key.startswith(kind)]
    return [f"{name} {found}" for found in completions(path)]


VERBS: dict[str, Verb] = {
    "list": Verb("", _list, lambda text: ()),
    "add": Verb("NAME PATH [--kind KIND]", _add, _paths_and_kinds),
    "show": Verb("NAME", _show, _names),
    "rename": Verb("NAME TO", _rename, _own_names),
    "remove": Verb("NAME", _remove, _own_names),
}
