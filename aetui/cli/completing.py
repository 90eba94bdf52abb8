"""What a shell is told when tab is pressed: which words may follow.

The scripts of `aetui completion` start this program with two variables in its environment, the shell's name and the
command line up to the cursor, and read a line for each word: the word, a tab, what it means. A line without a word
asks for names of files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

from aetui.cli import completers
from aetui.render.text import plain

SHELL, LINE, BREAKS = "_AETUI_COMPLETE", "_AETUI_LINE", "_AETUI_BREAKS"
WIDTH = 70
"""Characters of a meaning."""


def answer() -> None:
    """Print what may follow."""
    line = os.environ.get(LINE, "")
    words, incomplete = split(line)
    kept = ""
    if not {'"', "'"} & set(line.rpartition(" ")[2]):  # within quotes nothing breaks
        kept = incomplete[: max(map(incomplete.rfind, os.environ.get(BREAKS, "")), default=-1) + 1]
    told: set[str] = set()
    for word, meaning in offers(words[1:], incomplete):
        if meaning == completers.FILES:
            print("\t")
        elif word not in told:
            told.add(word)
            print(f"{plain(word.removeprefix(kept))}\t{plain(meaning, WIDTH)}")


def split(line: str) -> tuple[list[str], str]:
    """The whole words of a command line that ends at the cursor, and the one that is begun; quotes may be open."""
    import shlex

    for closing in ("", '"', "'", "\\"):
        reader = shlex.shlex(line + closing, posix=True, punctuation_chars=False)
        reader.whitespace_split, reader.commenters = True, ""
        try:
            words = list(reader)
        except ValueError:
            continue
        begun = bool(closing) or not line or not line[-1].isspace() or line[-2:-1] == "\\"
        return (words[:-1], words[-1]) if begun and words else (words, "")
    return [], ""


def offers(words: Sequence[str], incomplete: str) -> Iterator[tuple[str, str]]:
    """What may stand in the place of `incomplete` behind `words`, with its meaning."""
    context, own = _reached(words)
    command = context.command
    otherwise = getattr(command, "otherwise", "")
    if otherwise and (incomplete.startswith("-") or len(own) > _leading(command, context.parent, own)):
        context = _context(command.commands[otherwise], otherwise, own, context)
    options = _flags(context.command, context.parent)
    due = _due(options, own)
    if due is not None:
        yield from _values(due, context, incomplete)
    elif incomplete.startswith("-") and "--" not in own:
        flag, equals, begun = incomplete.partition("=")
        if not equals:
            yield from ((name, option.help or "") for name, option in options.items() if name.startswith(incomplete))
        elif flag in options:
            for word, meaning in _values(options[flag], context, begun):
                yield f"{flag}={word}", meaning
    elif hasattr(context.command, "commands"):
        if len(own) == _leading(context.command, context.parent, own):  # or there is a word that is no command
            for name, each in context.command.commands.items():
                if name.startswith(incomplete) and not each.hidden:
                    yield name, each.get_short_help_str(WIDTH)
    else:
        argument = next((each for each in _arguments(context) if _is_open(each, context)), None)
        if argument is not None:
            yield from _values(argument, context, incomplete)


def _reached(words: Sequence[str]) -> tuple[Any, Sequence[str]]:
    """The context of the last command among `words`, and the words that are its own."""
    from typer.main import get_command

    from aetui.cli import app

    command: Any = get_command(app)
    name, context = "aetui", None
    while True:
        at = _leading(command, context, words)
        deeper = getattr(command, "commands", {}).get(words[at]) if at < len(words) else None
        own = words if deeper is None else words[:at]
        context = _context(command, name, own, context)
        if deeper is None:
            return context, own
        command, name, words = deeper, words[at], words[at + 1 :]


def _context(command: Any, name: str, words: Sequence[str], parent: Any) -> Any:
    """That of `command` with `words`, as far as they go: a last option without its value would spoil them all."""
    context = command.context_class(
        command, info_name=name, parent=parent, resilient_parsing=True, **command.context_settings
    )
    due = _due(_flags(command, parent), words)
    # As they were typed: what turns them into numbers and paths takes longer to load than all the rest.
    context.params, *_ = command.make_parser(context).parse_args(args=list(words[:-1] if due else words))
    return context


def _leading(command: Any, parent: Any, words: Sequence[str]) -> int:
    from aetui.cli.commands import leading

    return leading(_flags(command, parent), words)


def _flags(command: Any, parent: Any) -> dict[str, Any]:
    """The options that `command` takes below `parent`, by each of their names."""
    from aetui.cli.commands import global_options

    return {
        flag: each
        for each in [*command.params, *(global_options(parent) if parent else ())]
        if each.param_type_name == "option"
        for flag in (*each.opts, *each.secondary_opts)
    }


def _due(flags: dict[str, Any], words: Sequence[str]) -> Any:
    """The option that the next word is a value of, or None."""
    option = flags.get(words[-1]) if words and "--" not in words[:-1] else None
    return option if option is not None and not option.is_flag else None


def _arguments(context: Any) -> Iterator[Any]:
    return (each for each in context.command.get_params(context) if each.param_type_name == "argument")


def _is_open(argument: Any, context: Any) -> bool:
    """Whether it can take one more word."""
    return argument.nargs == -1 or not isinstance(context.params.get(argument.name), str)


def _values(parameter: Any, context: Any, begun: str) -> Iterator[tuple[str, str]]:
    found = [(item.value, item.help or "") for item in parameter.shell_complete(context, begun)]
    yield from found
    if not found and _is_path(parameter, context):
        yield begun, completers.FILES


def _is_path(parameter: Any, context: Any) -> bool:
    for command in (context.command, context.find_root().command):
        hint = get_type_hints(command.callback).get(parameter.name) if command.callback else None
        if hint is not None:
            return Path in (hint, *get_args(hint))
    return False
