"""README.txt of an exported folder."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.exports.comparing import Difference
    from engine.exports.format import Format, Subject, Written

WIDTH = 100
INSIDE = "The networks begin and end in the units of the data and do this themselves; what is not known is NaN:"
OUTSIDE = "The networks begin and end with numbers as these lines and preprocessing.json describe them:"


def text(subject: Subject, row: Format, written: Written, differences: Mapping[str, Difference], compared: str) -> str:
    """What the files are, how they are opened, and how far they were found to be from the run."""
    record, shape = subject.record, " × ".join(map(str, subject.model.shape))
    off = ", ".join(f"{name} {each.largest:.2g}" for name, each in differences.items())
    sentences = [
        f"{record.id}: {record.variant} ({record.preset}) on {record.dataset}, after epoch {subject.model.epoch}",
        f"Format {row.key}: {row.label}.",
        f"An item has the shape {shape}, a code {subject.model.code_size} numbers; all are float32.",
        INSIDE if subject.inside else OUTSIDE,
        *(f"- {step}" for step in subject.preprocessing["input"]["steps"]),
    ]
    found = f"Opened in a fresh process, on {compared}, outputs are off from the run's own by at most: {off}."
    after = [found, *written.notes, *subject.preprocessing["errata"]]
    return "\n\n".join([*map(_filled, sentences), written.usage.strip("\n"), *map(_filled, after)]) + "\n"


def _filled(sentence: str) -> str:
    return fill(sentence, WIDTH, subsequent_indent="  " if sentence.startswith("- ") else "")
