"""The first look at text: its beginning, and what a line of it is taken for."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from engine.datasets.own.readers.looking import NAMED, Preview, first_lines, some_files
from engine.errors import counted


def look(path: Path, suffixes: Collection[str], *, lines: bool, prose: bool) -> Preview:
    """At a file whatever its name, in a folder at the first with one of the `suffixes`; `lines` and `prose` are what
    the user said of it. Raises OSError."""
    from engine.text.layout import guessed

    files = [file for file in some_files(path) if file == path or file.suffix.lower() in suffixes]
    if not files:
        return Preview()
    there = first_lines(files[0])
    in_lines = lines or (not prose and guessed(there).layout == "lines")
    how = f"{'each line is a sentence' if in_lines else 'prose'}{'' if lines or prose else ', as it looks'}"
    name = f"{files[0].name} of {counted(len(files), 'file')}: " if path.is_dir() else ""
    return Preview([f"{name}{how}", *list(filter(None, there))[:NAMED]])
