from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadData, EngineError, UsageError
from engine.text.pairs import read_pairs


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pairs.tsv"


@pytest.mark.parametrize(
    ("text", "columns", "called"),
    [
        ("a dog\ta cat\t3.5\nx\ty\t1\n", "", ("1", "2", "3")),
        ("Score,sentence2,sentence1\n3.5,a cat,a dog\n1,y,x\n", "", ("sentence1", "sentence2", "Score")),
        ("one;two;how like\na dog;a cat;3.5\nx;y;1\n", "", ("one", "two", "how like")),
        ('n,score,left,right\n0,3.5,"a dog",a cat\n0,1,x,y\n', "left,right,2", ("left", "right", "score")),
        ("main\tf\t2012\t7\t3.5\ta dog\ta cat\n\nmain\tf\t2012\t8\t1\tx\ty\n", "6,7,5", ("6", "7", "5")),
    ],
)
def test_columns_are_told_by_names_or_numbers_or_as_usual(
    file: Path, text: str, columns: str, called: tuple[str, ...]
) -> None:
    file.write_text(text, "utf-8")
    found = read_pairs(file, columns.split(",") if columns else ())
    assert [(pair.first, pair.second, pair.score) for pair in found.pairs] == [("a dog", "a cat", 3.5), ("x", "y", 1)]
    assert found.columns == called
    assert not found.left_out


def test_quotes_in_a_table_with_tabs_are_letters_like_others(file: Path) -> None:
    file.write_text('he said "no\t"yes" she said\t2\n', "utf-8")
    [pair] = read_pairs(file).pairs
    assert (pair.first, pair.second) == ('he said "no', '"yes" she said')


def test_wrong_rows_are_left_out_and_told_by_their_line(file: Path) -> None:
    file.write_text("s1\ts2\tscore\na\tb\t1\na\tb\na\t \t2\na\tb\tmany\na\tb\tnan\nc\td\t2\n", "utf-8")
    found = read_pairs(file)
    assert [pair.line for pair in found.pairs] == [2, 7]
    assert [line for line, _ in found.left_out] == [3, 4, 5, 6]
    told = [why for _, why in found.left_out]
    assert told[:2] == ["expected at least 3 fields, found 2", "the second sentence is empty"]
    assert "'many'" in told[2]


def test_a_first_row_with_a_score_may_still_be_said_to_be_a_head(file: Path) -> None:
    file.write_text("a\tb\t1\nc\td\t2\n", "utf-8")
    assert len(read_pairs(file, head=True).pairs) == 1
    assert len(read_pairs(file).pairs) == 2


@pytest.mark.parametrize(
    ("text", "columns", "error", "why"),
    [
        ("", (), BadData, "found nothing"),
        ("s1\ts2\tscore\n", (), BadData, "head alone"),
        ("a\tb\tx\nc\td\ty\n", (), BadData, "line 2"),
        ("a\tb\t1\n", ("1", "2"), UsageError, "got 2 columns"),
        ("a\tb\t1\n", ("1", "2", "score"), UsageError, "none of them 'score'"),
        ("a\tb\t1\n", ("1", "2", "9"), UsageError, "3 columns"),
        ('a,"b,1\n', (), BadData, "line 1"),
    ],
)
def test_a_file_without_pairs_is_refused_with_its_fault(
    file: Path, text: str, columns: tuple[str, ...], error: type[EngineError], why: str
) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(error, match=why):
        read_pairs(file, columns)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing"):
        read_pairs(tmp_path / "nothing.tsv")
