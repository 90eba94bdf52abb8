"""The format of the user's own text, as they said when they added it: a note beside the link to it.

It names the file that it is about, so that it never counts for another one, whichever of the two is replaced first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from engine.storage.atomic import replacing

TextFormat = Literal["", "lines", "prose"]
"""lines: each is a sentence; prose: sentences run through the lines of a paragraph, or several stand in one; empty:
nobody said, and it is guessed."""

_LONGEST = 2**13
"""Bytes of a note: a path has 4,096 at most."""


def write_format(link: Path, path: Path, text_format: TextFormat) -> None:
    """Keep what was said about `path`, which `link` is to point to. Raises OSError."""
    place = _place(link)
    if not text_format:
        place.unlink(missing_ok=True)
        return
    with replacing(place) as file:
        file.write(f"{text_format}\n{path}".encode(errors="surrogateescape"))


def read_format(link: Path) -> TextFormat:
    """What was said about the file that `link` points to."""
    try:
        with _place(link).open("rb") as file:
            text_format, _, path = file.read(_LONGEST).decode(errors="surrogateescape").partition("\n")
        same = path == str(link.readlink())
    except OSError:
        return ""
    return cast("TextFormat", text_format) if same and text_format in ("lines", "prose") else ""


def _place(link: Path) -> Path:
    return link.with_name(f"{link.name}.lines")
