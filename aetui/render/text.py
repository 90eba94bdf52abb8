"""Text from files and data, made fit for a terminal."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Categories that a terminal obeys or cannot show: control and format characters, surrogates, line separators."""


def plain(text: str, width: int | None = None) -> str:
    """`text` without anything that a terminal would obey, cut to `width` characters with an ellipsis.

    Escape, bell and the like become �, so that it shows that something was there. Markup is not touched: hand the
    result to widgets as `Content` or with `markup=False`.
    """
    shown = text if text.isprintable() else "".join("�" if _is_hidden(char) else char for char in text)
    return shown if width is None or len(shown) <= width else shown[: max(0, width - 1)] + "…"


def plain_lines(text: str) -> str:
    """`text` like `plain`, but line breaks stay."""
    return "\n".join(plain(line) for line in text.splitlines())


def plain_json(json: str) -> str:
    """`json` with what a terminal would obey as \\u escapes: whoever reads it finds the same text in it."""
    return json if json.isprintable() else "".join(_escape(char) if _is_hidden(char) else char for char in json)


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN


def _escape(char: str) -> str:
    """JSON counts in UTF-16: what is beyond its 16 bits takes two escapes."""
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
