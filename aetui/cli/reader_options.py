"""The options of the readers of own data as options of a command, made of the one place where they are described."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any, get_type_hints

import typer


def with_reader_options(command: Callable[..., None]) -> Callable[..., None]:
    """`command`, whose keyword arguments without a name become an option for each field of each reader's options; those
    that are not given are None."""
    named = inspect.signature(command, eval_str=True)
    plain = [one for one in named.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    options = list(_options())

    def called(**given: Any) -> None:
        command(**given)

    called.__name__, called.__doc__ = command.__name__, command.__doc__
    called.__signature__ = inspect.Signature([*plain, *options])  # type: ignore[attr-defined]
    hints = get_type_hints(command, include_extras=True)
    called.__annotations__ = {one.name: hints[one.name] for one in plain} | {
        one.name: one.annotation for one in options
    }
    return called


def _options() -> Iterator[inspect.Parameter]:
    from engine.datasets.own.readers import READERS
    from engine.params import Param, describe

    found: dict[str, tuple[Param, list[str]]] = {}
    for reader in READERS.values():
        for param in describe(reader.Options()):
            found.setdefault(param.name, (param, []))[1].append(reader.key)
    for name, (param, readers) in found.items():
        everywhere = len(readers) == len(READERS)
        yield inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                _type(param),
                typer.Option(
                    f"--{name.replace('_', '-')}",
                    help=_help(param),
                    metavar=None if param.kind == "bool" else param.name.rpartition("_")[2].upper(),
                    rich_help_panel="Any data" if everywhere else f"For {', '.join(readers)}",
                    show_default=False,
                ),
            ],
        )


def _type(param: Any) -> Any:
    """Whether it is there, or text: the reader checks it."""
    return bool | None if param.kind == "bool" else str | None


def _help(param: Any) -> str:
    choices = f" ({', '.join(param.choices)})" if param.choices else ""
    plain = f" [{param.default}]" if param.default not in ("", False, 0) else ""
    return f"{param.meaning}{choices}{plain}"
