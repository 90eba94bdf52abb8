"""The table of formats: a row each, and its writer in a file of its own."""

from __future__ import annotations

from engine.errors import UsageError
from engine.exports.format import Format

FORMATS: dict[str, Format] = {
    row.key: row
    for row in (
        Format(
            key="npz",
            label="weights as NumPy arrays, with a program of NumPy alone that runs networks of dense layers",
            folder=True,
            needs="weights",
            writer="engine.nn.exporting.npz_files:write",
            loader="load_npz.py",
        ),
    )
}


def format_of(key: str) -> Format:
    """The row called `key`. Raises UsageError if there is none."""
    if key not in FORMATS:
        raise UsageError("Unknown format", f"expected one of {', '.join(FORMATS)}, got {key!r}")
    return FORMATS[key]
