from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.datasets.data import silence
from engine.errors import BadData, UsageError
from engine.text import plain_text
from engine.text.asked import Asked
from engine.text.document import Document


def read(path: Path, **asked: str) -> list[Document]:
    return list(plain_text.documents(path, silence, Asked(**asked)))


@pytest.fixture
def titles(tmp_path: Path) -> Path:
    file = tmp_path / "titles.csv"
    file.write_text('id,title,subject\n1,"Cells, early and late",bio\n2,,bio\n\n3,"Deep\nimages",cs\n')
    return file


def test_rows_that_are_sentences_make_one_document(titles: Path) -> None:
    (document,) = read(titles, column="title")
    assert document[:4] == ("titles.csv", "Cells, early and late\nDeep images", (), "lines")
    assert document.reading.startswith("as guessed: 0% of the fields hold several sentences; column title of 2 rows")


def test_with_a_label_each_row_is_a_document_on_its_topic(titles: Path) -> None:
    assert [document[:4] for document in read(titles, column="title", label="subject", layout="lines")] == [
        ("titles.csv:2", "Cells, early and late", ("bio",), "lines"),
        ("titles.csv:6", "Deep images", ("cs",), "lines"),
    ]


def test_prose_keeps_its_paragraphs_and_each_row_is_a_document(tmp_path: Path) -> None:
    file = tmp_path / "mails.jsonl"
    mails = ["It rained. We stayed.\n\nBest regards", "It cleared up. We went. Nobody came."] * 3
    file.write_text("".join(json.dumps({"body": mail, "tags": ["a", "b"], "n": 1}) + "\n" for mail in mails))
    first, second = read(file, column="body", label="tags")[:2]
    assert (first.text, first.layout, first.topics) == (
        "It rained. We stayed.\n\nBest regards",
        "paragraphs",
        ("a", "b"),
    )
    assert second.name == "mails.jsonl:2"
    assert read(file, column="body", label="n")[0].topics == ("1",)


@pytest.mark.parametrize(("name", "mark"), [("a.tsv", "\t"), ("a.csv", ";"), ("a.txt", "|")])
def test_what_parts_fields_is_seen(tmp_path: Path, name: str, mark: str) -> None:
    (tmp_path / name).write_text(f"id{mark}text\n1{mark}red, green\n")
    assert [document.text for document in read(tmp_path / name, column="text")] == ["red, green"]


def test_a_column_without_a_name_is_told_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("0,first of all\n4,then another\n")
    assert read(tmp_path / "a.csv", column="2")[0].text == "first of all\nthen another"


@pytest.mark.parametrize("asked", [{}, {"column": "titel"}, {"column": "title", "label": "topic"}, {"column": "4"}])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(titles: Path, asked: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"titles.csv is a table, but .*NAME from: id, title, subject$"):
        read(titles, **asked)


def test_a_field_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"title": "x"}\n{"body": "y"}\n')
    with pytest.raises(UsageError, match="from: title, body"):
        read(tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "id,title\n1,one, two\n", "line 2 has 3; put text with commas in it into quotes"),
        ("a.csv", "id,title\n1,\n", "expected text in column title, found none"),
        ("a.jsonl", '{"title": "x"}\n{"title": \n', "line 2: .*mend the line"),
        ("a.jsonl", '{"title": "x"}\n[1]\n', "expected an object on line 2, found list"),
        ("a.jsonl", '{"title": "x"}\n{"title": 3}\n', "expected text in field title, but on line 2 it is int"),
        ("a.json", "[" * 100_000, "one JSON object a line"),
    ],
)
def test_broken_tables_are_refused_with_the_line(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(BadData, match=told):
        read(tmp_path / name, column="title")


def test_in_a_folder_tables_are_read_where_a_column_is_named_and_else_passed_over(titles: Path) -> None:
    (titles.parent / "readme.txt").write_text("It rained.\n")
    assert [document.name for document in read(titles.parent)] == ["readme.txt"]
    assert [document.name for document in read(titles.parent, column="title")] == ["titles.csv"]


def test_a_column_of_parquet_is_read_as_one_of_csv(titles: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    file = titles.with_suffix(".parquet")
    table = {
        "id": [1, 2, 3],
        "title": ["Cells, early and late", None, "Deep\nimages"],
        "subject": [["bio", "old"], ["bio"], None],
    }
    parquet.write_table(pa.table(table), file)
    assert read(file, column="title")[0].text == "Cells, early and late\nDeep images"
    found = read(file, column="2", label="subject", layout="lines")
    assert [document[:3] for document in found] == [
        ("titles.parquet:1", "Cells, early and late", ("bio", "old")),
        ("titles.parquet:3", "Deep images", ()),
    ]
    with pytest.raises(UsageError, match="from: id, title, subject"):
        read(file, column="text")
    with pytest.raises(BadData, match="expected text in column id, found int64"):
        read(file, column="id")
    file.write_bytes(b"PAR1 and no more")
    with pytest.raises(BadData, match="cannot be read as Parquet"):
        read(file, column="title")
