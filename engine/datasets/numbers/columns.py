"""What became of each column of the user's: how its values are numbers for a network, and numbers are its values again.

It is fitted to the training part, and a run keeps it: with it other rows are read, and answers are in the user's units.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.numbers.table import RawColumn, Sort, Table, date
from engine.errors import BadData, RunError, UsageError, counted
from engine.storage.atomic import replacing

Normalise = Literal["standard", "minmax", "none", "unit"]
"""`unit`: one range that was said of all columns became 0 to 1."""
Floats = NDArray[np.float32]

DAY = 86_400.0
MOST_LEVELS = 50
"""Different words of a column that become a number each."""
NAMED = 12
"""Columns that were left out and are told by name: of flat pictures there may be hundreds."""
FILE = "columns.json"
LARGEST = 2**26
"""Bytes of it: names of columns may be many."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One of them. value = `mean` + `scale` · number."""

    name: str
    becomes: Literal["number", "date", "flag", "category", "nothing"]
    mean: float = 0.0
    scale: float = 1.0
    levels: tuple[str, ...] = ()
    """Of a category, a number each: 1 for that which it is, 0 for the others."""
    whole: bool = False
    """Of dates: whether all are days without a time."""
    missing: int = 0
    """Rows in which it is not known, of all that were read."""
    why: str = ""
    """It became nothing."""

    @property
    def width(self) -> int:
        """How many numbers it became."""
        return {"nothing": 0, "category": len(self.levels)}.get(self.becomes, 1)

    @property
    def numbers(self) -> tuple[str, ...]:
        """What they are called."""
        if self.becomes == "category":
            return tuple(f"{self.name}={level}" for level in self.levels)
        return (self.name,) * self.width


class Miss(NamedTuple):
    """How far answers are from one column."""

    column: str
    error: float
    """Root of the mean squared difference in the column's units, in days of a date; of what is no number, the share of
    rows in which it is another."""
    unit: Literal["", "days", "share wrong"]
    known: int
    """Rows in which the column is known."""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, in order."""

    columns: tuple[Column, ...]
    normalise: Normalise = "standard"
    id: str = ""
    """The column of the rows' names; empty where they have none."""
    time: str = ""
    """The column that orders the steps of a series."""
    window: int = 0
    stride: int = 0
    """Of windows cut out of series; 0 for rows of tables."""

    @property
    def width(self) -> int:
        """Numbers of a row."""
        return sum(column.width for column in self.columns)

    @property
    def used(self) -> list[Column]:
        """Those that became something."""
        return [column for column in self.columns if column.width]

    @property
    def numbers(self) -> list[str]:
        """What the numbers of a row are called."""
        return [name for column in self.columns for name in column.numbers]

    @property
    def bounded(self) -> bool:
        """Whether the numbers of the training part lie in [0, 1]."""
        scaled = self.normalise in ("minmax", "unit")
        return all(scaled or column.becomes in ("flag", "category") for column in self.used)

    def scales(self) -> NDArray[np.float32]:
        """`mean` and `scale` of each number, (width, 2); of dates in days."""
        units = [(column, DAY if column.becomes == "date" else 1.0) for column in self.used]
        return np.array([(c.mean / unit, c.scale / unit) for c, unit in units for _ in c.numbers], np.float32)

    @property
    def titles(self) -> list[str]:
        """As `numbers`, with the unit of dates."""
        days = " (days since 1970)"
        return [f"{name}{days if column.becomes == 'date' else ''}" for column in self.used for name in column.numbers]

    def encode(self, table: Table) -> Floats:
        """(rows, width), NaN where something is not known. A word that no training row has is 0 at all levels.

        Raises:
            UsageError: columns are missing.
            BadData: a column holds something else than it did.
        """
        missing = [column.name for column in self.used if column.name not in table.columns]
        if missing:
            told = f"expected the columns {', '.join(missing[:12])}{' …' if missing[12:] else ''} in {table.path}"
            raise UsageError("Missing columns", f"{told}, but there are only: {', '.join(list(table.columns)[:30])}")
        encoded = np.empty((table.rows, self.width), np.float32)
        at = 0
        for column in self.used:
            raw = table.columns[column.name]
            _check_sort(table.path, column, raw)
            if column.becomes == "category":
                encoded[:, at : at + column.width] = _one_hot(column, raw)
            else:
                encoded[:, at] = (raw.values - column.mean) / column.scale
            at += column.width
        return encoded

    def decode(self, items: Floats) -> list[tuple[Column, list[float] | list[str]]]:
        """Rows (count, width) in the user's units: numbers, dates as words, and of what is no number the likeliest."""
        found: list[tuple[Column, list[float] | list[str]]] = []
        at = 0
        for column in self.used:
            part = items[:, at : at + column.width].astype(np.float64)
            at += column.width
            found.append((column, _decoded(column, part)))
        return found

    def misses(self, outputs: Floats, targets: Floats, known: NDArray[np.bool_] | None) -> list[Miss]:
        """Of answers (count, width) against what they should be, over what is known of it (None: all)."""
        found, at = [], 0
        for column in self.used:
            here = slice(at, at + column.width)
            at += column.width
            there = np.ones(len(targets), bool) if known is None else known[:, here].all(axis=1)
            found.append(_miss(column, outputs[there, here], targets[there, here]))
        return found

    @property
    def sorts(self) -> dict[str, Sort]:
        """What a table has to hold in each column that it is read by."""
        sorts: dict[str, Sort] = {self.id: "words"} if self.id else {}
        wanted: dict[str, Sort] = {"category": "words", "number": "number", "flag": "flag", "date": "date"}
        return sorts | {column.name: wanted[column.becomes] for column in self.used}

    def refitted(self, train: Floats) -> tuple[Columns, Floats, Floats]:
        """The same for a smaller training part (…, width) of numbers that these columns made, and what is taken off
        these numbers, and what they are then divided by, (width,)."""
        flat = train.reshape(-1, self.width)
        shift, scale = np.zeros(self.width, np.float32), np.ones(self.width, np.float32)
        fitted, at = [], 0
        for column in self.columns:
            if column.becomes in ("number", "date"):
                mean, size = _normal(flat[:, at].astype(np.float64), self.normalise)
                shift[at], scale[at] = mean, size
                mean, size = column.mean + column.scale * mean, column.scale * size
                column = msgspec.structs.replace(column, mean=mean, scale=size)
            fitted.append(column)
            at += column.width
        return msgspec.structs.replace(self, columns=tuple(fitted)), shift, scale

    def write(self, folder: Path) -> None:
        """Keep them in the `folder` of a run. Raises OSError."""
        with replacing(folder / FILE) as file:
            file.write(msgspec.json.encode(self))

    @classmethod
    def kept(cls, folder: Path) -> Columns:
        """What `write` kept. Raises RunError where it is gone or damaged."""
        try:
            with (folder / FILE).open("rb") as file:
                return msgspec.json.decode(file.read(LARGEST), type=cls)
        except (OSError, msgspec.DecodeError) as error:
            told = f"expected {FILE}, what became of the columns, in {folder}, but it cannot be read: {error}"
            raise RunError("No columns", f"{told}; train anew to have it") from error


def fit(table: Table, train: NDArray[np.int64], normalise: Normalise, leave: Collection[str], ids: str = "") -> Columns:
    """To the rows `train` of a table, without the columns to `leave` out. `ids`: the column of names.

    Raises:
        UsageError: nothing can be made of a column, or none is left.
    """
    columns = tuple(_fitted(name, raw, train, normalise) for name, raw in table.columns.items() if name not in leave)
    made = Columns(columns=columns, normalise=normalise, id=ids)
    if not made.width:
        left_out = "; ".join(f"{column.name} is {column.why}" for column in columns[:12])
        raise UsageError(
            "Nothing to learn from", f"expected a column that varies in {table.path}; {left_out or 'none'}"
        )
    return made


def told(fitted: Columns, rows: int) -> dict[str, str]:
    """What became of so many rows and their columns, for people."""
    left_out = [column for column in fitted.columns if not column.width]
    missing = [column for column in fitted.used if column.missing]
    found = {"read": f"{counted(rows, 'row')}, {counted(len(fitted.columns), 'column')}"}
    if left_out:
        named = "; ".join(f"{column.name} ({column.why})" for column in left_out[:NAMED])
        more = len(left_out) - NAMED
        found["left out"] = f"{named}; and {more:,} more" if more > 0 else named
    if missing:
        count = sum(column.missing for column in missing)
        found["missing"] = f"{counted(count, 'value')} in {counted(len(missing), 'column')}: in no loss and no error"
    return found


def _fitted(name: str, raw: RawColumn, train: NDArray[np.int64], normalise: Normalise) -> Column:
    values = raw.values[train]
    known = values[~np.isnan(values)]
    missing = int(np.isnan(raw.values).sum())
    if not len(known):
        return Column(name=name, becomes="nothing", missing=missing, why="known in no row to train on")
    if known.min() == known.max():
        word = RawColumn(raw.sort, known[:1], raw.levels).words()[0]
        return Column(name=name, becomes="nothing", missing=missing, why=f"the same in all rows to train on: {word}")
    if raw.sort == "words":
        places = np.unique(known).astype(int).tolist()
        if len(places) > MOST_LEVELS:
            told = f"the column {name!r} has {counted(len(places), 'different word')}, as {raw.levels[places[0]]!r}"
            remedy = f"leave it out with --drop {name}, or have it name the rows with --id {name}"
            raise UsageError("Too many words", f"expected at most {MOST_LEVELS} to be one of, but {told}; {remedy}")
        levels = tuple(raw.levels[place] for place in places)
        return Column(name=name, becomes="category", levels=levels, missing=missing)
    if raw.sort == "flag":
        return Column(name=name, becomes="flag", missing=missing)
    mean, scale = _normal(known, normalise)
    whole = raw.sort == "date" and bool((known % DAY == 0).all())
    return Column(name=name, becomes=raw.sort, mean=mean, scale=scale, whole=whole, missing=missing)


def _normal(values: NDArray[np.float64], normalise: Normalise) -> tuple[float, float]:
    """What is taken off, and what the rest is divided by; NaN count nothing, and what never varies is left as it is."""
    known = values[~np.isnan(values)]
    if normalise in ("none", "unit") or not len(known):
        return 0.0, 1.0
    least, most = float(known.min()), float(known.max())
    if normalise == "minmax":
        return least, most - least or 1.0
    return float(known.mean()), float(known.std()) if most > least else 1.0


def _check_sort(path: Path, column: Column, raw: RawColumn) -> None:
    wanted = {"category": "words", "nothing": raw.sort}.get(column.becomes, column.becomes)
    if raw.sort != wanted and not np.isnan(raw.values).all():
        names = {"number": "numbers", "date": "dates", "flag": "true and false", "words": "words"}
        came = next(word for word in raw.words() if word)
        told = f"expected {names[wanted]} in the column {column.name!r}, found {names[raw.sort]}, as {came!r}"
        raise BadData(path, told)


def _one_hot(column: Column, raw: RawColumn) -> Floats:
    place = {level: at for at, level in enumerate(column.levels)}
    found = np.array([place.get(level, -1) for level in raw.levels], np.int64)
    missing = np.isnan(raw.values)
    at = found[np.where(missing, 0, raw.values).astype(np.int64)] if len(found) else np.full(len(missing), -1)
    hot = (at[:, None] == np.arange(column.width)).astype(np.float32)
    hot[missing] = np.nan
    return np.asarray(hot, np.float32)


def _decoded(column: Column, part: NDArray[np.float64]) -> list[float] | list[str]:
    if column.becomes == "category":
        return [column.levels[place] for place in part.argmax(axis=1).tolist()]
    values: list[float] = (column.mean + column.scale * part[:, 0]).tolist()
    if column.becomes == "flag":
        return ["true" if value >= 0.5 else "false" for value in values]
    if column.becomes == "date":
        return [date(round(value / DAY) * DAY if column.whole and value == value else value) for value in values]
    return values


def _miss(column: Column, outputs: Floats, targets: Floats) -> Miss:
    count = len(targets)
    if not count:
        return Miss(column.name, float("nan"), "", 0)
    if column.becomes in ("flag", "category"):
        ours, theirs = (_decoded(column, part.astype(np.float64)) for part in (outputs, targets))
        wrong = sum(our != their for our, their in zip(ours, theirs, strict=True))
        return Miss(column.name, wrong / count, "share wrong", count)
    squares = np.square(outputs.astype(np.float64) - targets)
    error = float(np.sqrt(squares.mean())) * abs(column.scale)
    return (
        Miss(column.name, error / DAY, "days", count)
        if column.becomes == "date"
        else Miss(column.name, error, "", count)
    )


def named(names: str) -> Sequence[str]:
    """Of a list as "a, b"."""
    return [name.strip() for name in names.split(",") if name.strip()]
