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
        Format(
            key="csv",
            label="losses by epoch, and by step where they were kept, as tables for whatever program",
            folder=True,
            needs="record",
            writer="engine.exports.curves:write_csv",
        ),
        Format(
            key="tensorboard",
            label="losses, settings, metrics and pictures of the probe set, as event files for TensorBoard",
            folder=True,
            needs="record",
            writer="engine.nn.exporting.event_files:write",
        ),
        Format(
            key="card",
            label="a model card: data, settings, metrics beside baselines, alarms, limits, how to repeat it; Markdown",
            folder=False,
            needs="record",
            writer="engine.exports.card:write_card",
        ),
        Format(
            key="bundle",
            label="the whole run as one archive, for `aetui import` on another machine",
            folder=False,
            needs="record",
            writer="engine.exports.bundle:write_bundle",
        ),
    )
}


def format_of(key: str) -> Format:
    """The row called `key`. Raises UsageError if there is none."""
    if key not in FORMATS:
        raise UsageError("Unknown format", f"expected one of {', '.join(FORMATS)}, got {key!r}")
    return FORMATS[key]
