"""Commands that take the global options wherever they stand: `aetui --quiet train …` and `aetui train … --quiet`. One
is loaded when it is asked for: all of them would take three times as long as Python and Typer.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from aetui.cli.options import Options

HINT = "The global options (%s) may stand here as well; `aetui --help` says what they mean."
F = TypeVar("F", bound=Callable[..., Any])
Places = Mapping[str, tuple[str, str]]
"""Commands by name: the module that has one, and its name there, a function or a `Commands`."""
PLAIN: Mapping[str, Any] = {
    "add_completion": False,  # `aetui completion` has scripts of its own
    "rich_markup_mode": None,  # plain help, 0.15 s sooner
    "pretty_exceptions_enable": False,
}
_FOLDERS = ("runs_dir", "data_dir")
_OURS = frozenset(each.name for each in fields(Options))


def global_options(context: Any) -> list[Any]:
    """Those of `aetui` itself, hidden: what helps to read one command should not be found among them."""
    found = []
    for option in context.find_root().command.params:
        hidden = copy.copy(option)
        hidden.hidden = True
        found.append(hidden)
    return found


class _Anywhere:
    """Beside a class of Typer's: its commands take the global options, too; given twice, the later one counts."""

    def get_params(self, ctx: Any) -> list[Any]:
        own: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # of the class beside
        return own if ctx.parent is None else [*own, *global_options(ctx)]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]
        if ctx.parent is not None and not ctx.resilient_parsing:  # that is: unless a shell only asks what may follow
            given = {
                option.name: (ctx.params.pop(option.name, None), ctx.get_parameter_source(option.name).name)
                for option in global_options(ctx)
            }
            _lay_over(ctx, {name: value for name, (value, source) in given.items() if source == "COMMANDLINE"})
        return rest

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        super().format_epilog(ctx, formatter)  # type: ignore[misc]
        if ctx.parent is not None:
            named = ", ".join(option.opts[0] for option in global_options(ctx))
            formatter.write_paragraph()
            formatter.write_text(HINT % named)


def _lay_over(ctx: Any, given: dict[str, Any]) -> None:
    for name in _FOLDERS:
        if given.get(name) is not None:
            given[name] = Path(given[name])
    if isinstance(ctx.obj, Options):
        ctx.obj = replace(ctx.obj, **{name: value for name, value in given.items() if name in _OURS})


class Command(_Anywhere, TyperCommand):
    """A command."""


class _Later(Mapping[str, Any]):
    """The commands at `places`, each made once."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            module, attribute = self._places[name]
            self._made[name] = _made(name, getattr(importlib.import_module(module), attribute))
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places


def _made(name: str, found: Any) -> Any:
    """The command `name` of a function or of a `Commands`."""
    if not isinstance(found, typer.Typer):
        alone = Commands()
        alone.command(name)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    return command


class CommandGroup(_Anywhere, TyperGroup):
    """A command of several others."""

    places: Places = {}
    """Of commands that are loaded when they are asked for."""
    otherwise = ""
    """The one that is meant where none is named."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if self.places:
            self.commands = _Later(self.places)  # type: ignore[assignment]  # nothing is added to it

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """With `otherwise`, words that are no command are an argument of that, and options are its own."""
        if self.otherwise:
            at = leading({flag: option for option in global_options(ctx) for flag in option.opts}, args)
            if args[at : at + 1] not in ([name] for name in (*self.commands, "--help", "-h")):
                args = [*args[:at], self.otherwise, *args[at:]]
        return super().parse_args(ctx, args)


def leading(flags: Mapping[str, Any], args: Sequence[str]) -> int:
    """How many of the first `args` are `flags`, which are given with their options, or values of them."""
    at = 0
    while at < len(args):
        flag, equals, _ = args[at].partition("=")
        if flag not in flags:
            break
        at += 1 if equals or flags[flag].is_flag else 2
    return min(at, len(args))


class Commands(typer.Typer):
    """A `typer.Typer` whose commands are of these classes."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"cls": CommandGroup, **PLAIN, **settings})

    def command(self, name: str | None = None, **settings: Any) -> Callable[[F], F]:
        """As `typer.Typer.command`."""
        return super().command(name, **{"cls": Command, **settings})
