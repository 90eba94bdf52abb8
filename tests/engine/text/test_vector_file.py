from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.datasets.data import silence
from engine.errors import BadData
from engine.text import vector_file
from engine.text.vector_file import VectorFile

WORDS = ("the", "café", "zzz", "9")
TEXT = "the 0.5 -1 2e-1\n, 1 2 3\ncafé 3 4 5\nthe 9 9 9\n9 7 8 9"
ROWS = np.array([[0.5, -1, 0.2], [3, 4, 5], [0, 0, 0], [7, 8, 9]], np.float32)


def written(folder: Path, text: str | bytes) -> VectorFile:
    path = folder / "vectors.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return VectorFile(path)


def zipped(folder: Path, **members: str) -> Path:
    with zipfile.ZipFile(folder / "vectors.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.txt", text)
    return folder / "vectors.zip"


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "5 3\n" + TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", " \n").replace("-1 2", "-1\t 2"),
        TEXT + "\n. . 1 2 3\n",
    ],
    ids=["GloVe", "word2vec", "Windows", "blanks", "a word with a blank in it"],
)
def test_the_rows_of_the_asked_words_are_read_the_first_of_two_and_zeros_for_missing_ones(tmp_path, text: str) -> None:
    assert np.allclose(written(tmp_path, text).rows(WORDS, silence), ROWS)


def test_a_zip_gives_its_named_member_or_its_only_one(tmp_path: Path) -> None:
    path = zipped(tmp_path, a="the 1 2\n", b=TEXT)
    assert np.allclose(VectorFile(path, "b.txt").rows(WORDS, silence), ROWS)
    with pytest.raises(BadData, match=r"single file.*a\.txt, b\.txt"):
        VectorFile(path).rows(WORDS, silence)
    with pytest.raises(BadData, match=r"expected c\.txt"):
        VectorFile(path, "c.txt").rows(WORDS, silence)
    assert np.allclose(VectorFile(zipped(tmp_path, b=TEXT)).rows(WORDS, silence), ROWS)
    assert [item.name for item in tmp_path.iterdir()] == ["vectors.zip"]


@pytest.mark.parametrize(
    ("line", "came"),
    [
        ("cat 1 2", "got 2"),
        ("cat 1 2 3 4", "got 4"),
        ("", "got 0"),
        ("cat 1 two 3", "'two'"),
        ("cat 1 nan 3", "'nan'"),
        ("cat 1 inf 3", "'inf'"),
        ("the 1 1e39 3", "'1e39'"),
        ("the 1 2-3 3", "'2-3'"),
    ],
)
def test_a_broken_line_is_named_with_what_was_expected_and_what_came(tmp_path: Path, line: str, came: str) -> None:
    with pytest.raises(BadData, match=rf"vectors\.txt: line 2: expected a word and 3 numbers.*{came}"):
        written(tmp_path, f"a 1 2 3\n{line}\nb 1 2 3\n").rows(WORDS, silence)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"\x80\0\0\x02" * 100, "binary file"),
        (b"a 1 2\ncaf\xe9 1 2\n", "line 2.*not UTF-8"),
        (b"a 1 2\nb 1 \xe9\n", "line 2"),
        (b"word\n", "the first line has none"),
        (b"2 3\n", "none of its words"),
        (b"a 1 2\nb 3 4\n", "none of its words is among the 4"),
        (b"a 1 2\nthe 0 -0\nzzz 0 1e-99\n", "all numbers of its 2 words in the vocabulary are zero"),
    ],
)
def test_what_is_no_file_of_vectors_is_refused_with_the_remedy(tmp_path: Path, content: bytes, expected: str) -> None:
    remedy = "mend or remove the line" if expected.startswith("line") else "text format, or set vectors to corpus"
    with pytest.raises(BadData, match=f"{expected}.*; .*{remedy}"):
        written(tmp_path, content).rows(WORDS, silence)


def test_a_word_of_zeros_among_others_is_one_without_a_vector(tmp_path: Path) -> None:
    assert written(tmp_path, "the 0 0\nzzz 0 1\n").rows(WORDS, silence).any(axis=1).tolist() == [0, 0, 1, 0]


def test_a_name_loses_what_a_terminal_would_obey_where_it_is_reported(tmp_path: Path) -> None:
    activities: list[str] = []
    path = written(tmp_path, TEXT).path.rename(tmp_path / "a\x1b[31m.txt")
    VectorFile(path).rows(WORDS, lambda activity, *_: activities.append(activity))
    assert activities == ["reading a [31m.txt", "read a [31m.txt"]


def test_an_endless_line_is_not_read_to_its_end(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(vector_file, "_LONGEST", 100)
    with pytest.raises(BadData, match=r"line 1.*more than 100 bytes"):
        written(tmp_path, "the" + " 1" * 200).rows(WORDS, silence)


def test_what_is_no_zip_a_broken_or_too_large_one_is_refused(tmp_path: Path, monkeypatch) -> None:
    path = zipped(tmp_path, a=TEXT * 100)
    content = path.read_bytes()
    path.write_bytes(content.replace(content[60:64], b"\0\0\0\0", 1))
    with pytest.raises(BadData, match="cannot be read"):
        VectorFile(path).rows(WORDS, silence)
    path.write_bytes(b"no zip")
    with pytest.raises(BadData, match="cannot be read"):
        VectorFile(path).rows(WORDS, silence)
    path.write_bytes(content)
    monkeypatch.setattr(vector_file, "_LARGEST", 50)
    with pytest.raises(BadData, match="over 50"):
        VectorFile(path).rows(WORDS, silence)


def test_progress_is_in_bytes_and_ends_at_the_total(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(vector_file, "_STEP", 10)
    reports: list[tuple[str, int, int, str]] = []
    written(tmp_path, TEXT).rows(WORDS, lambda *report: reports.append(report))
    size = len(TEXT.encode())
    assert [done for _, done, *_ in reports] == sorted({done for _, done, *_ in reports})
    assert len(reports) > 3
    assert reports[-1] == ("read vectors.txt", size, size, "B")
    assert {report[2:] for report in reports} == {(size, "B")}
