"""The first look at a table: the names of its columns and its first rows, lined up."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import islice, zip_longest
from pathlib import Path

from engine.datasets.own.readers.looking import NAMED, Preview, first_lines
from engine.errors import counted

PARQUET = (".parquet", ".pq")
SUFFIXES = (".csv", ".tsv", ".tab", ".dat", ".data", *PARQUET)
SEPARATORS = ("\t", ";", ",", "|", "::")
ONE = "\x1f"
"""Stands for a separator of two characters, which csv does not know."""
WIDEST = 18
"""Characters of a value that are shown."""
MOST_COLUMNS = 40


def look(path: Path) -> Preview:
    """Of a Parquet file, or of text. Raises OSError, and what pyarrow and csv raise of broken files."""
    if path.suffix.lower() in PARQUET:
        names, rows, count = _parquet(path)
        told = f"{counted(count, 'row')}, {counted(len(names), 'column')}"
    else:
        lines = [line for line in first_lines(path) if line]
        separator = separator_of(lines)
        single = (line.replace(separator, ONE) for line in lines) if len(separator) > 1 else lines
        delimiter = ONE if len(separator) > 1 else separator
        names, *rows = islice(csv.reader(single, delimiter=delimiter), NAMED) if lines else [[]]
        told = counted(len(names), "column")
    return Preview([told, *lined_up([names, *rows[: NAMED - 1]])])


def separator_of(lines: Sequence[str]) -> str:
    """What stands between the values: as often in one line as in the next, and in most of the first lines."""
    first = lines[:10]
    counts = {separator: [line.count(separator) for line in first] for separator in SEPARATORS}
    return max(counts, key=lambda separator: (min(counts[separator], default=0), len(separator)))


def lined_up(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows whose columns are under each other."""
    short = [[_short(value) for value in row[:MOST_COLUMNS]] for row in rows]
    widths = [max(map(len, column)) for column in zip_longest(*short, fillvalue="")]
    return ["  ".join(value.ljust(width) for value, width in zip(row, widths, strict=False)).rstrip() for row in short]


def _short(value: str) -> str:
    value = " ".join(value.split())
    return value if len(value) <= WIDEST else f"{value[: WIDEST - 1]}…"


def _parquet(path: Path) -> tuple[list[str], list[list[str]], int]:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        names = list(file.schema_arrow.names)
        batch = next(file.iter_batches(batch_size=NAMED), None)
        values = [batch.column(place).to_pylist() for place in range(len(names))] if batch is not None else []
        rows = [["" if value is None else str(value) for value in row] for row in zip(*values, strict=True)]
        return names, rows, int(file.metadata.num_rows)
