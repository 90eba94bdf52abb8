from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from aetui.cli import app
from engine.errors import EngineError

Aetui = Callable[[str], Result]


@pytest.fixture
def aetui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aetui:
    """Runs a command line as it is typed, in a folder of its own, on a machine without data; what a user is told of a
    fault is the exception of the result."""
    for name in ("AETUI_DATA", "AETUI_RUNS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("CACHE", "STATE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "home" / name))
    monkeypatch.setattr("engine.datasets.folders.SYSTEM_FOLDERS", ())
    monkeypatch.setattr("engine.storage.native_output.divert", lambda: None)
    monkeypatch.setattr("aetui.cli.follower.signal.signal", lambda *_: None)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)

    def run(line: str) -> Result:
        name, *words = shlex.split(line)
        assert name == "aetui"
        return CliRunner().invoke(app, words)

    return run


@pytest.fixture
def succeeds(aetui: Aetui) -> Callable[[str], str]:
    """The standard output of a command line that must work."""

    def run(line: str) -> str:
        result = aetui(line)
        assert result.exit_code == 0, f"{line}: {result.exception!r}\n{result.output}"
        return result.stdout

    return run


@pytest.fixture
def refused(aetui: Aetui) -> Callable[[str], str]:
    """What is told of a command line that must not."""

    def run(line: str) -> str:
        result = aetui(line)
        assert isinstance(result.exception, EngineError), f"{line}: {result.exception!r}\n{result.output}"
        return str(result.exception)

    return run
