"""What a line break means in a text whose writer did not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.text.document import Layout

VERSION = 2
"""Of these rules: a corpus that was read by others is read anew."""

END = re.compile(r"[.!?…][\"')\]’”»]*(?=\s|$)")
"""A mark that may end a sentence; many end an abbreviation."""
_FOLLOWED = re.compile(r"(?<=[^\W\d_]{3})[.!?…][\"')\]’”»]*\s+[\"'(\[‘“«]*[^\W\d_a-zß-öø-ÿ]")
"""One inside a line that does: after a word of three letters ("v. 12", "Dr. No", "J. Smith" have less), before a
capital or a letter without case."""
_MOST, _SOME, _FEW, _HARDLY = 0.7, 0.3, 0.15, 0.05
_NARROWEST = 30
"""Characters: what is narrower is no page that prose is broken at."""
_UNFINISHED = (",", ";", "-", "–", "—")


class _Breaks(NamedTuple):
    """Shares of the line breaks inside paragraphs."""

    full: float
    """The next line's first word had no room."""
    running: float
    """The sentence goes on: none ends before, and a comma says so, or lower case where that says anything."""


def guessed(lines: Sequence[str]) -> Layout:
    """What a line is, judged by all `lines`, stripped; a blank one ends a paragraph.

    lines: a sentence; paragraphs: a paragraph; whole: a piece of one, broken where the page ends or the writer paused.
    """
    there = [line for line in lines if line]
    count = max(1, len(there))
    ending = sum(map(ends, there)) / count
    within = sum(bool(_FOLLOWED.search(line)) for line in there) / count
    if sum(bool(END.search(line)) for line in there) / count < _HARDLY:  # nothing tells where a sentence would end
        return "lines"
    breaks, width = _breaks(lines), max(map(len, there))
    run_on = breaks.running >= _SOME and breaks.full + ending >= _FEW
    filled = breaks.full >= _MOST and ending < _MOST and width >= _NARROWEST
    if run_on or filled:
        return "whole"
    return "paragraphs" if within > _SOME else "lines"


def ends(line: str) -> bool:
    """Whether a sentence may end where the line does."""
    return any(end.end() == len(line) for end in END.finditer(line, max(0, len(line) - 8)))


def _breaks(lines: Sequence[str]) -> _Breaks:
    within = [(line, following) for line, following in pairwise(lines) if line and following]
    there = sorted(filter(None, lines), key=len)
    width = len(there[-1 - len(there) // 50]) if there else 0  # a few long addresses are no measure
    cased = sum(_begun(line).isupper() for line in there) >= _HARDLY * len(there)
    full = sum(len(line) + 1 + len(following.split(maxsplit=1)[0]) > width for line, following in within)
    running = sum(
        not ends(line) and (line.endswith(_UNFINISHED) or (cased and _begun(following).islower()))
        for line, following in within
    )
    return _Breaks(full / max(1, len(within)), running / max(1, len(within)))


def _begun(line: str) -> str:
    """The first letter or digit, behind quotes and bullets."""
    return next((character for character in line[:4] if character.isalnum()), "")
