"""The user's own tables: each row is an item, each column one of its numbers or several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from engine.datasets.own.cutting import Cutting
from engine.datasets.own.readers.reader import Reader, Reading
from engine.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.datasets.data import Report
    from engine.datasets.numbers.table import RawColumn, Sort, Table
    from engine.datasets.own.records import OwnSet

GUESSED = {".csv": "a CSV file", ".tsv": "a TSV file", ".tab": "a TSV file", ".parquet": "a Parquet file"}
MOST_CLASSES = 1_000
NO_CLASS = "unknown"


class VectorOptions(Cutting, frozen=True, kw_only=True):
    """Which columns are what."""

    label: Annotated[str, Meta(description="the column that says the class of a row; no part of the row")] = ""
    id: Annotated[str, Meta(description="the column that names the rows; no part of the row")] = ""
    drop: Annotated[str, Meta(description="columns to leave out, joined by commas")] = ""
    normalise: Annotated[
        Literal["standard", "minmax", "none"],
        Meta(description="numbers less their mean, by their standard deviation; from 0 to 1; or as they are"),
    ] = "standard"
    split_column: Annotated[str, Meta(description="the column that says train, validation or test of each row")] = ""
    group: Annotated[
        str, Meta(description="the column whose rows of one value stay in one part; no part of the row")
    ] = ""


class VectorsReader(Reader):
    """A row of the table."""

    key = "vectors"
    label = "tables: CSV, TSV, Parquet, NumPy"
    endings = (".csv", ".tsv", ".tab", ".parquet", ".pq", ".npy")
    Options = VectorOptions
    suits = "table"

    def recognises(self, path: Path) -> str:
        """By the file's name, and by its first row, in which there are numbers and no sentences."""
        from engine.datasets.numbers import table

        guess = GUESSED.get(path.suffix.lower(), "") if path.is_file() else ""
        return f"{guess} with numbers" if guess and table.has_numbers(path) else ""

    def read(self, own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
        """The table at `own.path`, its columns fitted to the rows to train on."""
        from engine.datasets.numbers import table

        del data_dir
        options: VectorOptions = self.options(own)
        path = Path(own.path)
        if path.is_dir():
            raise UsageError("No table", f"expected one file with a table ({', '.join(table.SUFFIXES)}), got {path}")
        report(f"reading {path.name}", 0, 0)
        apart: dict[str, Sort] = {
            name: "words" for name in (options.label, options.id, options.split_column, options.group) if name
        }
        return vectors_of(own.name, table.read(path, apart), options)


def vectors_of(name: str, table: Table, options: VectorOptions) -> Reading:
    """The rows of `table` as the data set `name`.

    Raises:
        UsageError, SettingError: the options do not fit the table.
        BadData: a column that they name is not there.
    """
    import numpy as np

    from engine.datasets.data import Part
    from engine.datasets.numbers import columns
    from engine.datasets.numbers.number_data import VectorData
    from engine.datasets.own.cutting import cut

    if options.split_column and options.group:
        raise UsageError("Options contradict", "expected --split-column or --group, got both; leave one out")
    drop = columns.named(options.drop)
    for column in (*drop, options.id):
        if column:
            table.at(column)
    labels, classes = labelled(table, options.label)
    parts = _parts(table, options.split_column)
    groups = table.at(options.group).words() if options.group else None
    places = cut(table.rows, labels, options, groups=groups, parts=parts)
    leave = {*drop, options.label, options.id, options.split_column, options.group}
    fitted = columns.fit(table, places.train, options.normalise, leave, options.id)
    items = fitted.encode(table)
    names = table.at(options.id).words() if options.id else None

    def part(chosen: NDArray[np.int64]) -> Part:
        named = None if names is None else [names[place] for place in chosen.tolist()]
        return Part(np.ascontiguousarray(items[chosen]), labels[chosen], named)

    validation = None if places.validation is None else part(places.validation)
    data = VectorData(name, part(places.train), part(places.test), classes, table.path, validation, columns=fitted)
    return Reading(data, columns.told(fitted, table.rows))


def labelled(table: Table, column: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The class of each row, and the names of classes; without a `column` there is one."""
    import numpy as np

    from engine.datasets.array_data import UNLABELLED

    if not column:
        return np.zeros(table.rows, np.int64), (UNLABELLED,)
    words = [word or NO_CLASS for word in table.at(column).words()]
    classes = sorted(set(words), key=_order)
    if len(classes) > MOST_CLASSES:
        told = f"the column {column!r} has {len(classes):,} different values"
        remedy = "name another one with --label, or leave it among the columns"
        raise UsageError("Too many classes", f"expected at most {MOST_CLASSES:,} classes, but {told}; {remedy}")
    place = {name: at for at, name in enumerate(classes)}
    return np.array([place[word] for word in words], np.int64), tuple(classes)


def _order(word: str) -> tuple[bool, float, str]:
    """Numbers by their size, before words."""
    try:
        return False, float(word), word
    except ValueError:
        return True, 0.0, word


def _parts(table: Table, column: str) -> Sequence[str] | None:
    if not column:
        return None
    raw: RawColumn = table.at(column)
    words = raw.words()
    if not all(words):
        told = f"expected train, validation or test in each row of the column {column!r}, but {words.count(''):,}"
        raise UsageError("Unknown part", f"{told} of {table.rows:,} say nothing; fill it in, or leave those rows out")
    return words
