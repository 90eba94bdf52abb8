"""Queries with sentences on the command line, to an engine that needs no TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from fake_answers import UNKNOWN
from fakes import FakeEngine, FakeRun, fake_store
from typer.testing import CliRunner

from aetui.cli import app
from engine import session
from engine.errors import BadData, EngineError
from engine.events import DataProgress
from engine.queries.messages import Encode, Query
from engine.runs.jobs import TrainJob

Aetui = Callable[..., Result]


class Reader(FakeEngine):
    """Tells how far it is before it answers, and keeps what it was asked to encode."""

    encoded: Query | None = None

    def query(self, query: Query) -> Any:
        for done in (100, 200):
            self.emit(DataProgress(dataset="pydocs", activity="encoding the corpus", done=done, total=200))
        if isinstance(query, Encode):
            type(self).encoded = query
        return super().query(query)


@pytest.fixture
def aetui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aetui:
    """Runs a command line in a folder with two runs of text, `one` and `two`, and one of images."""
    monkeypatch.setattr("engine.storage.native_output.divert", lambda: None)
    monkeypatch.setattr(session, "Engine", lambda emit, store, **_: Reader(emit, store))
    monkeypatch.chdir(tmp_path)
    store = fake_store(tmp_path / "runs")
    for name in ("one", "two"):
        FakeRun(store, name, TrainJob(variant="sentence", dataset="pydocs", preset="small"))
    FakeRun(store, "images", TrainJob(variant="vanilla", dataset="digits"))
    Path("lines.txt").write_text("the dog\n\n  a man \n", "utf-8")
    return lambda *arguments: CliRunner().invoke(app, ["--runs-dir", str(store.root), *arguments])


def test_similarity_has_all_digits_and_the_baseline_beside(aetui: Aetui) -> None:
    result = aetui("similarity", "one", "the dog bit the man", f"the {UNKNOWN} bit", "--beside", "two")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0] == ["BY", "COSINE", "EPOCH", "WEIGHTS"]
    assert rows[1] == ["one", "0.999812", "3", "last"]
    assert rows[2] == ["two", "0.999812", "3", "last"]
    assert rows[3] == ["averaged", "word", "vectors", "1.000000", "–", "–"]
    assert f"one: not in the vocabulary: {UNKNOWN}" in result.stdout


def test_neighbours_are_listed_with_the_reading_and_what_was_not_read(aetui: Aetui) -> None:
    result = aetui("neighbours", "one", "a b c d e f g", "-k", "3")
    assert "one, after epoch 3" in result.stdout
    assert "reads back: a b c d e f g again  (cosine 0.987100)" in result.stdout
    assert "past the first 5 words, not read: f g" in result.stdout
    assert "nearest of 50,470 sentences" in result.stdout
    rows = [line for line in result.stdout.splitlines() if line.startswith("0.99")]
    assert len(rows) == 6
    assert rows[0].endswith("said")
    assert "averaged word vectors of one" in result.stdout
    assert result.stderr.count("encoding the corpus") == 1


def test_a_walk_tells_what_is_passed_and_a_sentence_that_stays_once(aetui: Aetui) -> None:
    result = aetui("walk", "one", "a dog", f"a {UNKNOWN} ship", "--steps", "3", "--epoch", "2")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[0] for line in lines if "says" in line] == ["0.0%", "33.3%", "66.7%", "100.0%"]
    passed = [line[2:4] for line in lines if line[:1] == ["nearest"]]
    assert passed == [["passed", "0:"], ['"'], ["passed", "1:"], ['"']]
    assert "passed 2 sentences by codes, 1 by averaged word vectors" in result.stdout
    assert f"not in the vocabulary: {UNKNOWN}" in result.stdout


def test_pairs_of_a_file_are_judged_and_written_one_by_one(aetui: Aetui) -> None:
    Path("pairs.tsv").write_text("s1\ts2\tscore\na\tb\t4\nc\td\nc\td\t1\ne\tf\t2.5\n", "utf-8")
    result = aetui("sts", "one", "pairs.tsv", "--csv", "out.csv")
    assert result.stdout.splitlines()[1].split()[:3] == ["sentence", "codes", "1.0000"]
    assert "0.000 to 2.000" in result.stdout
    assert "no known word, so cosine 0: 1 pair (line 5)" in result.stdout
    assert "the data are gone" in result.stdout
    assert "line 3 left out: expected at least 3 fields, found 2" in result.stderr
    assert Path("out.csv").read_text("utf-8").splitlines()[1] == "2,a,b,4,0.400000,-0.400000"
    found = json.loads(aetui("--quiet", "sts", "one", "pairs.tsv", "--json", "--draws", "0").stdout)
    assert [pair["line"] for pair in found["pairs"]] == [2, 4, 5]
    assert (found["unread"], found["left_out"][0]["line"]) == ([5], 3)
    assert found["pairs"][1]["cosines"]["codes"] == 0.1
    assert found["rows"][0]["spearman_interval"] is None


def test_clusters_of_text_are_told_by_size_topic_words_and_nearest_sentences(aetui: Aetui) -> None:
    result = aetui("cluster", "one", "-k", "2", "--seeds", "1")
    assert "cluster 0: 100 sentences, 50% of crude\n  word0a word0b word0c\n  · in 0: oil" in result.stdout
    found = json.loads(aetui("--quiet", "cluster", "one", "-k", "2", "--json").stdout)
    assert [each["words"][0]["word"] for each in found["told"]] == ["word0a", "word1a"]


@pytest.mark.parametrize("command", [("similarity", "one", "a", "b"), ("neighbours", "one", "a")])
def test_json_is_one_line_with_the_other_run_inside(aetui: Aetui, command: tuple[str, ...]) -> None:
    result = aetui("--quiet", *command, "--json", "--beside", "two")
    [line] = result.stdout.splitlines()
    found = json.loads(line)
    assert (found["run"], found["beside"]["run"]) == ("one", "two")
    assert result.stderr == ""
    inner = found if command[0] == "similarity" else found["nearest"]
    assert inner["epoch"] == 3


def test_readings_of_a_file_go_to_standard_output_or_a_file(aetui: Aetui) -> None:
    assert aetui("reconstruct", "one", "lines.txt").stdout == "the dog again\na man again\n"
    result = aetui("reconstruct", "one", "lines.txt", "-n", "1", "-o", "back.txt")
    assert result.stdout == "back.txt: 1 sentence, mean cosine 0.9871, after epoch 3\n"
    assert Path("back.txt").read_text("utf-8") == "the dog again\n"


def test_encode_sends_the_lines_of_a_file_or_asks_for_a_part(aetui: Aetui) -> None:
    aetui("encode", "one", "lines.txt")
    assert isinstance(Reader.encoded, Encode)
    assert Reader.encoded.texts == ("the dog", "a man")
    aetui("encode", "one", "--part", "train", "-n", "5")
    assert (Reader.encoded.texts, Reader.encoded.part, Reader.encoded.count) == ((), "train", 5)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("similarity", "images", "a", "b"), "aetui train sentence"),
        (("neighbours", "one", UNKNOWN), "a word of the vocabulary"),
        (("neighbours", "one", "a", "--beside", "images"), "images (vanilla on digits) learned from images"),
        (("walk", "one", "a", UNKNOWN), "a word of the vocabulary"),
        (("walk", "images", "a", "b"), "aetui train sentence"),
        (("sts", "images", "lines.txt"), "aetui train sentence"),
        (("sts", "one", "nothing.tsv"), "is not a file"),
        (("sts", "one", "lines.txt", "--csv", "a.png"), ".csv"),
        (("reconstruct", "one"), "FILE.txt"),
        (("reconstruct", "one", "nothing.txt"), "is not a file"),
        (("reconstruct", "one", "pydocs"), "got the data set pydocs"),
        (("reconstruct", "one", "lines.txt", "-o", "a.png"), ".txt"),
        (("decode", "one", "codes.npy"), "aetui neighbours"),
        (("sample", "one"), "aetui neighbours"),
        (("encode", "one", "lines.txt", "--part", "train"), "--part train"),
    ],
)
def test_what_a_model_of_text_cannot_do_is_refused_with_what_it_can(
    aetui: Aetui, arguments: tuple[str, ...], words: str
) -> None:
    result = aetui(*arguments)
    assert isinstance(result.exception, EngineError)
    assert result.exception.exit_code == 2
    assert words in str(result.exception)
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "there is none"),
        (b"\n \n", "there is none"),
        (b"the dog\ncaf\xe9\n", "line 2"),
        (b"a\0b", "binary"),
        (b"the dog\n\n---\na man\n...\n", 'line 3 is none: "---" (and 1 more such line)'),
        ((f"{UNKNOWN} " * 5).encode() + b"the dog", "among the 5 that it reads of line 1 is none"),
        (UNKNOWN.encode() * 100, f'"{(UNKNOWN * 8)[:79]}…"'),
    ],
)
def test_a_file_without_sentences_is_named_with_its_fault(aetui: Aetui, content: bytes, words: str) -> None:
    Path("bad.txt").write_bytes(content)
    result = aetui("encode", "one", "bad.txt")
    assert isinstance(result.exception, BadData)
    assert "bad.txt" in str(result.exception)
    assert words in str(result.exception)


def test_a_file_marked_as_utf_16_is_read(aetui: Aetui) -> None:
    Path("wide.txt").write_text("the dog\n", "utf-16")
    assert aetui("reconstruct", "one", "wide.txt").stdout == "the dog again\n"


@pytest.mark.parametrize("content", ["the dog\n", "---\n"])
def test_a_name_that_a_terminal_would_obey_reaches_it_harmless(inside: Any, aetui: Aetui, content: str) -> None:
    """OSC 0 sets the title of the window, U+009B begins a control sequence."""
    path = Path("\x1b]0;owned\x07\x9b2J.txt")
    path.write_text(content, "utf-8")
    told = aetui("reconstruct", "one", str(path), "-o", str(path))
    assert "owned" in told.output or "owned" in str(told.exception)
    found = inside("data", "add", "text", str(path))
    assert "owned" in (printed := found.stdout + found.stderr)
    assert not set("\x1b\x07\x9b") & set(printed + told.output)
