"""Files of word vectors, hostile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hostile.bounds import hostile, outcome
from hostile.damage import NUMBERS, damaged, lzma_bomb, whole_zip, zipped
from hypothesis import given
from hypothesis import strategies as st

from engine.datasets.data import silence
from engine.errors import EngineError
from engine.text import vector_file
from engine.text.vector_file import VectorFile

LINES = b"the 0.1 -0.2 0.3\ndog 1 2 3\n. 0.5 0.5 0.5\nnew york 1e-3 2 3\n"
WORDS = ("the", "dog", "cat")
FIELDS = (
    b"nan",
    b"inf",
    b"-inf",
    b"1e999",
    b"1e39",
    b"0x1",
    b"1_0",
    b"",
    b"\xff",
    b"\0",
    b"9" * 5_000,
    b"1 2 3",
    b"--1",
)


@st.composite
def vectors(draw: st.DrawFn) -> bytes:
    """Lines whose numbers are none, under a header that lies."""
    lines = LINES
    if draw(st.booleans()):
        lines = lines.replace(draw(st.sampled_from((b"0.1", b"1 2", b"the", b"3\n"))), draw(st.sampled_from(FIELDS)), 1)
    if not draw(st.integers(0, 3)):
        numbers = draw(st.tuples(st.sampled_from(NUMBERS), st.sampled_from((*NUMBERS, 3))))
        lines = b"%d %d\n" % numbers + lines
    if not draw(st.integers(0, 9)):
        lines = b"1 " + b"9" * 5_000 + b"\n" + lines
    return draw(damaged(lines * draw(st.sampled_from((1, 1, 50)))))


def check(found: object) -> None:
    if not isinstance(found, EngineError):
        assert found.shape[0] == len(WORDS)
        assert np.isfinite(found).all()


@hostile
@given(content=vectors())
def test_a_file_of_vectors(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vectors.txt").write_bytes(content)
    check(outcome(lambda: VectorFile(tmp_path / "vectors.txt").rows(WORDS, silence)))


@hostile
@given(
    content=vectors().flatmap(lambda text: zipped({"glove.txt": text})),
    member=st.sampled_from((None, "glove.txt", "x")),
)
def test_an_archive_of_vectors(tmp_path: Path, content: bytes, member: str | None) -> None:
    (tmp_path / "vectors.zip").write_bytes(content)
    check(outcome(lambda: VectorFile(tmp_path / "vectors.zip", member).rows(WORDS, silence)))


def test_whole_ones_are_read(tmp_path: Path) -> None:
    (tmp_path / "vectors.txt").write_bytes(LINES)
    (tmp_path / "vectors.zip").write_bytes(whole_zip({"glove.txt": LINES}))
    for name in ("vectors.txt", "vectors.zip"):
        assert VectorFile(tmp_path / name).rows(WORDS, silence)[1].tolist() == [1, 2, 3]


@pytest.mark.parametrize("first", [b"1 99999\n", b"the" + b" 1" * 99_999 + b"\n"], ids=["header", "line"])
def test_more_numbers_a_word_than_the_limit_are_refused_with_the_limit(tmp_path: Path, first: bytes) -> None:
    (tmp_path / "vectors.txt").write_bytes(first + b"the" + b" 1" * 99_999 + b"\n")
    message = str(outcome(lambda: VectorFile(tmp_path / "vectors.txt").rows(WORDS * 20_000, silence)))
    assert f"at most {vector_file._MOST_NUMBERS:,} numbers a word, got 99,999" in message


def test_text_in_an_archive_above_the_limit_is_refused_with_the_limit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(vector_file, "_LARGEST", 2**20)
    (tmp_path / "bomb.zip").write_bytes(whole_zip({"glove.txt": b"\n" * 100_000_000}))
    assert "over 1,048,576" in str(outcome(lambda: VectorFile(tmp_path / "bomb.zip").rows(WORDS, silence)))


def test_an_archive_that_says_it_takes_gigabytes_to_unpack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.zip").write_bytes(lzma_bomb("glove.txt", LINES))
    assert "not deflated" in str(outcome(lambda: VectorFile(tmp_path / "bomb.zip").rows(WORDS, silence)))


def test_an_endless_line_is_refused_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "bomb.zip").write_bytes(whole_zip({"glove.txt": b"1" * 100_000_000}))
    message = str(outcome(lambda: VectorFile(tmp_path / "bomb.zip").rows(WORDS, silence)))
    assert f"more than {vector_file._LONGEST:,} bytes without an end" in message


def test_a_member_without_a_name_is_an_error_of_ours(tmp_path: Path) -> None:
    nameless = whole_zip({"a": LINES})
    central = nameless.index(b"PK\x01\x02")
    nameless = nameless[: central + 28] + b"\0\0" + nameless[central + 30 :]
    (tmp_path / "nameless.zip").write_bytes(nameless)
    assert isinstance(outcome(lambda: VectorFile(tmp_path / "nameless.zip").rows(WORDS, silence)), EngineError)
