from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.datasets import cache_dir
from engine.datasets.data import silence
from engine.errors import BadData, UsageError
from engine.runs.control import Stopped
from engine.text import corpora, corpus_cache, tokenising
from engine.text.corpora import read_corpus
from engine.text.corpus import Corpus
from engine.text.corpus_statistics import of


def same(first: Corpus, second: Corpus) -> bool:
    return first.fingerprint == second.fingerprint and first.words == second.words


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpora, "FEWEST", 2)


@pytest.fixture
def stories(reuters_folder: Path, few: None) -> Corpus:
    return read_corpus("reuters", reuters_folder, None, silence)


def test_sentences_words_documents_and_topics_belong_together(stories: Corpus) -> None:
    assert [stories.documents[place] for place in stories.document] == [
        "training/9",
        "training/11",
        "training/11",
        "test/12",
        "test/12",
    ]
    assert stories.topics == ("cocoa", "coffee", "grain", "wheat")
    assert stories.document_topics == ((0,), (3, 1), (2, 3))
    tokens = stories.tokens[stories.starts[3] : stories.starts[4]]
    assert [stories.words[token] for token in tokens] == ["grain", "exports", "fell", "."]


def test_a_sentence_keeps_its_case_and_loses_what_a_terminal_would_obey(stories: Corpus) -> None:
    assert stories.sentence(0).startswith("PRICES RISE Prices of cocoa rose by 3.5 pct in the U.S. market, traders")
    assert stories.sentence(1) == "[31mWheat [0m was short, and coffee was not."
    assert not any("\x1b" in word for word in stories.words)


def test_a_topic_loses_what_a_terminal_would_obey_and_counts_once(reuters_folder: Path, few: None) -> None:
    (reuters_folder / "cats.txt").write_text("test/12 gr\x1bain gr\x7fain wheat\n")
    corpus = read_corpus("reuters", reuters_folder, None, silence)
    assert (corpus.topics, corpus.document_topics) == (("gr ain", "wheat"), ((0, 1),))


def test_words_are_in_the_order_of_their_frequency_then_of_the_alphabet(stories: Corpus) -> None:
    np.testing.assert_array_equal(stories.counts, np.bincount(stories.tokens))
    ranks = list(zip((-stories.counts).tolist(), stories.words, strict=True))
    assert ranks == sorted(ranks)


@pytest.mark.slow
def test_on_several_cores_comes_out_what_one_gives(
    stories: Corpus, reuters_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenising, "BATCH", 100)
    monkeypatch.setattr(corpus_cache, "find", lambda *key: None)
    assert same(read_corpus("reuters", reuters_folder, None, silence), stories)


def test_the_second_time_it_comes_from_the_cache(
    stories: Corpus, reuters_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.text.building.build", lambda *given, **settings: pytest.fail("built again"))
    assert same(read_corpus("reuters", reuters_folder, None, silence), stories)


@pytest.mark.parametrize("damage", [b"", b"not an archive", None])
def test_a_damaged_cache_is_made_anew(stories: Corpus, reuters_folder: Path, damage: bytes | None) -> None:
    (kept,) = (cache_dir() / "corpora").iterdir()
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 0xFF
    kept.write_bytes(content if damage is None else damage)
    assert same(read_corpus("reuters", reuters_folder, None, silence), stories)


def test_a_changed_source_is_read_again_and_the_old_entry_goes(prose_file: Path) -> None:
    before = read_corpus("text", prose_file, None, silence)
    prose_file.write_text(prose_file.read_text() + "One more cat came in.\n")
    after = read_corpus("text", prose_file, None, silence)
    assert (len(before), len(after)) == (30, 31)
    assert before.fingerprint != after.fingerprint
    assert len(list((cache_dir() / "corpora").iterdir())) == 1


def test_a_cache_that_cannot_be_written_is_done_without(prose_file: Path) -> None:
    cache_dir().parent.mkdir(parents=True)
    cache_dir().write_text("a file where a folder should be")
    assert len(read_corpus("text", prose_file, None, silence)) == 30


def test_how_sentences_were_cut_is_said(stories: Corpus, prose_file: Path) -> None:
    assert stories.splitter == "Punkt, trained on this corpus"
    assert read_corpus("text", prose_file, None, silence).splitter.startswith("one sentence a line; as guessed: ")


def test_what_was_told_of_the_lines_makes_another_corpus(prose_file: Path) -> None:
    story = "The ship sailed slowly\ninto the harbour. Nobody on the\nquay had noticed its lights.\n"
    prose_file.write_text(story * 30)
    lines, prose = (read_corpus("text", prose_file, None, silence, told) for told in ("lines", "prose"))
    assert lines.splitter == "one sentence a line; as told"
    assert prose.splitter.endswith("; broken lines joined, as told")
    assert len(lines) == 90
    assert len(prose) == 60
    assert lines.fingerprint != prose.fingerprint
    assert same(read_corpus("text", prose_file, None, silence, "prose"), prose)


def test_a_stop_while_reading_keeps_nothing(prose_file: Path) -> None:
    def stop(activity: str, *_: object) -> None:
        if "sentences" in activity:
            raise Stopped

    with pytest.raises(Stopped):
        read_corpus("text", prose_file, None, stop)
    assert not (cache_dir() / "corpora").exists()


def test_too_little_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "short.txt"
    file.write_text("Only this.\nAnd that.\n")
    with pytest.raises(BadData, match="at least 20 sentences, found 2"):
        read_corpus("text", file, None, silence)


def test_an_unknown_corpus_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match="reuters, pydocs, text"):
        read_corpus("brown", None, None, silence)


def test_statistics_say_what_is_there(stories: Corpus) -> None:
    figures = of(stories)
    assert (figures.sentences, figures.documents) == (5, 3)
    assert figures.running_words == len(stories.tokens)
    assert figures.topics == {"wheat": 2, "cocoa": 1, "coffee": 1, "grain": 1}
    assert figures.words.least == 4
    assert figures.characters.least == len("Grain exports fell.")


@pytest.mark.data
def test_reuters_has_the_published_figures(real_data_dir: Path) -> None:
    figures = of(read_corpus("reuters", real_data_dir / "nltk_data/corpora/reuters.zip", real_data_dir, silence))
    assert figures.sentences == pytest.approx(50_470, rel=0.003)
    assert figures.distinct_words == pytest.approx(33_748, rel=0.003)
    assert figures.characters.mean == pytest.approx(167.07, rel=0.003)
    assert figures.characters.median == pytest.approx(155, rel=0.01)
    assert figures.characters.least == 1
    assert len(figures.topics) == 90


@pytest.mark.data
def test_five_thousand_words_cover_reuters_as_published(real_data_dir: Path) -> None:
    corpus = read_corpus("reuters", real_data_dir / "nltk_data/corpora/reuters.zip", real_data_dir, silence)
    assert corpus.counts[:4_998].sum() > 0.93 * len(corpus.tokens)  # two places are for padding and unknown words
