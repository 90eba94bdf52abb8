"""Scripts that are written without spaces between words, and the marks of scripts other than Latin.

Whatever is not named here stands in words between spaces: Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Hangul.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Literal, NamedTuple, cast

Family = Literal["han", "kana", "thai", "stacked"]
FAMILIES: tuple[Family, ...] = ("han", "kana", "thai", "stacked")
STACKED: tuple[Family, ...] = ("thai", "stacked")
Run = Literal["spaced", "east", "thai", "stacked", "point"]
"""spaced: words between spaces; east: Chinese or Japanese; point: one mark."""


class Block(NamedTuple):
    """A range of Unicode's characters."""

    family: Family
    """han, kana: each character is a sign of its own; thai, stacked: signs above, below and behind belong to one."""
    first: int
    last: int


BLOCKS = (
    Block("han", 0x3005, 0x3007),
    Block("han", 0x3105, 0x312F),  # Bopomofo
    Block("han", 0x3400, 0x4DBF),
    Block("han", 0x4E00, 0x9FFF),
    Block("han", 0xF900, 0xFAFF),
    Block("han", 0x20000, 0x323AF),
    Block("kana", 0x3041, 0x309F),
    Block("kana", 0x30A1, 0x30FA),
    Block("kana", 0x30FC, 0x30FF),
    Block("kana", 0x31F0, 0x31FF),
    Block("kana", 0xFF66, 0xFF9F),
    Block("thai", 0x0E01, 0x0E3A),
    Block("thai", 0x0E40, 0x0E4E),
    Block("stacked", 0x0E81, 0x0ECD),  # Lao
    Block("stacked", 0x0EDC, 0x0EDF),
    Block("stacked", 0x0F40, 0x0FBC),  # Tibetan
    Block("stacked", 0x1000, 0x103F),  # Myanmar
    Block("stacked", 0x1050, 0x108F),
    Block("stacked", 0x1780, 0x17D3),  # Khmer
    Block("stacked", 0x1980, 0x19C9),  # New Tai Lue
    Block("stacked", 0x1A20, 0x1A5E),  # Tai Tham
)

STOPS = "。．｡！？।॥؟۔։՞።፧፨။།\u17d4\u17d5\u037e"
"""Marks that end a sentence, whether a space follows or not."""
POINTS = STOPS + "、，：；（）［］｛｝〈〉《》「」『』【】〔〕〖〗〘〙〜〝〟・｢｣､･،؛፣፤፥၊།་\u17d6"
"""These and the other marks that are words of their own, as a comma is in English."""
_CLOSING = "」』）】》〉〕〗〙］｝｣”’\"')"

STOP = rf"[{STOPS}]++(?:[{_CLOSING}]++(?![とっ、，])|(?![{_CLOSING}]))"
"""The end of a sentence by such a mark and the brackets that it closes; what a Japanese sentence quotes (「…。」と)
ends none."""


_AM = "\u0e33\u0eb3"
"""Thai's and Lao's vowel that stands behind and above: a letter by its category, but no character of its own."""


def _ranges(*families: Family) -> str:
    """What stands in a class of a regular expression for all characters of these families, or of all."""
    return "".join(
        f"{chr(block.first)}-{chr(block.last)}" for block in BLOCKS if not families or block.family in families
    )


def _behind() -> str:
    """The signs that belong to the character before them."""
    numbers = chain.from_iterable(range(block.first, block.last + 1) for block in BLOCKS if block.family in STACKED)
    return _AM + "".join(chr(number) for number in numbers if unicodedata.category(chr(number)).startswith("M"))


_FOREIGN = re.compile(f"[{_ranges()}{POINTS}]")
_RUN = re.compile(
    f"(?P<spaced>[^{_ranges()}{POINTS}]+)|(?P<east>[{_ranges('han', 'kana')}]+)|(?P<thai>[{_ranges('thai')}]+)"
    f"|(?P<stacked>[{_ranges('stacked')}]+)|(?P<point>[{POINTS}])"
)
_POINT = re.compile(f"[{POINTS}]")
_OF_FAMILY = {family: re.compile(f"[{_ranges(family)}]+") for family in FAMILIES}
_CLUSTER = re.compile(f".(?:\u17d2.|[{_behind()}])*", re.DOTALL)
"""U+17D2 puts the next Khmer consonant below."""
_STOP = re.compile(STOP)
_GAP = re.compile(f"(?<=[{_ranges(*STACKED)}]) +(?=[{_ranges(*STACKED)}])")
"""Where Thai and its neighbours part what they say: they have no full stop."""
_INNER_BREAK = re.compile(f"(?<=[{_ranges()}{POINTS}])\n(?=[{_ranges()}{POINTS}])")
_SAMPLE = 1_000_000
"""Characters of a text whose scripts are counted."""


def is_foreign(text: str) -> bool:
    """Whether anything in `text` needs other rules than words between spaces."""
    return not text.isascii() and _FOREIGN.search(text) is not None


def runs(text: str) -> Iterator[tuple[Run, str]]:
    """The longest pieces of `text` that are of one sort; marks come one by one."""
    return ((cast("Run", found.lastgroup), found.group()) for found in _RUN.finditer(text))


def characters(run: str) -> list[str]:
    """What a reader takes for one character each: with the signs above, below and behind it."""
    return _CLUSTER.findall(run)


class Amounts(NamedTuple):
    """Characters of a text."""

    all: int
    marks: int
    """Of other scripts than Latin."""
    families: Counter[Family]
    """Those that are written without spaces."""


def amounts(texts: Iterable[str]) -> Amounts:
    """What there is in `texts`, of each in its first million characters."""
    everything = marks = 0
    families: Counter[Family] = Counter()
    for text in texts:
        everything += min(len(text), _SAMPLE)
        if is_foreign(text):
            marks += len(_POINT.findall(text, 0, _SAMPLE))
            for family, pattern in _OF_FAMILY.items():
                families[family] += sum(map(len, pattern.findall(text, 0, _SAMPLE)))
    return Amounts(everything, marks, families)


def parted(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of the pieces that marks of other scripts than Latin end; all of `text` where there are none."""
    start = 0
    if is_foreign(text):
        for end in sorted({found.end() for found in chain(_STOP.finditer(text), _GAP.finditer(text))}):
            yield start, end
            start = end
    if start < len(text):
        yield start, len(text)


def joined(lines: Sequence[str]) -> str:
    """Lines that a page's width broke as one: with a space between, or none in scripts without."""
    return _INNER_BREAK.sub("", "\n".join(lines)).replace("\n", " ")


def first_word(line: str) -> str:
    """What would have to find room on the line before."""
    if is_foreign(line[:1]):
        return line[:1]
    return line.split(maxsplit=1)[0]
