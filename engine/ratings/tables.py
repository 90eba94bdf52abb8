"""Tables of ratings in files: text with any separator, and Parquet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.own.cutting import Cutting, cut
from engine.errors import BadData, UsageError, counted
from engine.ratings.ratings import TEST, TRAIN, VALIDATION, Ratings

Column = Literal["user", "item", "rating"]
COLUMNS: tuple[Column, ...] = ("user", "item", "rating")
CALLED: dict[Column, tuple[str, ...]] = {
    "user": (
        "user",
        "userid",
        "users",
        "uid",
        "username",
        "reviewer",
        "reviewerid",
        "customer",
        "customerid",
        "reader",
    ),
    "item": (
        *("item", "itemid", "items", "iid", "movie", "movieid", "film", "filmid", "product", "productid", "asin"),
        *("parentasin", "book", "bookid", "isbn", "song", "songid", "artist", "artistid", "anime", "animeid", "game"),
        *("gameid", "recipe", "recipeid", "business", "businessid", "joke", "jokeid", "title"),
    ),
    "rating": ("rating", "ratings", "stars", "score", "overall", "grade", "userrating", "bookrating", "moviescore"),
}
"""Names of columns, in lower case and without signs."""

COLONS = "::"
SEPARATORS = (COLONS, "\t", ";", ",", "|")
UNIT = b"\x1f"
"""Stands for two colons where a separator has one character."""
FIRST = 2**16
"""Bytes of a file that are looked at."""


class Looked(NamedTuple):
    """What the beginning of a file tells."""

    columns: tuple[str, ...]
    """Their names, or their numbers from 1 where they have none."""
    named: bool
    separator: str
    """Empty for Parquet."""


def look(path: Path) -> Looked:
    """Columns and separator. Raises BadData for a file that cannot be read or is no table."""
    if path.suffix.lower() == ".parquet":
        return Looked(_parquet_columns(path), True, "")
    try:
        with path.open("rb") as file:
            begun = file.read(FIRST)
    except OSError as error:
        raise BadData(path, f"cannot be read: {error.strerror or error}") from error
    line = begun.removeprefix(b"\xef\xbb\xbf").splitlines()[0] if begun.strip() else b""
    try:
        first = line.decode()
    except UnicodeDecodeError as error:
        raise BadData(path, f"expected a table in UTF-8, but its first line is not: {error.reason}") from error
    separator = next((one for one in SEPARATORS if first.count(one) >= 2), "")
    if not separator:
        raise BadData(path, "expected a table with three columns or more, but its first line has no separator for them")
    cells = [cell.strip().strip('"') for cell in first.split(separator)]
    named = not any(map(_is_number, cells))
    return Looked(tuple(cells if named else map(str, range(1, len(cells) + 1))), named, separator)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parquet_columns(path: Path) -> tuple[str, ...]:
    from pyarrow import ArrowException, parquet

    try:
        return tuple(parquet.read_schema(path).names)
    except (OSError, ArrowException) as error:
        raise BadData(path, f"expected a Parquet file, but {_first_line(error)}") from error


def guessed(columns: Sequence[str]) -> dict[str, Column]:
    """Which columns are users, items and ratings by their names; at most one of each, the first."""
    found: dict[str, Column] = {}
    for what, names in CALLED.items():
        match = next((column for column in columns if re.sub(r"[\W_]", "", column.lower()) in names), None)
        if match is not None and match not in found:
            found[match] = what
    return found


def chosen(columns: Sequence[str], wanted: Sequence[str], path: Path) -> tuple[str, str, str]:
    """The columns of users, items and ratings: those `wanted`, by name or number, else guessed.

    Raises:
        UsageError: one is not there, cannot be guessed, or is meant twice.
    """
    by_name = {what: column for column, what in guessed(columns).items()}
    unnamed = list(columns) == [str(number) for number in range(1, len(columns) + 1)]
    named = []
    for number, (what, name) in enumerate(zip(COLUMNS, wanted, strict=True)):
        found = _called(columns, name) if name else columns[number] if unnamed else by_name.get(what)
        if found is None:
            told = f"no column {name!r}" if name else f"no column whose name says that it is the {what}"
            there = ", ".join(columns[:20])
            raise UsageError("Columns", f"{path.name} has {told}; name one with --{what}: {there}")
        named.append(found)
    user, item, rating = named
    if len({user, item, rating}) < 3:
        told = f"user {user}, item {item}, rating {rating}"
        raise UsageError("Columns", f"expected three different columns, got {told}; name them with --user and so on")
    return user, item, rating


def _called(columns: Sequence[str], name: str) -> str | None:
    if name in columns:
        return name
    return columns[int(name) - 1] if name.isdecimal() and 0 < int(name) <= len(columns) else None


def read(
    key: str, path: Path, looked: Looked, columns: tuple[str, str, str], options: Any
) -> tuple[Ratings, dict[str, str]]:
    """The ratings of a file in three parts by `options` (`Cutting`, with `min_ratings`), and what was done, in words.

    Raises:
        UsageError: too few are left.
        BadData: the file is broken, or a rating is no number.
    """
    table = _parquet(path, columns) if not looked.separator else _text(path, looked, columns)
    how = {"columns": f"user {columns[0]}, item {columns[1]}, rating {columns[2]}"}
    users, items = (table.column(place).combine_chunks().dictionary_encode() for place in (0, 1))
    user, item = (np.asarray(one.indices.to_numpy(zero_copy_only=False)) for one in (users, items))
    value = table.column(2).to_numpy()
    _check(path, user, item, value)
    keep = np.flatnonzero(~np.isnan(value))
    if left_out := len(value) - len(keep):
        how["without a rating"] = f"{counted(left_out, 'row')} left out"
    keep, repeated = _last_ones(user, item, keep, len(items.dictionary))
    if repeated:
        how["rated twice"] = f"{counted(repeated, 'rating')} left out: of one user for one item the last counts"
    fewest: int = options.min_ratings
    before = len(keep)
    keep = _often_enough(user, item, keep, fewest)
    if before > len(keep):
        how["too few"] = f"{counted(before - len(keep), 'rating')} left out: of a user or an item with under {fewest:,}"
    if not len(keep):
        told = f"expected ratings, but of {len(value):,} rows of {path.name} none is left"
        raise UsageError("No ratings", f"{told}; {'lower --min-ratings' if fewest > 1 else 'look at its columns'}")
    return _made(key, path, (users, items), (user[keep], item[keep], value[keep]), options), how


def _made(key: str, path: Path, names: tuple[Any, Any], given: tuple[NDArray[Any], ...], options: Cutting) -> Ratings:
    """With the names that occur, in the order of their first rating."""
    user, item, value = given
    of_users, users = np.unique(user, return_inverse=True)
    of_items, items = np.unique(item, return_inverse=True)
    places = cut(len(value), None, options)
    part = np.full(len(value), TRAIN, np.int8)
    if places.validation is not None:
        part[places.validation] = VALIDATION
    part[places.test] = TEST
    return Ratings(
        key=key,
        users=tuple(names[0].dictionary.take(of_users).to_pylist()),
        items=tuple(names[1].dictionary.take(of_items).to_pylist()),
        user=users.astype(np.int32),
        item=items.astype(np.int32),
        value=value.astype(np.float32),
        part=part,
        path=path,
    )


def _check(path: Path, user: NDArray[Any], item: NDArray[Any], value: NDArray[Any]) -> None:
    """Raises BadData for a row without a user or an item, or with an endless rating."""
    for what, wrong in (("a user", user != user), ("an item", item != item), ("a finite rating", np.isinf(value))):
        if wrong.any():
            row = int(np.argmax(wrong)) + 1
            raise BadData(path, f"expected {what} in every row, but row {row:,} of the ratings has none; mend it")


def _last_ones(
    user: NDArray[Any], item: NDArray[Any], places: NDArray[np.int64], items: int
) -> tuple[NDArray[np.int64], int]:
    """Of `places` the last of each pair, ascending, and how many go."""
    pairs = user[places].astype(np.int64) * items + item[places].astype(np.int64)
    _, last = np.unique(pairs[::-1], return_index=True)
    kept = np.sort(places[len(places) - 1 - last])
    return kept, len(places) - len(kept)


def _often_enough(user: NDArray[Any], item: NDArray[Any], places: NDArray[np.int64], fewest: int) -> NDArray[np.int64]:
    """Those of `places` whose user and item have `fewest` ratings, counted again until all have."""
    while len(places):
        counts = (np.bincount(of[places].astype(np.int64))[of[places].astype(np.int64)] for of in (user, item))
        enough = np.logical_and(*(count >= fewest for count in counts))
        if enough.all():
            break
        places = places[enough]
    return places


def _parquet(path: Path, columns: tuple[str, str, str]) -> Any:
    """The three columns: text, text, numbers."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return parquet.read_table(path, columns=list(columns)).select(list(columns)).cast(_schema(columns))
    except (OSError, pa.ArrowException) as error:
        raise BadData(path, f"expected users, items and ratings in Parquet, but {_first_line(error)}") from error


def _text(path: Path, looked: Looked, columns: tuple[str, str, str]) -> Any:
    """The three columns of a text file: text, text, numbers."""
    import pyarrow as pa
    from pyarrow import csv

    separator = looked.separator
    try:
        source: Any = str(path)
        if separator == COLONS:
            source, separator = pa.BufferReader(path.read_bytes().replace(COLONS.encode(), UNIT)), UNIT.decode()
        return csv.read_csv(
            source,
            csv.ReadOptions(column_names=list(looked.columns), skip_rows=int(looked.named)),
            csv.ParseOptions(delimiter=separator),
            csv.ConvertOptions(
                include_columns=list(columns), column_types=_schema(columns), null_values=[""], strings_can_be_null=True
            ),
        )
    except (OSError, pa.ArrowException) as error:
        told = re.sub(r"CSV column #(\d+)", lambda found: f"column {columns[int(found[1])]}", _first_line(error))
        raise BadData(path, f"expected a table of users, items and ratings, but {told}") from error


def _schema(columns: tuple[str, str, str]) -> Any:
    import pyarrow as pa

    return pa.schema([(columns[0], pa.string()), (columns[1], pa.string()), (columns[2], pa.float64())])


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", maxsplit=1)[0]
