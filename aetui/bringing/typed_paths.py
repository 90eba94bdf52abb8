"""Paths as people type, paste and drop them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from engine.errors import UsageError

MOST = 5_000
"""Names of a folder that are looked at to complete one."""
_QUOTES = "\"'"
_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def meant(text: str) -> Path:
    """The path that `text` says: quotes round it, `~` for the home folder, `file://` before it and the backslashes that
    shells want before spaces are understood.

    Raises:
        UsageError: there is nothing, or no such user.
    """
    text = text.strip()
    quoted = len(text) > 1 and text[0] in _QUOTES and text[0] == text[-1]
    text = text[1:-1] if quoted else text.lstrip(_QUOTES)
    if text.startswith("file://"):
        text = unquote(urlsplit(text).path)
    elif "\\ " in text and not os.path.lexists(text):
        text = text.replace("\\ ", " ")
    if not text:
        raise UsageError("No path", "expected the path of a file or a folder, got nothing")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        name = text.split("/")[0][1:]
        raise UsageError("No such user", f"there is no user {name!r} whose folder that could be") from None


def completions(text: str) -> list[str]:
    """Whole texts that the path in `text` may become, in the order of names; folders end with a slash."""
    text = text.strip().lstrip(_QUOTES)
    head, slash, begun = text.rpartition("/")
    try:
        folder = meant(head + slash) if slash else Path()
        with os.scandir(folder) as entries:
            found = [
                f"{entry.name}/" if entry.is_dir() else entry.name
                for entry in islice(entries, MOST)
                if entry.name.startswith(begun) and (begun or not entry.name.startswith("."))
            ]
    except (UsageError, OSError, ValueError):
        return []
    return [f"{head}{slash}{name}" for name in sorted(found) if name.isprintable()]


def agreed(text: str, found: Sequence[str]) -> str:
    """`text` as far as all of `found` agree, if that is longer."""
    longest = found[0] if found else text
    while not all(each.startswith(longest) for each in found):
        longest = longest[:-1]
    return longest if len(longest) > len(text.strip().lstrip(_QUOTES)) else text


def suggested_name(path: Path) -> str:
    """What data at `path` may be called; empty where its name holds nothing that a name can."""
    stem = path.stem if not path.is_dir() else path.name
    return _NAME.sub("-", stem).strip("-._")[:40].rstrip("-._").lower()
