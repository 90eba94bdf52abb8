from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from click.testing import Result
from instant import Instant
from typer.testing import CliRunner

from aetui.__main__ import main
from aetui.cli import app, engines
from engine.datasets import folders
from engine.runs.store import RunStore
from engine.storage import native_output

Aetui = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has just logged in: no data, no cache, no runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "AETUI_"))}
    return {**kept, "HOME": str(tmp_path)}


@pytest.fixture
def command() -> list[str]:
    return [sys.executable, "-m", "aetui"]


@pytest.fixture
def aetui(home: dict[str, str], command: list[str]) -> Aetui:
    """Runs a command line to its end."""

    def run(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments], env=home, capture_output=True, text=True, timeout=400, check=False, **settings
        )

    return run


@pytest.fixture
def inside(home: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Aetui:
    """The same within this process, which costs a twentieth: for command lines that need no engine and no streams."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patched, Path(os.devnull).open() as nothing:
            for name in os.environ.keys() - home.keys():
                patched.delenv(name)
            patched.setenv("HOME", home["HOME"])
            patched.setenv("COLUMNS", "80")
            patched.setattr(sys, "argv", ["aetui", *arguments])
            patched.setattr(sys, "stdin", nothing)
            patched.setattr(native_output, "divert", native_output.log_path)  # it would last beyond the test
            status: object = 0
            try:
                main()
            except SystemExit as end:
                status = end.code or 0
        assert isinstance(status, int)
        return subprocess.CompletedProcess(arguments, status, *capsys.readouterr())

    return run


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def instantly(store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a command line in this process, on engines whose runs are done at once."""

    @contextmanager
    def instant(options: Any, *, training: bool = False) -> Iterator[Any]:
        events: SimpleQueue[Any] = SimpleQueue()
        yield Instant(events.put, options.store), events

    monkeypatch.delenv("AETUI_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(folders, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(engines, "engine", instant)
    monkeypatch.setattr(Instant, "made", [])
    monkeypatch.setattr("aetui.cli.follower.signal.signal", lambda *_: None)
    return lambda *arguments: CliRunner().invoke(app, ["--runs-dir", str(store.root), "--quiet", *arguments])
