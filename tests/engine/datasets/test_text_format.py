from __future__ import annotations

from pathlib import Path

import pytest

from engine.datasets.text_format import read_format, write_format


@pytest.fixture
def link(tmp_path: Path) -> Path:
    (tmp_path / "text").symlink_to("/home/me/a\udcff.txt")
    return tmp_path / "text"


def test_a_note_is_of_the_file_that_it_names(link: Path) -> None:
    assert read_format(link) == ""
    write_format(link, Path("/home/me/a\udcff.txt"), "lines")
    assert read_format(link) == "lines"
    write_format(link, Path("/home/me/b.txt"), "lines")
    assert read_format(link) == ""


def test_a_note_is_taken_back(link: Path) -> None:
    for text_format in ("prose", ""):
        write_format(link, Path("/home/me/a\udcff.txt"), text_format)
        assert read_format(link) == text_format


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"verse\n/home/me/a\xff.txt"])
def test_a_damaged_note_says_nothing(link: Path, content: bytes) -> None:
    link.with_name("text.lines").write_bytes(content)
    assert read_format(link) == ""
