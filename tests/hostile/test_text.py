"""The user's text, corpora, tables of Punkt, and sentences for a command, hostile."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hostile.bounds import BYTES, hostile, outcome
from hostile.damage import Content, damaged, whole_zip, zipped
from hypothesis import given
from hypothesis import strategies as st

from aetui.cli.files import read_sentences
from engine.datasets.data import silence
from engine.errors import EngineError
from engine.text import files, reuters, splitting
from engine.text.corpora import read_corpus
from engine.text.lexicon import Lexicon
from engine.text.plain_text import LONGEST_LINE

PROSE = "".join(f"The cat number {i} sat on the Mat. It saw “a dog”, and left...\n" for i in range(22)).encode()
PIECES = (
    *(
        b"a",
        b".",
        b". ",
        b"'",
        b'"',
        b"-",
        b"$",
        b"(",
        b" ",
        b"\t",
        b"\n",
        b"\r\n",
        b"A. ",
        b"a.b.c. ",
        b"...",
        b"1,",
        b"``",
    ),
    *(
        b"\0",
        b"\x1b[31m",
        b"\x1b]0;evil\x07",
        b"\xff\xfe",
        b"\xff\xfe\0\0",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
    ),
    *(
        "\u2028\u202e\u200b".encode(),
        "\u0130".encode(),
        "\U0010ffff".encode(),
        "e\u0301".encode(),
        b"\xe9",
        b"\xc0\xaf",
    ),
)
TIMES = (1, 1, 2, 2, 2, 30, 30, 30, 300, 3_000)


@st.composite
def texts(draw: st.DrawFn) -> Content:
    """Prose with damage, endless repetitions and other encodings in it."""
    content = bytearray(draw(damaged(PROSE)))
    for piece, times, at in draw(
        st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(TIMES), st.integers(0, 2_000)), max_size=3)
    ):
        content[at:at] = piece * times
    encoding = draw(st.sampled_from(("", "", "", "utf-16", "utf-32", "latin-1")))
    text = bytes(content).decode(errors="ignore").encode(encoding, errors="ignore") if encoding else bytes(content)
    return Content(text)


@pytest.fixture(autouse=True)
def nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "warm.txt").write_bytes(PROSE)
    assert len(read_corpus("text", tmp_path / "warm.txt", None, silence)) == 22  # and what it imports is there


def check_corpus(found: object) -> None:
    if not isinstance(found, EngineError):
        assert len(found) >= 20
        assert not any(ord(char) < 32 for i in range(len(found)) for char in found.sentence(i))


@hostile
@given(content=texts())
def test_a_text(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "prose.txt"
    path.write_bytes(content)
    check_corpus(outcome(lambda: read_corpus("text", path, None, silence)))


@hostile
@given(first=texts(), second=damaged(PROSE), name=st.sampled_from(("b.txt", "b.bin", "\x1b[2J.md", ".hidden")))
def test_a_folder_of_text(tmp_path: Path, first: bytes, second: bytes, name: str) -> None:
    folder = tmp_path / "prose"
    (folder / "deeper").mkdir(parents=True, exist_ok=True)
    for file in folder.glob("?*.*"):
        file.unlink()
    (folder / name).write_bytes(first)
    (folder / "deeper" / "a.txt").write_bytes(second)
    check_corpus(outcome(lambda: read_corpus("text", folder, None, silence)))


STORIES = {"reuters/training/9": b"Prices of cocoa rose by 3.5 pct in the U.S. market. " * 9, "reuters/test/12": PROSE}
TOPICS = b"test/12 grain wheat\ntraining/9 cocoa\n"


@st.composite
def stories(draw: st.DrawFn) -> bytes:
    odd = (
        b"training/" + b"9" * 5_000 + b" grain\n",
        b"training/../../../etc/passwd x\n",
        b"test/\xb2 a\n",
        b"test/0009 a\n",
    )
    topics = draw(damaged(TOPICS + b"".join(draw(st.lists(st.sampled_from(odd), max_size=1)))))
    return draw(zipped({**STORIES, "reuters/cats.txt": draw(st.sampled_from((TOPICS, topics)))}))


@hostile
@given(content=stories())
def test_an_archive_of_stories(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "reuters.zip"
    path.write_bytes(content)
    check_corpus(outcome(lambda: read_corpus("reuters", path, None, silence)))


TABLES = {"abbrev_types.txt": b"dr\nmr\n", "sent_starters.txt": b"the\n"}
TABLES |= {"collocations.tab": b"a\tb\n", "ortho_context.tab": b"the\t46\ncat\t12\n"}


@hostile
@given(
    content=zipped({f"punkt_tab/english/{name}": text for name, text in TABLES.items()}), damage=damaged(b"the\t46\n")
)
def test_tables_of_punkt(tmp_path: Path, content: bytes, damage: bytes) -> None:
    data = tmp_path / "data"
    data.mkdir(exist_ok=True)
    (data / "punkt_tab.zip").write_bytes(content)
    outcome(lambda: splitting.find_tables(data))
    texts = {f"punkt_tab/english/{name}": text for name, text in TABLES.items()}
    (data / "punkt_tab.zip").write_bytes(whole_zip(texts | {"punkt_tab/english/ortho_context.tab": damage}))
    found = outcome(lambda: splitting.find_tables(data))
    if found is not None and not isinstance(found, EngineError):
        list(splitting.spans(found.punkt)("The cat sat. A dog did not."))


@hostile
@given(content=texts())
def test_sentences_for_a_command(tmp_path: Path, content: bytes) -> None:
    vectors = np.ones((2, 3), np.float32)
    Lexicon.assembled(["the", "cat"], vectors, "by hand", 0).write(tmp_path)
    record = SimpleNamespace(
        kind="",
        folder=tmp_path,
        id="run",
        variant="sentence",
        dataset="text",
        preset="book",
        config={},
        info=SimpleNamespace(shape=(6, 3)),
    )
    path = tmp_path / "said.txt"
    path.write_bytes(content)
    found = outcome(lambda: read_sentences(record, str(path), 100))
    assert isinstance(found, EngineError) or 0 < len(found) <= 100


def test_an_endless_line_is_refused_with_the_limit(tmp_path: Path) -> None:
    (tmp_path / "endless.txt").write_bytes(b"the cat " * 400_000)
    assert f"{LONGEST_LINE:,} characters" in str(
        outcome(lambda: read_corpus("text", tmp_path / "endless.txt", None, silence))
    )
    assert f"{LONGEST_LINE:,} characters" in str(
        outcome(lambda: read_sentences(None, str(tmp_path / "endless.txt"), 0))
    )


def test_more_text_than_the_limit_is_refused_with_the_limit(tmp_path: Path, monkeypatch) -> None:
    with (tmp_path / "large.txt").open("wb") as file:
        os.truncate(file.fileno(), files.LARGEST + 1)
    fault = f"at most {files.LARGEST:,} bytes"
    assert fault in str(outcome(lambda: read_corpus("text", tmp_path / "large.txt", None, silence)))
    monkeypatch.setattr(files, "LARGEST", 2**20)
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    assert "at most 1,048,576 bytes" in str(outcome(lambda: files.decoded(tmp_path / "device.txt")))


def test_stories_that_unpack_to_more_than_the_limit_are_refused_with_the_limit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(reuters, "_LARGEST", 2**20)
    bomb = {"reuters/cats.txt": TOPICS, "reuters/test/12": bytes(2 * BYTES)}
    (tmp_path / "reuters.zip").write_bytes(whole_zip(bomb))
    assert "at most 1,048,576 bytes" in str(
        outcome(lambda: read_corpus("reuters", tmp_path / "reuters.zip", None, silence))
    )
    (tmp_path / "reuters" / "test").mkdir(parents=True)
    (tmp_path / "reuters" / "cats.txt").write_bytes(TOPICS)
    (tmp_path / "reuters" / "test" / "12").symlink_to("/dev/zero")
    (tmp_path / "reuters" / "training").mkdir()
    (tmp_path / "reuters" / "training" / "9").write_bytes(b"Short. " * 99)
    assert "at most 1,048,576 bytes" in str(
        outcome(lambda: read_corpus("reuters", tmp_path / "reuters", None, silence))
    )


def test_stories_that_are_gone_are_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "reuters" / "test").mkdir(parents=True)
    (tmp_path / "reuters" / "cats.txt").write_bytes(TOPICS)
    (tmp_path / "reuters" / "test" / "12").symlink_to("nowhere")
    found = outcome(lambda: read_corpus("reuters", tmp_path / "reuters", None, silence))
    assert "stories that can be read" in str(found)


def test_a_table_of_punkt_above_the_limit_is_refused_with_the_limit(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(splitting, "_LARGEST", 2**20)
    bomb = TABLES | {"ortho_context.tab": bytes(2 * BYTES)}
    (tmp_path / "punkt_tab.zip").write_bytes(
        whole_zip({f"punkt_tab/english/{name}": text for name, text in bomb.items()})
    )
    assert "more than 1,048,576 bytes" in str(outcome(lambda: splitting.find_tables(tmp_path)))


def test_hostile_names_are_kept_as_json_can_hold_them(tmp_path: Path) -> None:
    folder = tmp_path / "prose"
    folder.mkdir()
    (folder / "\x1b]0;evil\x07.txt").write_bytes(PROSE)
    corpus = read_corpus("text", folder, None, silence)
    assert "\x1b" not in json.loads(json.dumps(corpus.documents))[0]
