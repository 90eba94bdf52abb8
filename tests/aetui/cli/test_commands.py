"""The global options, before and after the name of a command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from aetui import cli
from aetui.cli.commands import CommandGroup, Commands
from aetui.cli.options import Options

seen: list[Options] = []
app, within = Commands(), Commands()


class Listing(CommandGroup):
    otherwise = "list"


listing = Commands(cls=Listing)


@app.callback()
def main(
    context: typer.Context,
    runs_dir: Annotated[Path | None, typer.Option(envvar="AETUI_RUNS")] = None,
    device: str = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
) -> None:
    context.obj = Options(runs_dir, None, device, quiet)


@app.command()
@within.command()
@listing.command("list")
@listing.command()
def show(context: typer.Context, words: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    seen.append(context.obj)
    typer.echo(" ".join(words or ()))


app.add_typer(within, name="within")
app.add_typer(listing, name="runs")


@pytest.mark.parametrize(
    ("line", "runs_dir", "device", "quiet", "words"),
    [
        ("show", "/environment", "auto", False, ""),
        ("show a --device cpu b", "/environment", "cpu", False, "a b"),
        ("--device gpu show --device=cpu --device gpu:1", "/environment", "gpu:1", False, ""),
        ("--runs-dir /a show -q", "/a", "auto", True, ""),
        ("--runs-dir /a show --runs-dir /b", "/b", "auto", False, ""),
        ("show -- --quiet", "/environment", "auto", False, "--quiet"),
        ("--device cpu within --device gpu show a --quiet", "/environment", "gpu", True, "a"),
        ("runs --runs-dir /a -q a b", "/a", "auto", True, "a b"),
        ("runs -q", "/environment", "auto", True, ""),
        ("runs --device=cpu show show -q", "/environment", "cpu", True, "show"),
    ],
)
def test_a_global_option_counts_wherever_it_stands_and_the_later_one_more(
    monkeypatch: pytest.MonkeyPatch, line: str, runs_dir: str, device: str, quiet: bool, words: str
) -> None:
    monkeypatch.setenv("AETUI_RUNS", "/environment")
    seen.clear()
    result = CliRunner().invoke(app, line.split())
    assert result.stdout == f"{words}\n"
    assert seen == [Options(Path(runs_dir), None, device, quiet)]


def commands(command: Any) -> Iterator[Any]:
    yield command
    for each in getattr(command, "commands", {}).values():
        yield from commands(each)


def test_every_command_takes_them_and_says_so_in_its_help() -> None:
    root = get_command(cli.app)
    for command in commands(root):
        if command is root:
            continue
        with typer.Context(root, info_name="aetui") as above:
            context = command.context_class(command, info_name=command.name, parent=above)
            assert {"runs_dir", "data_dir", "device", "quiet", "version"} <= {
                each.name for each in command.get_params(context)
            }
            assert "--runs-dir, --data-dir" in " ".join(command.get_help(context).split())
