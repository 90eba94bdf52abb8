from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from detached_runs import detached


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of a user who starts the program for the first time."""
    ours = ("XDG_", "AETUI_", "NO_COLOR", "COLUMNS", "LINES")  # the size is that of the terminal
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """No process is left when the test is over."""
    yield tmp_path
    for process in detached(tmp_path):
        process.kill()
