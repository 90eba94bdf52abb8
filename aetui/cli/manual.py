"""`aetui man`: the manual page, made of the same table of commands as the help."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import typer

from aetui import __version__

ABOUT = """\
aetui trains autoencoders and shows what they learn, in a terminal. Without a command it opens the workbench; every \
action of that is a command as well. Results go to standard output, narration to standard error.
"""
ENVIRONMENT = (
    ("AETUI_RUNS", "Where runs are kept, as --runs-dir."),
    ("AETUI_DATA", "A folder with data sets, as --data-dir."),
    ("NO_COLOR", "The workbench without colours."),
)
FILES = (
    ("$XDG_DATA_HOME/aetui/runs", "The runs, a folder each."),
    ("$XDG_CACHE_HOME/aetui", "Data sets that were fetched."),
    ("$XDG_CONFIG_HOME/aetui/config.toml", "Theme, keys and cells of the workbench."),
)
STATUS = (
    ("0", "Done."),
    ("1", "Failed; the message says what to do."),
    ("2", "Wrong usage."),
    ("3", "Data not available."),
    ("75", "Left before the end (SIGUSR1), or another worker is gone; the same command, or resume, goes on."),
    ("130", "Interrupted; weights are kept."),
)


def man(context: typer.Context) -> None:
    """The manual page. Into a file or a pipe goes its source: `aetui man > ~/.local/share/man/man1/aetui.1`."""
    source = page(context.find_root().command)
    shown = sys.stdout.isatty() and shutil.which("man") is not None
    if not shown or subprocess.run(["man", "-l", "-"], input=source.encode(), check=False).returncode:
        typer.echo(source, nl=False)


def page(root: Any) -> str:
    """The page of the command `root` and all below it, in the language of man(7)."""
    return "".join(f"{line}\n" for line in _page(root))


def _page(root: Any) -> Iterator[str]:
    context = root.context_class(root, info_name="aetui", **root.context_settings)
    yield f'.TH AETUI 1 "" "aetui {__version__}" "User Commands"'
    yield from (".nh", ".ad l")  # words of the command line are not cut
    yield from (".SH NAME", r"aetui \- an autoencoder workbench in the terminal")
    yield from (".SH SYNOPSIS", r".B aetui", r"[\fIoption\fR ...] [\fIcommand\fR [\fIargument\fR ...]]")
    yield from (".SH DESCRIPTION", _text(ABOUT))
    yield from (".SH OPTIONS", "They may stand before or after the command; given twice, the later one counts.")
    yield from _parameters(root, context)
    yield ".SH COMMANDS"
    for name, command in root.commands.items():
        yield from _command(command, name, context)
    for head, rows in (("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES), ("EXIT STATUS", STATUS)):
        yield f".SH {head}"
        for term, meaning in rows:
            yield from (".TP", rf".B {_text(term)}", _text(meaning))


def _command(command: Any, name: str, parent: Any) -> Iterator[str]:
    if command.hidden:
        return
    context = command.context_class(command, info_name=name, parent=parent, **command.context_settings)
    deeper = getattr(command, "commands", {})
    usage = " ".join(command.collect_usage_pieces(context))
    yield f'.SS "{_text(context.command_path)} {_text(usage)}"'
    yield from (_text(paragraph) for paragraph in _paragraphs(command.help or ""))
    yield from _parameters(command, context)
    for each, below in deeper.items():
        yield from _command(below, each, context)


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            yield ".PP"
        yield " ".join(paragraph.split())


def _parameters(command: Any, context: Any) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and not parameter.hidden:
            yield from (".TP", rf".B {_text(record[0])}", _text(" ".join(record[1].split())))


def _text(text: str) -> str:
    """Text as it is: what the language would take for its own is escaped."""
    if text.startswith((".PP", r"\fI")):
        return text
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq").replace("`", r"\(ga").strip()
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
