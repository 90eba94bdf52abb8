"""Pairs of sentences with scores in a table of text, as the data sets of semantic textual similarity have them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from engine.errors import BadData, UsageError, counted
from engine.queries.messages.text import Pair
from engine.text import files
from engine.text.tokeniser import without_controls

DELIMITERS = "\t,;|"
"""The first that stands in the first line parts the fields; a tab does so wherever it stands."""
KNOWN = (
    ("sentence1", "sentence_1", "sentence_a", "sent1", "sent_1", "text1", "first", "s1"),
    ("sentence2", "sentence_2", "sentence_b", "sent2", "sent_2", "text2", "second", "s2"),
    ("score", "similarity_score", "similarity", "relatedness_score", "relatedness", "gold_score", "gold", "label"),
)
"""What the three columns are called in files that have a head."""
SHOWN = 60
"""Characters of a field that a message repeats."""


class LeftOut(NamedTuple):
    """A row that is no pair."""

    line: int
    why: str


class Found(NamedTuple):
    """What a file has."""

    pairs: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]
    columns: tuple[str, str, str]
    """What was read as first and second sentence and score: names, or numbers where the file has no head."""


def read_pairs(path: Path, columns: Sequence[str] = (), head: bool | None = None) -> Found:
    """The pairs in a file of tab-separated fields (quotes mean nothing there) or of comma-separated ones.

    `columns`: name or number (from 1) of first sentence, second sentence and score; without them, columns of the usual
    names, else the first three. `head`: whether the first row has names; None: it has where no score stands there.

    Raises:
        UsageError: there is no such file, or not three columns are named, or one that is not there.
        BadData: it cannot be read, or no row is a pair.
    """
    if not path.is_file():
        raise UsageError("No such file", f"{path} is not a file; name a table with two sentences and a score a line")
    rows = _rows(path, files.decoded(path))
    if not rows:
        raise BadData(path, "expected two sentences and a score a line, found nothing")
    names = [name.strip() for name in rows[0][1]]
    places = _places(path, names, columns)
    named = any(column in names and not column.isdecimal() for column in columns) or _usual(names) is not None
    headed = head if head is not None else named or _number(_field(rows[0][1], places[2])) is None
    pairs, left_out = list[Pair](), list[LeftOut]()
    for line, row in rows[1:] if headed else rows:
        fault = _fault(row, places)
        if fault:
            left_out.append(LeftOut(line, fault))
        else:
            first, second, score = (row[place].strip() for place in places)
            pairs.append(Pair(first=first, second=second, score=float(score), line=line))
    if not pairs:
        told = f"; line {left_out[0].line:,}: {left_out[0].why}" if left_out else ", found a head alone"
        raise BadData(path, f"expected two sentences and a score a line{told}; say which columns with --columns")
    first, second, score = (names[place] if headed else str(place + 1) for place in places)
    return Found(tuple(pairs), tuple(left_out), (first, second, score))


def _rows(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """Rows with something in them, each with the number of its last line."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = next((mark for mark in DELIMITERS if mark in first), ",")
    csv.field_size_limit(files.LARGEST)
    content = io.StringIO(text, newline="")
    if delimiter == "\t":
        reader = csv.reader(content, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(content, delimiter=delimiter, strict=True)
    rows = []
    try:
        for row in reader:
            if any(field.strip() for field in row):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        raise BadData(path, f"expected rows of fields, but line {reader.line_num:,}: {error}; mend it") from error
    return rows


def _places(path: Path, names: Sequence[str], columns: Sequence[str]) -> tuple[int, int, int]:
    if not columns:
        return _usual(names) or (0, 1, 2)
    if len(columns) != 3:
        told = f"expected first sentence, second sentence and score, got {counted(len(columns), 'column')}"
        raise UsageError("Columns", f"{told}; name three, as in 1,2,3")
    first, second, score = (_place(path, names, column.strip()) for column in columns)
    return first, second, score


def _place(path: Path, names: Sequence[str], column: str) -> int:
    if column.isdecimal() and 0 < int(column[:9]) <= len(names):
        return int(column) - 1
    if column in names and not column.isdecimal():
        return names.index(column)
    there = ", ".join(_shown(name) for name in names[:10])
    raise UsageError(
        "No such column",
        f"{path.name} has {counted(len(names), 'column')}, none of them {_shown(column)!r}; its first line is: {there}",
    )


def _usual(names: Sequence[str]) -> tuple[int, int, int] | None:
    """Where the columns of the usual names are; None where one of them is not there."""
    lower = [name.lower() for name in names]
    first, second, score = (next((lower.index(name) for name in known if name in lower), None) for known in KNOWN)
    return None if first is None or second is None or score is None else (first, second, score)


def _fault(row: Sequence[str], places: tuple[int, int, int]) -> str:
    """Why a row is no pair; empty where it is one."""
    if len(row) <= max(places):
        return f"expected at least {counted(max(places) + 1, 'field')}, found {len(row)}"
    for place, what in zip(places[:2], ("first", "second"), strict=True):
        if not row[place].strip():
            return f"the {what} sentence is empty"
    score = row[places[2]].strip()
    return "" if _number(score) is not None else f"expected a number as the score, found {_shown(score)!r}"


def _field(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if isfinite(found) else None


def _shown(text: str) -> str:
    clean = without_controls(text)
    return clean if len(clean) <= SHOWN else clean[: SHOWN - 1] + "…"
