from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.datasets.numbers import new_items, table
from engine.datasets.numbers.columns import Columns, fit
from engine.errors import BadData, RunError, UsageError

TEXT = "size,colour,soft,day\n10,red,true,2026-01-01\n20,blue,false,2026-01-03\n30,red,true,2026-01-05\n40,blue,true,\n"


@pytest.fixture
def columns(tmp_path: Path) -> Columns:
    (tmp_path / "a.csv").write_text(TEXT)
    return fit(table.read(tmp_path / "a.csv"), np.arange(4), "standard", ())


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_what_is_encoded_and_decoded_is_in_the_users_units_again(columns: Columns, tmp_path: Path) -> None:
    items = columns.encode(table.read(tmp_path / "a.csv"))
    found = {column.name: values for column, values in columns.decode(items)}
    assert found["size"] == pytest.approx([10, 20, 30, 40])
    assert found["colour"] == ["red", "blue", "red", "blue"]
    assert found["soft"] == ["true", "false", "true", "true"]
    assert found["day"][:3] == ["2026-01-01", "2026-01-03", "2026-01-05"]


def test_rows_of_another_file_are_read_by_the_names_of_columns(columns: Columns, tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", "more,day,soft,colour,size\n1,2026-01-03,0,green,25\n2,NA,1,red,\n")
    found = new_items.read(path, columns)
    assert found.ignored == ("more",)
    assert found.items[0].tolist() == pytest.approx([0, 0, 0, 0, 0])  # a colour that was never seen has no level
    assert np.isnan(found.items[1]).tolist() == [True, False, False, False, True]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("size,soft\n1,true\n", "expected the columns colour, day in .*, but there are only: size, soft"),
        ("size,colour,soft,day\n1,red,true,soon\n", "dates in the column 'day', found words, as 'soon'"),
        ("size,colour,soft,day\nbig,red,true,2026-01-01\n", "the column 'size': CSV conversion error"),
    ],
)
def test_rows_that_do_not_fit_are_refused(columns: Columns, tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises((UsageError, BadData), match=told):
        new_items.read(written(tmp_path / "b.csv", text), columns)


def test_errors_are_told_in_units_over_what_is_known(columns: Columns, tmp_path: Path) -> None:
    targets = columns.encode(table.read(tmp_path / "a.csv"))
    known = ~np.isnan(targets)
    outputs = np.nan_to_num(targets)
    outputs[:, 0] += 2 / columns.used[0].scale
    outputs[0, 1:3] = outputs[0, 2:0:-1]  # the other colour
    found = {miss.column: miss for miss in columns.misses(outputs, np.nan_to_num(targets), known)}
    assert found["size"].error == pytest.approx(2, rel=1e-4)
    assert (found["colour"].error, found["colour"].unit) == (0.25, "share wrong")
    assert (found["day"].error, found["day"].known) == (0, 3)


def test_a_run_keeps_them_and_says_where_they_are_damaged(columns: Columns, tmp_path: Path) -> None:
    columns.write(tmp_path)
    assert Columns.kept(tmp_path) == columns
    (tmp_path / "columns.json").write_text("{")
    with pytest.raises(RunError, match=r"columns\.json"):
        Columns.kept(tmp_path)


def test_the_mark_between_columns_is_seen_and_row_numbers_of_pandas_are_left_out(tmp_path: Path) -> None:
    found = table.read(written(tmp_path / "a.csv", "\ufeff;a;b c\n0;1;x\n1;2;?\n"))
    assert list(found.columns) == ["a", "b c"]
    assert found.columns["b c"].words() == ["x", ""]


def test_tables_of_numbers_are_told_from_tables_of_text(tmp_path: Path) -> None:
    assert table.has_numbers(written(tmp_path / "a.csv", "name;size;age\nx;1.2;3\n"))
    assert not table.has_numbers(written(tmp_path / "b.csv", "title,text\na,b\n"))
    assert not table.has_numbers(written(tmp_path / "c.csv", ""))


def test_words_that_were_never_seen_and_rows_without_a_value_are_told(columns: Columns, tmp_path: Path) -> None:
    path = written(tmp_path / "b.csv", "size,colour,soft,day\n1,violet,true,2026-01-01\n,,,\n1,red,true,\n")
    assert new_items.doubts(new_items.read(path, columns).items, columns) == [
        "1 item with no known value: what a model says of such is its guess, no finding",
        "colour: 1 value that no training row has, which the model cannot tell apart",
    ]
