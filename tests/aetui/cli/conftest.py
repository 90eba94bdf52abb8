from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
            [*command, *arguments], env=home, capture_output=True, text=True, timeout=120, check=False, **settings
        )

    return run
