"""Rows of tables and windows: read by what a run keeps, written in the user's units."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from aetui.cli import engines, rows, writing
from engine.datasets.numbers import table
from engine.datasets.numbers.columns import fit
from engine.errors import BadData, RunError, UsageError
from engine.queries.messages import Images, Reconstruct, Reconstruction

OPTIONS: Any = SimpleNamespace(quiet=False)


@pytest.fixture
def record(tmp_path: Path) -> Any:
    """A run that learned from a table, and keeps its columns."""
    path = tmp_path / "learned.csv"
    path.write_text("who,size,colour,error\na,10,red,1\nb,20,blue,2\nc,30,red,3\n")
    found = table.read(path, {"who": "words"})
    fit(found, np.arange(3), "standard", ("who",), "who").write(tmp_path)
    return SimpleNamespace(id="run", variant="vanilla", kind="vectors", folder=tmp_path, dataset="things")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Reconstruct]:
    """Queries that were put to a model that answers with what it sees, the first number one too large."""
    queries: list[Reconstruct] = []

    def answer(options: Any, query: Reconstruct, activity: str) -> Reconstruction:
        queries.append(query)
        assert query.inputs is not None
        known, seen = ~np.isnan(query.inputs), np.nan_to_num(query.inputs)
        outputs = seen + np.float32([1, *[0] * (seen.shape[1] - 1)])
        errors = np.arange(len(seen), dtype=np.float32)
        codes = np.zeros((len(seen), 2), np.float32)
        return Reconstruction(
            inputs=seen, outputs=outputs, targets=seen, codes=codes, errors=errors, known=known, epoch=3
        )

    monkeypatch.setattr(engines, "answer", answer)
    return queries


def test_rows_of_another_file_come_back_in_its_units_with_their_names(
    record: Any, asked: list[Reconstruct], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new, out = tmp_path / "new.csv", tmp_path / "out.csv"
    new.write_text("error,more,who,colour,size\n2,1,x,blue,20\n1,1,y,red,\n")
    rows.reconstruct(rows.Request(OPTIONS, record, str(new), out, None, None, None))
    with out.open(newline="") as file:
        found = list(csv.reader(file))
    assert found[0] == ["who", "size", "colour", "error", "error_"]
    assert found[1] == ["x", "28.16497", "blue", "2", "0"]
    assert [found[2][0], *found[2][2:]] == ["y", "red", "1", "1"]
    told = capsys.readouterr()
    assert told.err.strip().endswith("ignored: more")
    assert ["size", "8.165", "1"] in [line.split() for line in told.out.splitlines()]
    assert "2 rows" in told.out


def test_files_without_the_columns_and_names_of_nothing_are_refused_before_a_model_is_loaded(
    record: Any, asked: list[Reconstruct], tmp_path: Path
) -> None:
    few = tmp_path / "few.csv"
    few.write_text("size,colour\n1,red\n")
    with pytest.raises(UsageError, match="expected the columns error"):
        rows.reconstruct(rows.Request(OPTIONS, record, str(few), None, None, None, None))
    with pytest.raises(UsageError, match="neither"):
        rows.reconstruct(rows.Request(OPTIONS, record, "nothing", None, None, None, None))
    with pytest.raises(UsageError, match=r"\.csv, \.tsv, \.npz"):
        rows.reconstruct(rows.Request(OPTIONS, record, str(few), tmp_path / "a.png", None, None, None))
    (tmp_path / "columns.json").unlink()
    with pytest.raises(RunError, match="train anew"):
        rows.reconstruct(rows.Request(OPTIONS, record, str(few), None, None, None, None))
    assert not asked


def test_windows_have_a_line_for_each_step(tmp_path: Path) -> None:
    path = tmp_path / "learned.csv"
    path.write_text("x\n0\n1\n2\n3\n")
    columns = fit(table.read(path), np.arange(4), "none", ())
    outputs = np.arange(6, dtype=np.float32).reshape(2, 3, 1)
    lines = list(rows._lines(outputs, columns, ["a:0", "a:3"], np.float32([0.5, 0.25])))
    assert lines[0] == ["window", "step", "x", "error"]
    assert lines[4] == ["a:3", 0, "3", "0.25"]


def test_new_rows_are_written_as_a_table_in_units(record: Any, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv, \.tsv, \.npz"):
        writing.new_items(record, tmp_path / "new.png", Path("samples.png"))
    write = writing.new_items(record, tmp_path / "new.tsv", Path("samples.png"), 2)
    images = np.array([[0, 1, 0, 0], [1, 0, 1, 0]], np.float32)
    assert write(Images(images=images, codes=np.zeros((2, 2), np.float32), epoch=1)).endswith("new.tsv: 2 rows")
    lines = [line.split("\t") for line in (tmp_path / "new.tsv").read_text().splitlines()]
    assert lines == [["who", "size", "colour", "error"], ["1", "20", "blue", "2"], ["2", "28.16497", "red", "2"]]


@pytest.mark.parametrize("form", ["commas", "tabs", "parquet"])
def test_a_table_comes_on_standard_input_in_any_form(
    record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    columns = {"who": ["x", "y"], "size": [20, 30], "colour": ["red", "blue"], "error": [1, 2]}
    if form == "parquet":
        import pyarrow as pa
        from pyarrow import parquet

        parquet.write_table(pa.table(columns), tmp_path / "new.parquet")
        content = (tmp_path / "new.parquet").read_bytes()
    else:
        mark = "," if form == "commas" else "\t"
        lines = [columns, *zip(*columns.values(), strict=True)]
        content = "\n".join(mark.join(map(str, line)) for line in lines).encode()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    found = rows.read(OPTIONS, record, "-", 0)
    assert found.names is not None
    assert list(found.names) == ["x", "y"]
    np.testing.assert_array_equal(found.items[:, 1:3], [[0, 1], [1, 0]])
    assert rows.read(OPTIONS, record, str(tmp_path / "learned.csv"), 1).items[0, 0] < found.items[0, 0]
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO()))
    with pytest.raises(BadData, match=r"standard input.*found nothing"):
        rows.read(OPTIONS, record, "-", 0)
