"""What a line break means in a text whose writer did not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.text.document import Layout
from engine.text.scripts import STOP, first_word

VERSION = 3
"""Of these rules: a corpus that was read by others is read anew."""

END = re.compile(rf"[.!?…][\"')\]’”»]*(?=\s|$)|{STOP}")
"""A mark that may end a sentence; many end an abbreviation."""
_FOLLOWED = re.compile(rf"(?<=[^\W\d_]{{3}})[.!?…][\"')\]’”»]*\s+[\"'(\[‘“«]*[^\W\d_a-zß-öø-ÿ]|{STOP}(?=\s*\S)")
"""One inside a line that does: after a word of three letters ("v. 12", "Dr. No", "J. Smith" have less), before a
capital or a letter without case."""
_MOST, _SOME, _FEW, _HARDLY = 0.7, 0.3, 0.15, 0.05
_NARROWEST = 30
"""Characters: what is narrower is no page that prose is broken at."""
_LONGEST = 500
"""Characters from one such mark to the next from which on they cut no prose."""
_UNFINISHED = (",", ";", "-", "–", "—", "、", "，", "；")
_STRETCHES, _STRETCH = 20, 250
"""Of a long text so many stretches of so many lines are judged."""


class Guess(NamedTuple):
    """A layout, and why."""

    layout: Layout
    because: str


class _Breaks(NamedTuple):
    """Shares of the line breaks inside paragraphs."""

    full: float
    """The next line's first word had no room."""
    running: float
    """The sentence goes on: none ends before, and a comma says so, or lower case where that says anything."""


def guessed(lines: Sequence[str]) -> Guess:
    """What a line is, judged by all `lines`, stripped, or by stretches of them; a blank one ends a paragraph.

    lines: a sentence; paragraphs: a paragraph; whole: a piece of one, broken where the page ends or the writer paused.
    """
    lines = _sampled(lines)
    there = [line for line in lines if line]
    count = max(1, len(there))
    marks = [sum(1 for _ in END.finditer(line)) for line in there]
    ending = sum(map(ends, there)) / count
    within = sum(bool(_FOLLOWED.search(line)) for line in there) / count
    having = sum(map(bool, marks)) / count
    if having < _HARDLY:  # nothing tells where a sentence would end
        return Guess("lines", f"{having:.0%} of the lines hold a mark that could end a sentence")
    apart = sum(map(len, there)) // sum(marks)
    if apart > _LONGEST:
        return Guess("lines", f"marks that could end a sentence are {apart:,} characters apart")
    breaks, width = _breaks(lines), max(map(len, there))
    if breaks.running >= _SOME and breaks.full + ending >= _FEW:
        return Guess("whole", f"at {breaks.running:.0%} of the line breaks a sentence goes on")
    if breaks.full >= _MOST and ending < _MOST and width >= _NARROWEST and within >= _FEW:
        return Guess("whole", f"{breaks.full:.0%} of the lines are as wide as the page")
    if within > _SOME:
        return Guess("paragraphs", f"{within:.0%} of the lines hold several sentences")
    return Guess("lines", f"{within:.0%} of the lines hold several sentences")


def guessed_of_fields(fields: Sequence[str]) -> Guess:
    """The same of texts that stand in the fields of a table, one line each: a sentence or a paragraph."""
    there = [field for field in _sampled(fields) if field]
    within = sum(bool(_FOLLOWED.search(field)) for field in there) / max(1, len(there))
    because = f"{within:.0%} of the fields hold several sentences"
    return Guess("paragraphs" if within > _SOME else "lines", because)


def ends(line: str) -> bool:
    """Whether a sentence may end where the line does."""
    return any(end.end() == len(line) for end in END.finditer(line, max(0, len(line) - 8)))


def _sampled(lines: Sequence[str]) -> Sequence[str]:
    """All `lines`, or stretches of them with a blank one between."""
    if len(lines) <= _STRETCHES * _STRETCH:
        return lines
    step = len(lines) // _STRETCHES
    starts = range(0, step * _STRETCHES, step)
    return [line for start in starts for line in (*lines[start : start + _STRETCH], "")]


def _breaks(lines: Sequence[str]) -> _Breaks:
    within = [(line, following) for line, following in pairwise(lines) if line and following]
    there = sorted(filter(None, lines), key=len)
    width = len(there[-1 - len(there) // 50]) if there else 0  # a few long addresses are no measure
    cased = sum(_begun(line).isupper() for line in there) >= _HARDLY * len(there)
    full = sum(len(line) + 1 + len(first_word(following)) > width for line, following in within)
    running = sum(
        not ends(line) and (line.endswith(_UNFINISHED) or (cased and _begun(following).islower()))
        for line, following in within
    )
    return _Breaks(full / max(1, len(within)), running / max(1, len(within)))


def _begun(line: str) -> str:
    """The first letter or digit, behind quotes and bullets."""
    return next((character for character in line[:4] if character.isalnum()), "")
