from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.datasets import load
from engine.datasets.own import adding
from engine.errors import BadData, UsageError

HEAD = "who,day,size,soft,colour,same,kind"


def row(place: int) -> str:
    size = "" if place == 3 else f"{place * 10}"
    colour = "NA" if place == 5 else ["red", "green", "blue"][place % 3]
    return f"n{place},2026-01-{1 + place % 28:02d},{size},{str(place % 2 == 0).lower()},{colour},7,{'ab'[place % 2]}"


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "things.csv"
    path.write_text("\n".join([HEAD, *map(row, range(40))]) + "\n")
    return path


def added(path: Path, **options: str) -> Any:
    adding.add("things", path, "vectors", options=options, replace=True)
    return load("things", None)


def test_each_column_becomes_what_it_is_and_what_is_missing_stays_unknown(csv: Path) -> None:
    data = added(csv, label="kind", id="who", split_by="order")
    made = {column.name: (column.becomes, column.missing) for column in data.columns.columns}
    assert made == {
        "day": ("date", 0),
        "size": ("number", 1),
        "soft": ("flag", 0),
        "colour": ("category", 1),
        "same": ("nothing", 0),
    }
    assert data.columns.numbers == ["day", "size", "soft", "colour=blue", "colour=green", "colour=red"]
    assert (data.classes, data.train.names[3], data.train.labels[:2].tolist()) == (("a", "b"), "n3", [0, 1])
    items = data.train.items
    assert np.isnan(items[3]).tolist() == [False, True, False, False, False, False]
    assert np.isnan(items[5]).tolist() == [False, False, False, True, True, True]
    assert items[4, 2:].tolist() == [1, 0, 1, 0]
    assert data.known(items[:4]).sum() == 23


def test_numbers_are_normalised_by_the_rows_to_train_on_alone(csv: Path) -> None:
    data = added(csv, drop="day,soft,colour", id="who", label="kind", split="80/10/10", split_by="order")
    size = np.array([place * 10.0 for place in range(32) if place != 3])
    assert data.columns.used[0].mean == pytest.approx(size.mean())
    assert data.columns.used[0].scale == pytest.approx(size.std())
    assert data.test.items[-1, 0] == pytest.approx((390 - size.mean()) / size.std(), rel=1e-5)
    least = added(csv, drop="day,soft,colour", id="who", label="kind", split_by="order", normalise="minmax")
    assert least.bounded
    assert (np.nanmin(least.train.items), np.nanmax(least.train.items)) == (0, 1)


def test_parts_and_groups_are_as_columns_say(tmp_path: Path) -> None:
    path = tmp_path / "parted.csv"
    lines = [f"{place},{['train', 'val', 'test'][place % 3]},g{place // 4}" for place in range(36)]
    path.write_text("\n".join(["x,part,patient", *lines]))
    data = added(path, split_column="part", drop="patient")
    assert [len(part.items) for part in (data.train, data.validation, data.test)] == [12, 12, 12]
    data = added(path, group="patient", drop="part")
    assert data.columns.numbers == ["x"]
    values = [{round(float(x)) // 4 for x in _sizes(data, part)} for part in (data.train, data.validation, data.test)]
    assert sum(map(len, values)) == len(set.union(*values)) == 9
    with pytest.raises(UsageError, match="leave one out"):
        added(path, group="patient", split_column="part")


def _sizes(data: Any, part: Any) -> Any:
    column = data.columns.used[0]
    return column.mean + column.scale * part.items[:, 0]


def test_parquet_and_arrays_hold_the_same(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).normal(size=(20, 3))
    parquet.write_table(pa.table({f"c{n + 1}": numbers[:, n] for n in range(3)}), tmp_path / "a.parquet")
    np.save(tmp_path / "a.npy", numbers)
    (tmp_path / "a.csv").write_text("\n".join(",".join(map(repr, line)) for line in numbers.tolist()))  # no head
    added = [adding.add("a", tmp_path / f"a.{end}", "vectors", replace=True) for end in ("parquet", "npy", "csv")]
    assert len({one.reading.source.fingerprint for one in added}) == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("a,b\n1,2\n3\n", {}, "Expected 2 columns, got 1"),
        ("a,a\n1,2\n3,4\n", {}, "a stands there twice"),
        ("a,b\n", {}, "found none"),
        ("a,b\n1,inf\n2,3\n", {}, "'b', found an infinite one in row 1"),
        ("a\n1\n2\n3\n4\n5\n", {"label": "kind"}, "a column 'kind', but there are: a"),
        ("a\n1\n1\n1\n1\n1\n", {}, "a is the same in all rows to train on: 1"),
        ("a,b\n" + "\n".join(f"{n},w{n}" for n in range(99)), {}, "'b' has 79 different words, as 'w.*--drop b"),
        ("a,p\n1,x\n2,train\n", {"split_column": "p"}, "train, validation and test, got 'x'"),
    ],
)
def test_what_cannot_be_read_or_meant_is_refused(tmp_path: Path, text: str, options: dict[str, str], told: str) -> None:
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises((UsageError, BadData), match=told):
        added(tmp_path / "bad.csv", **options)


def test_a_validation_part_that_a_run_cuts_off_is_not_what_columns_are_fitted_to(csv: Path) -> None:
    data = added(csv, split="80/20", drop="day,soft,colour", id="who", label="kind")
    cut = data.with_validation(0.25)
    assert np.nanmean(cut.train.items) == pytest.approx(0, abs=1e-5)
    assert np.nanstd(cut.train.items) == pytest.approx(1, rel=1e-4)
    assert _sizes(cut, cut.test).tolist() == pytest.approx(_sizes(data, data.test).tolist(), rel=1e-4)
    assert cut.fingerprint == data.fingerprint
