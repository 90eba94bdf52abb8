"""Codes as tables with names and labels, to files and pipes; rows of tables as images."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aetui.cli import codes, codes_file, files, number_tables
from engine.errors import BadData, UsageError
from engine.queries.messages import Codes

CODES = np.array([[0.5, -2], [1e-9, 3]], np.float32)
WHOLE = Codes(codes=CODES, labels=np.array([7, 9]), names=("a, b.png", 'c"\n.png'), epoch=1)
RECORD: Any = type("Record", (), {"info": type("Info", (), {"shape": (2, 2, 1)})})
OPTIONS: Any = type("Options", (), {"data_folder": None})

Write = Callable[[str], bytes]


def write(path: Path, suffix: str, whole: Codes) -> None:
    """As an engine gives them: code by code, and an answer without any in the end."""
    with codes_file.writing(path, suffix) as file:
        for place in (slice(0, 1), slice(1, 2), slice(0)):
            labels = None if whole.labels is None else whole.labels[place]
            names = whole.names and whole.names[place]
            file.append(Codes(codes=whole.codes[place], labels=labels, names=names, epoch=1))
    assert file.shape == (2, 2)


def piped(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def read(source: str, count: int = 0) -> files.Given:
    return files.read(OPTIONS, RECORD, source, count)


@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ","), (".tsv", "\t")])
def test_names_and_labels_stand_before_the_codes_and_are_no_part_of_them_when_read(
    tmp_path: Path, suffix: str, delimiter: str
) -> None:
    path = tmp_path / f"codes{suffix}"
    write(path, suffix, WHOLE)
    rows = list(csv.reader(path.read_text("utf-8").splitlines(), delimiter=delimiter))
    assert rows == [
        ["name", "label", "z1", "z2"],
        ["a, b.png", "7", "0.5", "-2"],
        ['c"�.png', "9", "9.99999972e-10", "3"],
    ]
    assert np.array_equal(codes.read_codes(path).astype(np.float32), CODES)
    table = number_tables.read_table(str(path), 1_000)
    assert table.names == ("a, b.png", 'c"�.png')
    assert table.labels is not None
    assert table.labels.tolist() == [7, 9]


def test_an_archive_has_arrays_of_names_and_labels_where_they_are_known(tmp_path: Path) -> None:
    write(tmp_path / "a.npz", ".npz", WHOLE)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as loaded:
        assert sorted(loaded.files) == ["codes", "labels", "names"]
        assert loaded["names"].tolist() == list(WHOLE.names or ())
    assert np.array_equal(codes.read_codes(tmp_path / "a.npz"), CODES)
    write(tmp_path / "b.npz", ".npz", Codes(codes=CODES, labels=None, epoch=1))
    with np.load(tmp_path / "b.npz") as loaded:
        assert loaded.files == ["codes"]


@pytest.mark.parametrize("wanted", [None, "tsv"])
def test_standard_output_gets_csv_unless_another_format_is_wanted_and_standard_input_reads_it(
    capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, wanted: str | None
) -> None:
    write(Path("-"), codes.format_of(Path("-"), wanted), WHOLE)
    written = capsysbinary.readouterr().out.decode()
    assert written.splitlines()[0] == ("\t" if wanted else ",").join(["name", "label", "z1", "z2"])
    piped(monkeypatch, written)
    assert np.array_equal(codes.read_codes(Path("-")).astype(np.float32), CODES)


def test_the_format_is_what_the_name_says_unless_it_is_named() -> None:
    assert codes.format_of(Path("a.tsv"), None) == ".tsv"
    assert codes.format_of(Path("a.txt"), "csv") == ".csv"
    with pytest.raises(UsageError, match=r"\.npy, \.npz, \.tsv, \.csv"):
        codes.format_of(Path("a.txt"), None)


def test_rows_of_a_table_are_images_with_their_names_and_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "label,p1,p2,p3,p4,name\ncat,0,10,20,255,x\ndog,1,2,3,4,y\ncat,1,1,1,1,z\n"
    (tmp_path / "a.csv").write_text(text)
    piped(monkeypatch, text)
    for given in (read(str(tmp_path / "a.csv"), 2), read("-", 2)):
        assert given.items.dtype == np.uint8
        assert given.items[..., 0].tolist() == [[[0, 10], [20, 255]], [[1, 2], [3, 4]]]
        assert given.names == ("x", "y")
        assert given.labels is not None
        assert given.labels.tolist() == ["cat", "dog"]
    piped(monkeypatch, "0\t0.25\t0.5\t1\n")
    given = read("-")
    assert given.items.dtype == np.float32
    assert (given.items.ravel().tolist(), given.names, given.labels) == ([0, 0.25, 0.5, 1], None, None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,2,3\n", r"rows of 4 numbers \(2 × 2 × 1\), found 3"),
        ("0.5,2,3,4\n", "from 0 to 1, or whole ones from 0 to 255, found 0.5 to 4"),
        ("0,0,0,nan\n", "from 0 to 1"),
        ("0,0,0,-1\n", "from 0 to 1"),
        ("", "no row of numbers"),
        ("a,b\n", "no row of numbers"),
        ("1,2,3,x\n1,2,3,x\n", "'x'"),
    ],
)
def test_rows_that_are_no_images_are_refused(monkeypatch: pytest.MonkeyPatch, text: str, words: str) -> None:
    piped(monkeypatch, text)
    with pytest.raises(BadData, match=words) as caught:
        read("-")
    assert "standard input" in str(caught.value)
