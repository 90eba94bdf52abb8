from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from aetui import cli
from aetui.cli import manual

ROOT: Any = get_command(cli.app)


def test_the_manual_has_every_command_with_all_of_its_options() -> None:
    printed = CliRunner().invoke(cli.app, ["man"]).stdout
    assert printed == manual.page(ROOT)

    def check(command: Any, path: str) -> None:
        _, head, section = printed.partition(f'.SS "{path} ')
        assert head, path
        section = section.partition("\n.S")[0].replace("\\-", "-")
        for parameter in command.params:
            assert parameter.param_type_name != "option" or parameter.opts[0] in section
        for name, below in getattr(command, "commands", {}).items():
            check(below, f"{path} {name}")

    for name, command in ROOT.commands.items():
        check(command, f"aetui {name}")


@pytest.mark.skipif(shutil.which("man") is None or shutil.which("groff") is None, reason="man is NOT tested: not here")
def test_man_shows_it_without_a_warning() -> None:
    done = subprocess.run(
        ["man", "--warnings=w", "-l", "-"],
        input=manual.page(ROOT).encode(),
        env={**os.environ, "MANWIDTH": "200", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=200,
        check=True,
    )
    assert done.stderr == b""
    shown = " ".join(done.stdout.decode().split())
    for expected in ("aetui - an autoencoder workbench", "aetui runs show", "--set FIELD=VALUE", "130 Interrupted"):
        assert expected in shown
