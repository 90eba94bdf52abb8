"""Folders and files for the user alone, whatever the umask."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER, FILE = 0o700, 0o600


def make_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it. What is there already keeps the mode that its owner gave it.

    `Path.mkdir` gives its mode to the last folder only: under a permissive umask others could exchange the rest.
    """
    missing = [folder]
    while not missing[-1].parent.exists() and missing[-1].parent != missing[-1]:
        missing.append(missing[-1].parent)
    for each in reversed(missing):
        each.mkdir(FOLDER, exist_ok=True)


def opener(path: str, flags: int) -> int:
    """For `open(..., opener=opener)`: a file that is made by it is the user's alone."""
    return os.open(path, flags, FILE)
