"""Classes of files from a table: a line for each file, with its path and its label."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from engine.errors import BadData, UsageError, counted

COLUMNS = ("file", "label")
LARGEST = 2**28
"""Bytes of a table."""
DELIMITERS = ",;\t"
NAMED = 5
"""Files that a message names."""


def read_labels(table: Path, files: Sequence[str]) -> list[str]:
    """The label of each of `files`, which are paths in a folder; the table may name them without their folders, or
    without what their names end in, where that tells them apart.

    Raises:
        UsageError: files have no line.
        BadData: it is not there, not such a table, or says two things of one file.
    """
    said = _read(table)
    by_name = _alone({file: PurePosixPath(file).name for file in files})
    by_stem = _alone({file: PurePosixPath(file).stem for file in files})
    found, lacking = [], []
    for file in files:
        path = PurePosixPath(file)
        ways = (file, path.with_suffix("").as_posix(), by_name.get(file), by_stem.get(file))
        label = next((said[way] for way in ways if way in said), None)
        if label is None:
            lacking.append(file)
        found.append(label or "")
    if lacking:
        named = ", ".join(lacking[:NAMED]) + (" …" if len(lacking) > NAMED else "")
        told = f"expected a line in {table} for each image, but {counted(len(lacking), 'image')} of {len(files):,} "
        raise UsageError("No label", f"{told}{'has' if len(lacking) == 1 else 'have'} none: {named}; add them")
    return found


def _alone(names: dict[str, str]) -> dict[str, str]:
    """Those of `names` that only one file has, by file."""
    count: dict[str, int] = {}
    for name in names.values():
        count[name] = count.get(name, 0) + 1
    return {file: name for file, name in names.items() if count[name] == 1}


def _read(table: Path) -> dict[str, str]:
    """Labels by what the table calls the files."""
    try:
        if table.stat().st_size > LARGEST:
            raise BadData(table, f"expected a table of at most {LARGEST:,} bytes, found more")
        text = table.read_text("utf-8-sig")
    except OSError as error:
        raise BadData(table, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadData(table, f"expected text in UTF-8, found {error.reason} at byte {error.start:,}") from error
    lines = text.splitlines()
    head = lines[0] if lines else ""
    delimiter = max(DELIMITERS, key=head.count)
    rows = csv.reader(lines, delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if not set(COLUMNS) <= set(names):
            found = ", ".join(names) or "nothing"
            raise BadData(table, f"expected the columns {' and '.join(COLUMNS)} in its first line, found {found}")
        file, label = map(names.index, COLUMNS)
        said: dict[str, str] = {}
        for row in rows:
            if not any(row):
                continue
            if len(row) <= max(file, label):
                raise BadData(table, f"expected {len(names)} columns in line {rows.line_num:,}, found {len(row)}")
            name = row[file].strip().replace("\\", "/").removeprefix("./")
            if said.setdefault(name, row[label].strip()) != row[label].strip():
                raise BadData(table, f"expected one label for {name}, found {said[name]!r} and {row[label].strip()!r}")
    except csv.Error as error:
        raise BadData(
            table, f"expected a table of two columns, but line {rows.line_num:,} is broken: {error}"
        ) from error
    return said
