"""What the terminal can show, told from its name and the locale before anything is drawn: one place decides it."""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Mapping
from typing import Literal, NamedTuple

Characters = Literal["unicode", "console", "ascii"]
"""All; those of the console of Linux, which has the 256 of an old PC; those of ASCII."""

DUMB = ("dumb", "unknown")
_COLOURLESS = re.compile(r"vt\d|.*-(m|mono)$")
"""Names of terminals that have no colours: those of DEC, and what terminfo names so."""
_SILENT = re.compile(r"vt\d|linux|ansi|cons25|dumb|unknown|$")
"""Names of terminals that would show a question about their colours instead of answering it."""
_UTF_8 = re.compile(r"utf-?8", re.IGNORECASE)
_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python sets LC_CTYPE to where the locale is C (PEP 538)."""


class Abilities(NamedTuple):
    """Whatever is not known counts as there: most terminals have all of it."""

    characters: Characters = "unicode"
    colours: bool = True
    light: bool | None = None
    """Whether the background is light; None while nobody has told."""


UNASKED = Abilities()


def found(environ: Mapping[str, str] = os.environ) -> Abilities:
    """What `environ` tells of the terminal."""
    term = environ.get("TERM", "")
    return Abilities(_characters(term, environ), _COLOURLESS.match(term) is None, _light(environ.get("COLORFGBG", "")))


def is_dumb(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal cannot place its cursor, which every screen has to."""
    return environ.get("TERM", "") in DUMB


def can_be_asked(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a question about its colours does no harm."""
    return _SILENT.match(environ.get("TERM", "")) is None


def _characters(term: str, environ: Mapping[str, str]) -> Characters:
    if re.match(r"vt\d", term) or not _is_utf_8(environ):
        return "ascii"
    return "console" if term.startswith("linux") else "unicode"


def _is_utf_8(environ: Mapping[str, str]) -> bool:
    """Whether the locale is one of UTF-8. Where none is named the terminal is taken for one of today."""
    name = next((environ[key] for key in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(key)), "")
    if name == environ.get("LC_CTYPE") and name in _COERCED and sys.flags.utf8_mode and not environ.get("LC_ALL"):
        name = environ.get("LANG", "")  # what the user said
    if not name or _UTF_8.search(name):
        return True
    if name in ("C", "POSIX") or "." in name:
        return False
    return bool(_UTF_8.match(locale.getencoding()))  # "de_DE" has what the system gives it


def _light(colours: str) -> bool | None:
    """By COLORFGBG, which some terminals set: "15;0", sometimes with a word between."""
    background = colours.rpartition(";")[2]
    return int(background) in (7, *range(9, 16)) if background.isdecimal() else None
