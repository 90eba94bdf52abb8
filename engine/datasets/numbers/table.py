"""A table as a file holds it: columns of numbers, of true and false, of dates, of words; from CSV, Parquet or NumPy."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadData
from engine.storage.npz import read_npy

if TYPE_CHECKING:
    import pyarrow

TEXT = (".csv", ".tsv", ".tab")
PARQUET = (".parquet", ".pq")
SUFFIXES = (*TEXT, *PARQUET, ".npy")
MISSING = ("", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None", "?")
"""Words that say that a value is not known."""
DELIMITERS = ",;\t|"
BLOCK = 2**30
"""Bytes of a text table whose types are told by all of it; of a longer one, by the beginning."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Sort = Literal["number", "flag", "date", "words"]


class RawColumn(NamedTuple):
    """One column: `values` (rows,) float64, NaN where one is not known; dates are seconds since 1970, flags 0 and 1, of
    words the places among `levels`."""

    sort: Sort
    values: NDArray[np.float64]
    levels: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """As people write them; empty where a value is not known."""
        return [self._word(value) for value in self.values.tolist()]

    def _word(self, value: float) -> str:
        if value != value:
            return ""
        if self.sort == "words":
            return self.levels[int(value)]
        if self.sort == "flag":
            return "true" if value else "false"
        return date(value) if self.sort == "date" else f"{value:.10g}"


class Table(NamedTuple):
    """What a file holds."""

    path: Path
    columns: Mapping[str, RawColumn]
    rows: int

    def at(self, name: str) -> RawColumn:
        """The column called `name`. Raises BadData where there is none."""
        if name not in self.columns:
            told = f"expected a column {name!r}, but there are: {_some(list(self.columns))}"
            raise BadData(self.path, told)
        return self.columns[name]


def date(seconds: float) -> str:
    """As ISO 8601 writes it: the day, with the time where it is not midnight."""
    try:
        found = EPOCH + timedelta(seconds=round(seconds, 3))
    except (OverflowError, ValueError):  # not known; or beyond all years, which a model can answer
        return ""
    whole = found.time() == EPOCH.time()
    return found.date().isoformat() if whole else found.replace(tzinfo=None).isoformat(timespec="seconds")


def read(path: Path, sorts: Mapping[str, Sort] | None = None) -> Table:
    """The table in a file; `sorts` says of columns by their names what they hold, whatever they look like.

    Raises:
        BadData: it is none, is broken, holds nothing, or a column holds something else.
    """
    if not path.is_file():
        raise BadData(path, f"expected a file with a table ({', '.join(SUFFIXES)}), found none there")
    if path.suffix.lower() not in SUFFIXES:
        raise BadData(path, f"expected a table in a file that ends in {', '.join(SUFFIXES)}")
    if path.suffix.lower() == ".npy":
        return _of_array(path)
    import pyarrow

    sorts = sorts or {}
    try:
        found = _parquet(path) if path.suffix.lower() in PARQUET else _text(path, sorts)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadData(path, f"cannot be read as a table: {_plain(error)}") from error
    names = list(found.column_names)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadData(path, f"expected each column to have a name of its own, but {_some(twice)} stands there twice")
    if not found.num_rows or not names:
        raise BadData(path, "expected at least one row below the names of the columns, found none")
    columns = {name: _column(path, name, found.column(name), sorts.get(name) == "words") for name in names}
    return Table(path, columns, found.num_rows)


SENTENCE = 4
"""Words in a cell from which the table is one of text, until somebody says otherwise."""


def has_numbers(path: Path) -> bool:
    """Whether there are numbers and no sentences in the first row of a text table, or numbers among the columns of a
    Parquet file; cheap, and False for what cannot be read."""
    try:
        if path.suffix.lower() in PARQUET:
            from pyarrow import parquet, types

            kinds = parquet.read_schema(path).types
            numbers = [types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) for kind in kinds]
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                lines = [line for line in (file.readline(2**16), file.readline(2**16)) if line.strip()]
            delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else max(DELIMITERS, key=lines[0].count)
            cells = next(csv.reader(lines[-1:], delimiter=delimiter))
            if any(len(cell.split()) >= SENTENCE for cell in cells):
                return False
            numbers = [_is_number(cell) for cell in cells]
    except Exception:  # whatever is wrong is said by who reads it
        return False
    return any(numbers)


def _parquet(path: Path) -> pyarrow.Table:
    from pyarrow import parquet

    found = parquet.read_table(path)
    return found.select([name for name in found.column_names if not name.startswith("__index_level_")])


def _text(path: Path, sorts: Mapping[str, Sort]) -> pyarrow.Table:
    import pyarrow

    with path.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline()
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else max(DELIMITERS, key=line.count)
    head = next(csv.reader([line], delimiter=delimiter), [])
    headless = bool(head) and all(map(_is_number, head))
    names = [f"c{place}" for place in range(1, len(head) + 1)] if headless else [name.strip() for name in head]
    # Pandas writes row numbers into a first column without a name.
    kept = [name for name in names if name]
    types = {"words": pyarrow.string(), "number": pyarrow.float64(), "flag": pyarrow.bool_()}
    known = {name: types[sort] for name, sort in sorts.items() if sort in types and name in kept}
    try:
        return _parsed(path, names, delimiter, headless, kept, known)
    except pyarrow.ArrowInvalid as error:
        told = re.sub(r"CSV column #(\d+)", lambda match: f"the column {_name(names, int(match[1]))}", str(error))
        raise pyarrow.ArrowInvalid(told) from error


def _name(names: Sequence[str], place: int) -> str:
    return repr(names[place]) if place < len(names) else str(place + 1)


def _parsed(
    path: Path, names: list[str], delimiter: str, headless: bool, kept: list[str], known: Mapping[str, Any]
) -> pyarrow.Table:
    from pyarrow import csv as arrow_csv

    return arrow_csv.read_csv(
        path,
        arrow_csv.ReadOptions(
            block_size=max(min(path.stat().st_size + 1, BLOCK), 2**20), column_names=names, skip_rows=int(not headless)
        ),
        arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        arrow_csv.ConvertOptions(
            null_values=list(MISSING),
            strings_can_be_null=True,
            include_columns=kept if len(set(names)) == len(names) else None,
            column_types=dict(known),
        ),
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return text in MISSING and bool(text)
    return True


def _column(path: Path, name: str, found: Any, as_words: bool) -> RawColumn:
    """Of Arrow's types those that a number can stand for. Raises BadData for others, and for endless numbers."""
    import pyarrow
    from pyarrow import types

    kind = found.type
    if as_words and not types.is_dictionary(kind):
        found, kind = found.cast(pyarrow.string()), pyarrow.string()
    if types.is_dictionary(kind):
        found, kind = found.cast(kind.value_type), kind.value_type
    if str(kind) in ("string", "large_string", "string_view"):
        return _words(found.cast(pyarrow.string()))
    if types.is_boolean(kind):
        return RawColumn("flag", _floats(found.cast(pyarrow.int8())))
    if types.is_date(kind) or types.is_timestamp(kind):
        return RawColumn("date", _floats(found.cast(pyarrow.timestamp("ms")).cast(pyarrow.int64())) / 1_000)
    if types.is_time(kind) or types.is_duration(kind):
        per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
        whole = pyarrow.int32() if types.is_time32(kind) else pyarrow.int64()
        return RawColumn("number", _floats(found.cast(whole)) / per_second)
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_null(kind):
        return finite(path, name, RawColumn("number", _floats(found)))
    told = f"expected numbers, words, dates, or true and false in the column {name!r}, found {kind}; leave it out with"
    raise BadData(path, f"{told} --drop {name}")


def finite(path: Path, name: str, column: RawColumn) -> RawColumn:
    """The same. Raises BadData for a number without end."""
    if np.isinf(column.values).any():
        row = int(np.flatnonzero(np.isinf(column.values))[0]) + 1
        told = f"expected finite numbers in the column {name!r}, found an infinite one in row {row:,}"
        raise BadData(path, f"{told}; make it empty, which counts as not known, or leave the column out with --drop")
    return column


def _floats(found: Any) -> NDArray[np.float64]:
    import pyarrow

    values: NDArray[np.float64] = found.cast(pyarrow.float64(), safe=False).to_numpy()
    return values


def _words(found: Any) -> RawColumn:
    import pyarrow

    coded = found.dictionary_encode().combine_chunks()
    if isinstance(coded, pyarrow.ChunkedArray):  # of no rows
        return RawColumn("words", np.zeros(0))
    levels = [word.strip() for word in coded.dictionary.to_pylist()]
    order = sorted(set(levels) - set(MISSING))
    place = {word: float(at) for at, word in enumerate(order)}
    places = np.array([*(place.get(word, np.nan) for word in levels), np.nan])
    codes = coded.indices.fill_null(len(levels)).to_numpy(zero_copy_only=False)
    return RawColumn("words", places[codes], tuple(order))


def _of_array(path: Path) -> Table:
    """The columns of an .npy file, c1, c2 and so on."""
    return of_array(path, read_npy(path))


def of_array(path: Path, array: NDArray[Any]) -> Table:
    """The columns of an array (rows, columns) as c1, c2 and so on. Raises BadData for another one."""
    if array.ndim != 2 or array.dtype.kind not in "biuf" or not array.size:
        told = f"expected an array of numbers (rows, columns), found {array.shape} of {array.dtype}"
        raise BadData(path, told)
    names = [f"c{place + 1}" for place in range(array.shape[1])]
    columns = {
        name: finite(path, name, RawColumn("number", np.asarray(array[:, place], np.float64)))
        for place, name in enumerate(names)
    }
    return Table(path, columns, len(array))


def _plain(error: Exception) -> str:
    """What Arrow says, on one line."""
    if isinstance(error, UnicodeDecodeError) or "UTF8" in str(error):
        return "it is not text in UTF-8; save it so"
    return " ".join(str(error).split())[:300]


def _some(names: Sequence[str], most: int = 12) -> str:
    """At most so many of the names."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")
