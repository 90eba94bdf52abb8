from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from engine.datasets import dataset, load
from engine.datasets.data import silence
from engine.datasets.own import adding
from engine.errors import RunError, UsageError
from engine.kinds import KINDS
from engine.kinds.reading import TextReading
from engine.text import corpora, segmenters
from engine.text.lexicon import UNK, Lexicon

WORDS = ("the", "of", "a", "network", "deep", "image", "analysis", "study", "cells", "protein", "early", "children")
READING = TextReading(
    vocabulary=60,
    length=12,
    vectors="corpus",
    dimensions=4,
    weighting="uniform",
    loss_over="words",
    ids="tokens",
    seed=0,
    validation=0.1,
)


def said(draw: Random) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(3, 9))).capitalize()


@pytest.fixture
def titles(tmp_path: Path) -> Path:
    draw = Random(0)
    file = tmp_path / "titles.csv"
    file.write_text("title,subject\n" + "".join(f"{said(draw)},{draw.choice(('bio', 'cs'))}\n" for _ in range(200)))
    return file


@pytest.fixture
def japanese(tmp_path: Path) -> Path:
    draw = Random(0)
    file = tmp_path / "neko.txt"
    lines = ("".join(f"{draw.choice('猫犬鳥')}は{draw.choice('山海家')}へ行く。" for _ in range(3)) for _ in range(40))
    file.write_text("\n".join(lines))
    return file


def seen(name: str, folder: Path | None = None, validation: float = 0.1) -> Any:
    reading = READING if validation else TextReading(**{**vars_of(READING), "validation": 0.0})
    return KINDS["text"].seen(load(name, None), reading, folder, None, silence)


def vars_of(reading: TextReading) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in reading.__struct_fields__}


def test_a_column_of_titles_is_a_set_of_sentences_with_topics(titles: Path) -> None:
    added = adding.add("titles", titles, options={"column": "title", "label": "subject", "lines": True})
    corpus: Any = added.reading.source
    assert (len(corpus), corpus.topics, corpus.key) == (200, ("bio", "cs"), "titles")
    assert dataset("titles").kind == "text"
    data = seen("titles")
    assert data.classes[:2] == ("bio", "cs") or data.classes[:2] == ("cs", "bio")
    assert set(np.unique(data.train.labels)) == {0, 1}


def test_sets_of_text_stand_side_by_side_each_with_its_own_corpus(
    titles: Path, japanese: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adding.add("titles", titles, options={"column": "title"})
    adding.add("titles-ja", japanese)
    monkeypatch.setattr("engine.text.building.build", lambda *given, **settings: pytest.fail("built again"))
    assert [len(load(name, None)) for name in ("titles", "titles-ja")] == [200, 120]  # type: ignore[arg-type]


def test_japanese_is_read_from_file_to_ids_and_typed_sentences_are_cut_the_same_way(
    japanese: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segmenters, "installed", dict)
    adding.add("neko", japanese)
    data = seen("neko")
    assert len(data.items) == 120
    assert (data.items > UNK).sum(axis=1).tolist() == [7] * 120
    KINDS["text"].keep(data, tmp_path)
    kept = Lexicon.read(tmp_path)
    assert (
        kept.row("猫は山へ行く。", 12).tolist()
        == kept.rows(data.corpus, 12)[
            [data.corpus.sentence(place) for place in range(120)].index("猫は山へ行く。")
        ].tolist()
    )
    assert seen("neko", tmp_path).items.tolist() == data.items.tolist()


def test_a_run_whose_words_were_cut_otherwise_is_refused_with_the_remedy(
    japanese: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segmenters, "installed", dict)
    adding.add("neko", japanese)
    KINDS["text"].keep(seen("neko"), tmp_path)
    (tmp_path / "segmentation.txt").write_text("marks\n")
    with pytest.raises(RunError, match=r"expected words cut by marks.*--segmentation marks"):
        seen("neko", tmp_path)
    (tmp_path / "segmentation.txt").write_text("a-package-that-is-not-there\n")
    with pytest.raises(RunError, match=r"expected a-package-that-is-not-there.*not installed"):
        seen("neko", tmp_path)


def test_shares_that_are_asked_for_are_of_documents_and_named(titles: Path) -> None:
    adding.add("titles", titles, options={"column": "title", "label": "subject", "split": "50/25/25"})
    data = seen("titles")
    assert [len(part.items) for part in (data.train, data.validation, data.test)] == [100, 50, 50]
    assert (data.held_out, data.split) == (True, "50-25-25-random-")
    adding.add("half", titles, options={"column": "title", "split": "50/50", "split_by": "order"})
    two = seen("half", validation=0.0)
    assert (two.held_out, len(two.train.items), len(two.test.items)) == (False, 100, 100)
    assert seen("half").held_out


def test_folders_are_topics_and_folders_called_as_parts_are_parts(tmp_path: Path) -> None:
    draw = Random(0)
    for part in ("train", "test"):
        for topic in ("prose", "verse"):
            folder = tmp_path / "set" / part / topic
            folder.mkdir(parents=True)
            (folder / "a.txt").write_text("\n".join(said(draw) for _ in range(30 if part == "train" else 20)))
    adding.add("parts", tmp_path / "set")
    data = seen("parts", validation=0.0)
    assert (len(data.train.items), len(data.test.items)) == (60, 40)
    assert set(data.classes[:2]) == {"prose", "verse"}
    adding.add("topics", tmp_path / "set" / "train")
    assert seen("topics").classes[:2] == ("prose", "verse")


def test_options_that_contradict_are_refused(titles: Path) -> None:
    for options, told in (
        ({"lines": True, "prose": True}, "got both"),
        ({"label": "subject"}, "expected --column beside --label"),
        ({"column": "title", "segmentation": "mecab"}, "choose from characters"),
        ({"column": "title", "encoding": "utf-9"}, "no encoding of text"),
    ):
        with pytest.raises(UsageError, match=told):
            adding.add("titles", titles, options=options)


def test_an_option_tells_the_reader_where_the_file_does_not(titles: Path) -> None:
    reader, because = adding.chosen(titles, "", ["column"])
    assert reader.key == "text"
    assert "a table" in because


def test_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "cafe.txt"
    file.write_bytes("\n".join(f"Café number {i} is closed" for i in range(30)).encode("latin-1"))
    adding.add("cafe", file, options={"encoding": "latin-1"})
    corpus: Any = load("cafe", None)
    assert corpus.sentence(0) == "Café number 0 is closed"
    assert len(corpus) >= corpora.FEWEST
