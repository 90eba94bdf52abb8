"""What a reader gives: a piece of text with a name."""

from __future__ import annotations

from typing import Literal, NamedTuple

Layout = Literal["whole", "paragraphs", "lines"]
"""What a line break means.

whole: nothing, the document runs through it; paragraphs: every line is a paragraph, which no sentence crosses;
lines: every line is one sentence.
"""


class Document(NamedTuple):
    """A text as its source has it."""

    name: str
    """Within its corpus: "training/9865", "numpy/linalg/_linalg.py", a file's name."""
    text: str
    topics: tuple[str, ...] = ()
    layout: Layout = "whole"
    reading: str = ""
    """In words, why the layout is what it is, where that was guessed or told."""
