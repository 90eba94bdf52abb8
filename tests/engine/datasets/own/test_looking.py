"""The first look at files: cheap, whatever lies there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.datasets.own.readers import READERS, looking, table_look
from engine.datasets.own.readers.reader import Reader


def test_files_are_found_level_by_level_and_no_more_than_are_to_be_looked_at(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    for name in ("z.txt", "b/y.txt", "b/c/x.txt", ".hidden", "b/.hidden"):
        (tmp_path / name).touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "round").symlink_to(tmp_path)
    names = [file.relative_to(tmp_path).as_posix() for file in looking.some_files(tmp_path)]
    assert names == ["z.txt", "b/y.txt", "b/c/x.txt"]
    assert len(list(looking.some_files(tmp_path, most=5))) == 1
    assert list(looking.some_files(tmp_path / "pipe")) == []


def test_a_reader_without_a_look_of_its_own_names_files_with_their_sizes(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number:02}.bin").write_bytes(b"x" * number)
    lines = looking.listed(tmp_path).lines
    assert lines[0] == "20 files"
    assert lines[6].split() == ["05.bin", "5", "B"]
    assert len(lines) == 1 + looking.NAMED


def test_the_look_at_text_shows_its_beginning_and_what_a_line_is_taken_for(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n\n".join(f"Sentence number {number} is here." for number in range(50)), "utf-16")
    reader = READERS["text"]
    looked = reader.preview(path, reader.Options())
    assert looked.lines[:2] == ["each line is a sentence, as it looks", "Sentence number 0 is here."]
    assert reader.preview(path, reader.parsed({"prose": True})).lines[0] == "prose"
    assert reader.preview(tmp_path, reader.Options()).lines[0].startswith("a.txt of 1 file: ")


def test_a_look_at_a_long_text_reads_its_beginning_only(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("word " * 10_000 + "\nend", "utf-8")
    assert sum(map(len, looking.first_lines(path))) <= looking.HEAD


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('id,name\n1,"a, b"\n2,c', ["2 columns", "id  name", "1   a, b", "2   c"]),
        ("1::7::5.0\n22::8::1.5", ["3 columns", "1   7  5.0", "22  8  1.5"]),
        ("a;b,c\n1;2,5", ["2 columns", "a  b,c", "1  2,5"]),
        ("", ["0 columns", ""]),
    ],
)
def test_the_look_at_a_table_lines_its_columns_up(text: str, lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    assert table_look.look(path).lines == lines
    assert Reader.preview(READERS["text"], path, None).lines == lines
