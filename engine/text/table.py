"""Text in tables: a column of a CSV, TSV or Parquet file, a field of the objects in a JSONL one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine.errors import BadData, UsageError, counted
from engine.text import files, parquet_column
from engine.text.asked import Asked
from engine.text.document import Document, Layout
from engine.text.layout import guessed, guessed_of_fields
from engine.text.scripts import joined
from engine.text.tokeniser import without_controls

_JSON = (".jsonl", ".ndjson", ".json")
_SUFFIXES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", *parquet_column.SUFFIXES)
"""Of files that are tables whatever is asked."""
_DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_NAMED = 30
"""Columns that a message lists."""
_WIDEST = 80
"""Characters of each."""
_PEEKED = 100
"""Objects that are looked into for the names of fields."""
_POOLED = 5_000
"""Lines of fields by which it is judged whether they are broken."""


class Row(NamedTuple):
    """A row with text."""

    number: int
    """Of its line in the file, the last one where it has several."""
    text: str
    topics: tuple[str, ...]


def is_table(file: Path) -> bool:
    """Whether a file's name says that it is a table."""
    return file.suffix.lower() in _SUFFIXES


def documents(file: Path, root: Path, asked: Asked) -> Iterator[Document]:
    """A document for each row with text; where rows are sentences without a topic, one for all.

    Raises:
        UsageError: no column is named, or one that is not there.
        BadData: it is no such table, or the column is empty.
    """
    try:
        rows = [row for row in _rows(file, asked) if row.text]
    except (csv.Error, msgspec.DecodeError, RecursionError) as error:
        kind = "rows of fields" if isinstance(error, csv.Error) else "one JSON object a line"
        raise BadData(file, f"expected {kind}, but: {error}; mend the line, or name another file") from error
    if not rows:
        raise BadData(file, f"expected text in column {asked.column}, found none")
    guess = guessed_of_fields([" ".join(row.text.split()) for row in rows])
    how = "as told" if asked.layout else f"as guessed: {guess.because}"
    reading = f"{how}; column {without_controls(asked.column)} of {counted(len(rows), 'row')} with text in {file.name}"
    name = files.name_of(file, root)
    if (asked.layout or guess.layout) != "lines":
        layout = _of_breaks(rows)
        for row in rows:
            yield Document(f"{name}:{row.number}", _paragraphs(row.text, layout), row.topics, "paragraphs", reading)
    elif any(row.topics for row in rows):
        for row in rows:
            yield Document(f"{name}:{row.number}", " ".join(row.text.split()), row.topics, "lines", reading)
    else:
        yield Document(name, "\n".join(" ".join(row.text.split()) for row in rows), layout="lines", reading=reading)


def _rows(file: Path, asked: Asked) -> Iterator[Row]:
    suffix = file.suffix.lower()
    if suffix in parquet_column.SUFFIXES:
        return _parquet(file, asked)
    read = _objects if suffix in _JSON else _fields
    return read(file, files.decoded(file, asked.encoding), asked)


def _parquet(file: Path, asked: Asked) -> Iterator[Row]:
    names = parquet_column.names(file)
    column = names[_place(file, names, asked.column, "--column")]
    label = names[_place(file, names, asked.label, "--label")] if asked.label else ""
    for number, text, topic in parquet_column.rows(file, column, label):
        yield Row(number, text.strip(), _topics(topic))


def _fields(file: Path, text: str, asked: Asked) -> Iterator[Row]:
    """Rows of a table whose first one has the names of the columns; a column may be named by its number, too, then the
    first row is one like the others."""
    delimiter = _delimiter(file, text)
    csv.field_size_limit(files.LARGEST)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head = next((row for row in rows if row), [])
    names = [name.strip() for name in head]
    column = _place(file, names, asked.column, "--column")
    label = _place(file, names, asked.label, "--label") if asked.label else None
    headless = asked.column not in names
    for row in chain([head] if headless else [], filter(None, rows)):
        if len(row) != len(names):
            parted = _DELIMITERS[delimiter]
            raise BadData(
                file,
                f"expected {counted(len(names), 'field')} parted by {parted} in each row, as in the first, but the row "
                f"that ends on line {rows.line_num:,} has {len(row):,}; put text with {parted} in it into quotes",
            )
        yield Row(rows.line_num, row[column].strip(), () if label is None else _topics(row[label]))


def _delimiter(file: Path, text: str) -> str:
    """What parts the first line into most fields."""
    if file.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    first = text.lstrip().partition("\n")[0]
    return max(_DELIMITERS, key=lambda mark: len(next(csv.reader([first], delimiter=mark), ())))


def _place(file: Path, names: Sequence[str], asked: str, option: str) -> int:
    if asked in names:
        return names.index(asked)
    if asked.isdecimal() and 0 < int(asked[:9]) <= len(names):
        return int(asked) - 1
    raise _unnamed(file, names, asked, option)


def _objects(file: Path, text: str, asked: Asked) -> Iterator[Row]:
    """Objects one a line, or all in one list."""
    found = _listed(text) if text.lstrip().startswith("[") else _by_line(text)
    peeked = []
    for number, value in found:
        if not isinstance(value, dict):
            raise BadData(file, f"expected an object on line {number:,}, found {type(value).__name__}; mend the line")
        peeked.append((number, value))
        if len(peeked) == _PEEKED:
            break
    names = list(dict.fromkeys(name for _, value in peeked for name in value))
    for name, option in ((asked.column, "--column"), (asked.label, "--label")):
        if name not in names and (name or option == "--column"):
            raise _unnamed(file, names, name, option)
    for number, value in chain(peeked, found):
        if not isinstance(value, dict):
            raise BadData(file, f"expected an object on line {number:,}, found {type(value).__name__}; mend the line")
        said = value.get(asked.column)
        if said is not None and not isinstance(said, str):
            kind = type(said).__name__
            raise BadData(file, f"expected text in field {asked.column}, but on line {number:,} it is {kind}")
        yield Row(number, (said or "").strip(), _topics(value.get(asked.label)) if asked.label else ())


def _by_line(text: str) -> Iterator[tuple[int, Any]]:
    decoder = msgspec.json.Decoder()
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line.isspace():
            try:
                yield number, decoder.decode(line)
            except msgspec.DecodeError as error:
                raise msgspec.DecodeError(f"line {number:,}: {error}") from error


def _listed(text: str) -> Iterator[tuple[int, Any]]:
    yield from enumerate(msgspec.json.decode(text), 1)


def _topics(value: object) -> tuple[str, ...]:
    """A label as it stands in a field; a list holds several."""
    values = value if isinstance(value, list) else [value]
    return tuple(said for item in values if item is not None and (said := str(item).strip()))


def _unnamed(file: Path, names: Sequence[str], asked: str, option: str) -> UsageError:
    shown = ", ".join(without_controls(name)[:_WIDEST] for name in names[:_NAMED]) or "none"
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    came = f"there is no column {without_controls(asked)[:_WIDEST]!r}" if asked else "no column was named"
    choice = f"choose by {option} NAME from: {shown}{more}"
    return UsageError("No such column", f"{file.name} is a table, but {came}; {choice}")


def _of_breaks(rows: Sequence[Row]) -> Layout:
    """What a line break inside a field means: whole or paragraphs."""
    pooled: list[str] = []
    for row in rows:
        if "\n" in row.text:
            pooled += [*(line.strip() for line in row.text.splitlines()), ""]
        if len(pooled) > _POOLED:
            break
    return "whole" if guessed(pooled).layout == "whole" else "paragraphs"


def _paragraphs(text: str, layout: Layout) -> str:
    lines = [line.strip() for line in text.splitlines()]
    if layout == "paragraphs":
        return "\n".join(lines)
    return "\n".join(joined(list(group)) for filled, group in groupby(lines, key=bool) if filled)
