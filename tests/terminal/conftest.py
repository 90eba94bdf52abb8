from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of a user who starts the program for the first time."""
    ours = ("XDG_", "AETUI_", "NO_COLOR", "COLUMNS", "LINES")  # the size is that of the terminal
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
