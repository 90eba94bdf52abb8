"""Ratings in files of many makings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.datasets import dataset
from engine.datasets.own import adding
from engine.errors import BadData, UsageError
from engine.ratings.ratings import Ratings

ROWS = [(f"u{n % 7}", f"i{n % 5}", n % 5 + 1) for n in range(35)]


def added(path: Path, content: str | bytes, kind: str = "", **options: Any) -> tuple[Ratings, adding.Added]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = adding.add("mine", path, kind, options)
    source = found.reading.source
    assert isinstance(source, Ratings)
    return source, found


def given(ratings: Ratings) -> set[tuple[str, str, float]]:
    rows = zip(ratings.user, ratings.item, ratings.value, strict=True)
    return {(ratings.users[user], ratings.items[item], float(value)) for user, item, value in rows}


def lines(separator: str, head: str = "") -> str:
    return head + "".join(separator.join(map(str, (*row, "978300760"))) + "\n" for row in ROWS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ratings.csv", lines(",", "userId,movieId,rating,timestamp\n")),
        ("r.tsv", lines("\t", "user_id\titem_id\tstars\tat\n")),
        ("r.csv", lines(";", '"User-ID";"ISBN";"Book-Rating";"at"\n')),
        ("ratings.dat", lines("::")),
    ],
)
def test_tables_are_recognised_by_the_names_of_their_columns(tmp_path: Path, name: str, content: str) -> None:
    ratings, found = added(tmp_path / name, content)
    assert given(ratings) == {(user, item, float(stars)) for user, item, stars in ROWS}
    assert "a table" in found.because
    row = dataset("mine")
    assert (row.kind, row.shape, row.train_items + row.test_items) == ("ratings", (7, 5), 35)
    assert np.bincount(ratings.part).tolist() == [28, 3, 4]


def test_parquet_with_numbers_as_names_is_read(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table(
        {"userId": [n % 7 for n in range(35)], "movieId": [n % 5 for n in range(35)], "rating": [2.5] * 35}
    )
    parquet.write_table(table, tmp_path / "r.parquet")
    ratings, _ = added(tmp_path / "r.parquet", (tmp_path / "r.parquet").read_bytes())
    assert set(ratings.users) == set("0123456")
    assert set(ratings.value) == {2.5}


def test_columns_can_be_named_or_numbered(tmp_path: Path) -> None:
    content = "".join(f"{stars},{user},x,{item}\n" for user, item, stars in ROWS)
    ratings, _ = added(tmp_path / "r.csv", content, "ratings", user="2", item="4", rating="1")
    assert given(ratings) == {(user, item, float(stars)) for user, item, stars in ROWS}


def test_the_last_of_two_ratings_counts_and_seldom_users_go_until_none_is_left_over(tmp_path: Path) -> None:
    content = lines(",", "user,item,rating,at\n") + "u0,i0,5,1\nrare,i0,1,1\nrare,lonely,1,1\nu1,i0,,1\n"
    ratings, found = added(tmp_path / "r.csv", content, min_ratings="2")
    how = found.reading.how
    assert ("u0", "i0", 5.0) in given(ratings)
    assert ("u0", "i0", 1.0) not in given(ratings)
    assert len(ratings) == 35
    assert "rare" not in ratings.users
    assert how["rated twice"].startswith("1 rating left out")
    assert how["without a rating"].startswith("1 row")
    assert how["too few"].startswith("2 ratings")


@pytest.mark.parametrize(
    ("content", "options", "error", "told"),
    [
        (lines(",", "who,what,rating,at\n"), {}, UsageError, "--user: who, what, rating, at"),
        (lines(",", "who,what,rating,at\n"), {"user": "me"}, UsageError, "no column 'me'"),
        (lines(",", "user,item,rating,at\n"), {"item": "user"}, UsageError, "three different columns"),
        ("user,item,rating\na,b,good\n", {}, BadData, "column rating"),
        ("user,item,rating\na,b,1\na,,3\n", {}, BadData, "an item in every row, but row 2"),
        ("user,item,rating\na,b,3\na,c\n", {}, BadData, "Expected 3 columns"),
        ("user,item,rating\na,b,inf\n", {}, BadData, "row 1"),
        ("user,item,rating\na,b,3\n", {"min_ratings": "2"}, UsageError, "lower --min-ratings"),
        ("user,item,rating\na,b,3\n", {}, UsageError, "Too few items"),
        ("", {}, BadData, "three columns"),
        (b"user,item,\xff\n", {}, BadData, "UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(
    tmp_path: Path, content: str | bytes, options: dict[str, str], error: type[Exception], told: str
) -> None:
    with pytest.raises(error) as found:
        added(tmp_path / "r.csv", content, "ratings", **options)
    assert told in str(found.value)


def test_other_tables_are_not_taken_for_ratings(tmp_path: Path) -> None:
    from engine.datasets.own.readers import READERS

    for name, content in (("a.csv", "width,height,label\n1,2,x\n"), ("b.dat", "1 2 3\n"), ("c.csv", b"\x89PNG\0")):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        assert READERS["ratings"].recognises(tmp_path / name) == ""
    assert READERS["ratings"].recognises(tmp_path) == ""
