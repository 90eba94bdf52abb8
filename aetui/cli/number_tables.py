"""Tables of numbers as text, CSV or TSV, in files and on standard input, with names and labels beside the numbers."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STDIN = "-"
LARGEST = 2**28
"""Bytes of a text table: reading it takes some ten times as much memory."""
SUFFIXES = (".tsv", ".csv")
NAME, LABEL = "name", "label"
"""Heads of columns that are no numbers of an item."""
_WHOLE = re.compile(r"[+-]?\d{1,18}")


class Table(NamedTuple):
    """(rows, columns) numbers; what stands in the columns `name` and `label`, where there are such."""

    numbers: NDArray[np.float64]
    names: tuple[str, ...] | None
    labels: NDArray[Any] | None
    """int64, or text where one is no whole number."""


def is_table(source: str) -> bool:
    """Whether `source` is standard input, or the name of a text table."""
    return source == STDIN or Path(source).suffix in SUFFIXES


def told(source: str) -> str:
    """What messages call it."""
    return "standard input" if source == STDIN else source


def read_table(source: str, largest: int) -> Table:
    """A table of at most `largest` bytes, which may have a head; `.tsv` has tabs, `.csv` commas, standard input either.

    Raises:
        Exception: it is none. ValueError, OSError, csv.Error and what NumPy's parser has for it.
    """
    import numpy as np

    lines = _lines(source, largest)
    if not lines:
        raise ValueError("there is no row of numbers in it")
    tabs = Path(source).suffix == ".tsv" or (source == STDIN and "\t" in lines[0])
    delimiter = "\t" if tabs else ","
    first = [cell.strip() for cell in next(csv.reader(lines[:1], delimiter=delimiter))]
    headed = not all(map(_is_number, first))
    beside = {cell.lower(): place for place, cell in enumerate(first) if cell.lower() in (NAME, LABEL)}
    columns = [place for place in range(len(first)) if place not in beside.values()]
    rows = lines[headed:]
    if not (rows and columns):
        raise ValueError("there is no row of numbers in it")
    texts = _checked(rows, delimiter, len(first), beside)
    numbers = np.loadtxt(rows, delimiter=delimiter, comments=None, ndmin=2, usecols=columns, quotechar='"')
    labels = texts.get(LABEL)
    return Table(numbers, tuple(texts[NAME]) if NAME in texts else None, None if labels is None else _labels(labels))


def _lines(source: str, largest: int) -> list[str]:
    from engine.storage.bounded import read_bounded

    if source == STDIN:
        content = read_bounded(sys.stdin.buffer, largest)
    else:
        with Path(source).open("rb") as file:
            content = read_bounded(file, largest)
    if len(content) > largest:
        raise ValueError(f"it is larger than {largest:,} bytes, and at most {largest:,} of a table are read")
    return [line for line in bytes(content).decode("utf-8-sig").split("\n") if line.strip()]


def _checked(rows: Sequence[str], delimiter: str, width: int, beside: dict[str, int]) -> dict[str, list[str]]:
    """What stands in the columns `beside`, by their names. Raises ValueError for rows of other widths."""
    fault = f"its rows do not all have {width} columns, as the first one has"
    texts: dict[str, list[str]] = {name: [] for name in beside}
    if not beside and not any('"' in row for row in rows):
        if any(row.count(delimiter) != width - 1 for row in rows):
            raise ValueError(fault)
        return texts
    read = csv.reader(rows, delimiter=delimiter)
    for cells in read:
        if len(cells) != width:
            raise ValueError(fault)
        for name, place in beside.items():
            texts[name].append(cells[place].strip())
        if '"' in (row := rows[read.line_num - 1]) and row.count('"') % 2:
            raise ValueError("a line break within quotes is not understood")
    return texts


def _labels(texts: list[str]) -> NDArray[Any]:
    import numpy as np

    return np.array(texts, np.int64 if all(map(_WHOLE.fullmatch, texts)) else np.str_)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
