from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.errors import BadData, DataUnavailable, SettingError
from engine.text import cooccurrence, glove, vectors
from engine.text.lexicon import Lexicon

TEXT = "cat 1 0 0\nthe 0 1 0\nsat 0 0 1\n"


@pytest.fixture(autouse=True)
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glove, "_MODULE", "a_package_that_is_not_there")


@pytest.fixture
def corpus() -> SimpleNamespace:
    tokens = np.array([0, 1, 2, 0, 1, 0, 3], np.int32)
    words = ("the", "cat", "sat", "dog")
    starts = np.array([0, 3, 5, 7])
    return SimpleNamespace(
        key="toy", path=None, fingerprint="f", words=words, counts=np.bincount(tokens), tokens=tokens, starts=starts
    )


class Maker:
    """Asks for the toy corpus' lexicon and notes what is reported."""

    def __init__(self, corpus: SimpleNamespace, folder: Path) -> None:
        self.corpus = corpus
        self.data = folder / "data"
        self.cache = folder / "cache"
        self.data.mkdir()
        self.reports: list[str] = []

    def __call__(self, setting: str, size: int = 6, dimensions: int = 3, seed: int = 0) -> Lexicon:
        self.reports.clear()
        return vectors.lexicon(
            self.corpus, size, setting, dimensions, seed, self.data, self.cache, lambda *a: self.reports.append(a[0])
        )


@pytest.fixture
def make(corpus: SimpleNamespace, tmp_path: Path) -> Maker:
    return Maker(corpus, tmp_path)


def test_the_vocabulary_is_the_most_frequent_words(make: Maker) -> None:
    assert make("corpus", size=4).words == ("<pad>", "<unk>", "the", "cat")
    assert make("corpus", size=5000).words == ("<pad>", "<unk>", "the", "cat", "sat", "dog")


@pytest.mark.parametrize("setting", ["auto", "glove"])
def test_glove_gives_its_rows(make: Maker, setting: str) -> None:
    (make.data / "glove.6B.3d.txt").write_text(TEXT)
    lexicon = make(setting)
    assert lexicon.vectors[2:].tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert lexicon.source == f"GloVe 6B, 3 numbers, file {make.data}/glove.6B.3d.txt"


@pytest.mark.parametrize("known", ["sat", "zebra"], ids=["few", "none"])
def test_glove_that_knows_few_of_the_words_gives_way_to_the_corpus_and_that_is_said(make: Maker, known: str) -> None:
    (make.data / "glove.6B.3d.txt").write_text(f"{known} 1 0 0\n")
    share = "14%" if known == "sat" else "0%"
    told = f"GloVe knows {share} of the vocabulary's running words only"
    assert make("auto").source == f"trained on toy (positive PMI, truncated SVD); {told}"
    if known == "sat":
        assert make("glove").source.endswith(f"{told}: vectors=corpus may do better")
    else:
        with pytest.raises(BadData, match="none of its words"):
            make("glove")


def test_without_glove_the_corpus_is_trained_on_and_said_so(make: Maker) -> None:
    lexicon = make("auto")
    assert lexicon.source == "trained on toy (positive PMI, truncated SVD)"
    assert lexicon.vectors.shape == (6, 3)
    assert lexicon.found[2:].all()


def test_the_corpus_can_be_preferred_to_glove(make: Maker) -> None:
    (make.data / "glove.6B.3d.txt").write_text(TEXT)
    assert make("corpus").source.startswith("trained on toy")


def test_glove_that_is_wanted_and_missing_is_an_error(make: Maker) -> None:
    with pytest.raises(DataUnavailable, match="aetui data fetch glove"):
        make("glove")


def test_a_file_has_as_many_numbers_as_it_has(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "mine.vec"
    path.write_text(f"3 3\n{TEXT}")
    lexicon = make(str(path), dimensions=50)
    assert lexicon.dimensions == 3
    assert lexicon.source == f"3 numbers, file {path}"


def test_a_glove_file_whose_name_lies_is_refused(make: Maker) -> None:
    (make.data / "glove.6B.50d.txt").write_text(TEXT)
    with pytest.raises(BadData, match="expected 50 numbers a word, got 3"):
        make("auto", dimensions=50)


@pytest.mark.parametrize("setting", ["no-such-file", "~nobody-at-all/vectors.txt", "x" * 5000, ""])
def test_a_file_that_is_not_there_is_an_error_of_the_setting(make: Maker, setting: str) -> None:
    with pytest.raises(SettingError, match="auto, glove, corpus or a file") as caught:
        make(setting)
    assert caught.value.field == "vectors"


def test_rows_are_read_once_until_the_file_changes(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(TEXT)
    first = make(str(path))
    assert make.reports
    again = make(str(path))
    assert not make.reports
    assert (again.vectors == first.vectors).all()
    path.write_text(TEXT.replace("cat 1", "cat 5"))
    os.utime(path, (1, 1))
    assert make(str(path)).vectors[3, 0] == 5


def test_other_words_are_read_anew(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text(TEXT)
    make(str(path))
    assert len(make(str(path), size=4)) == 4


def test_vectors_are_trained_once_per_corpus_size_and_seed(make: Maker, monkeypatch) -> None:
    first = make("corpus")
    assert (make("corpus").vectors == first.vectors).all()
    assert not make.reports
    for change in ({"size": 5}, {"dimensions": 2}, {"seed": 1}):
        make("corpus", **change)
        assert make.reports
    make.corpus.fingerprint = "g"
    make("corpus")
    assert make.reports
    monkeypatch.setattr(cooccurrence, "VERSION", 0)
    make("corpus")
    assert make.reports


def test_a_broken_cache_is_made_anew(make: Maker) -> None:
    first = make("corpus")
    (kept,) = (make.cache / "lexicons").iterdir()
    kept.write_bytes(kept.read_bytes()[:-30])
    assert (make("corpus").vectors == first.vectors).all()
    assert make.reports


def test_a_cache_that_cannot_be_written_is_done_without(make: Maker) -> None:
    make.cache.write_text("a file where a folder should be")
    assert make("corpus").found[2:].all()
