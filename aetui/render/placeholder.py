"""The words in the middle of a place where nothing is to be seen yet."""

from __future__ import annotations

from textwrap import wrap


def placed(text: str, width: int, height: int) -> list[str]:
    """The lines of `text` wrapped and centred in `width` cells, as many empty ones above as centre them in `height`."""
    lines = [line for part in text.splitlines() for line in wrap(part, max(1, width - 2)) or [""]]
    above = max(0, height - len(lines)) // 2
    return [""] * above + [line.center(width) for line in lines]
