from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from engine.errors import BadData
from engine.text import splitting

FILES = {
    "abbrev_types.txt": "dr\nu.s\n",
    "sent_starters.txt": "but\n",
    "collocations.tab": "##number##\tinternational\n",
    "ortho_context.tab": "the\t126\nmarket\t32\n",
}


@pytest.fixture
def tables_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "nltk_data" / "tokenizers" / "punkt_tab" / "english"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def sentences(punkt: splitting.Punkt, text: str) -> list[str]:
    return [text[start:end] for start, end in splitting.spans(punkt)(text)]


def test_no_tables_are_found_where_none_are(tmp_path: Path) -> None:
    assert splitting.find_tables(tmp_path) is None


def test_tables_in_the_data_folder_are_found_and_used(tables_folder: Path, tmp_path: Path) -> None:
    tables = splitting.find_tables(tmp_path / "data")
    assert tables is not None
    assert tables.place == tables_folder
    text = "Dr. Smith sold it in the U.S. market. But Nobody came."
    assert sentences(tables.punkt, text) == ["Dr. Smith sold it in the U.S. market.", "But Nobody came."]


def test_packed_tables_are_the_same_tables(
    tables_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "nltk" / "tokenizers"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "punkt_tab.zip", "w") as archive:
        for name, text in FILES.items():
            archive.writestr(f"punkt_tab/english/{name}", text)
    monkeypatch.setenv("NLTK_DATA", str(tmp_path / "nltk"))
    packed, unpacked = splitting.find_tables(None), splitting.find_tables(tmp_path / "data")
    assert packed is not None
    assert unpacked is not None
    assert (packed.punkt, packed.digest) == (unpacked.punkt, unpacked.digest)


@pytest.mark.parametrize(("name", "content"), [("ortho_context.tab", "the\n"), ("collocations.tab", "a\tb\tc\n")])
def test_broken_tables_are_named(tables_folder: Path, tmp_path: Path, name: str, content: str) -> None:
    (tables_folder / name).write_text(content)
    with pytest.raises(BadData, match="punkt_tab"):
        splitting.find_tables(tmp_path / "data")


def test_a_trained_model_cuts_ordinary_sentences() -> None:
    texts = ["The dog bit the man. The man bit the dog. Mr. Brown saw it. He told Mr. Smith of it."] * 30
    text = "It rained all day. Nobody went out."
    assert sentences(splitting.train(texts), text) == ["It rained all day.", "Nobody went out."]


def test_lowering_keeps_every_character_in_its_place() -> None:
    assert splitting.lowered("İstanbul IS Big") == "İstanbul is big"


def test_text_without_its_marks_is_not_given_to_punkt(monkeypatch: pytest.MonkeyPatch) -> None:
    from nltk.tokenize import punkt

    for name, method in (("PunktTrainer", "train"), ("PunktSentenceTokenizer", "span_tokenize")):
        monkeypatch.setattr(getattr(punkt, name), method, lambda *given, **named: pytest.fail("asked Punkt"))
    text = "no mark stands in these words\n" * 9
    assert sentences(splitting.train([text]), text) == [text.strip()]
    assert sentences(splitting.train([text]), "名前はまだ無い。どこだ！") == ["名前はまだ無い。", "どこだ！"]


def test_punkt_gets_long_text_in_pieces_and_no_more_than_it_learns_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "LONGEST", 1_000)
    monkeypatch.setattr(splitting, "_ENOUGH", 10_000)
    text = "It rained all day. " * 5_000
    pieces = splitting.sample([text])
    assert max(map(len, pieces)) <= 1_000
    assert 8_000 < sum(map(len, pieces)) <= 10_000
    assert "".join(splitting.shortened(text)) == text


def test_a_busy_machine_ends_no_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    redos = pytest.importorskip("nltk.redos", reason="NLTK before 3.10 watches no clock")
    monkeypatch.setattr(redos, "DEFAULT_TIMEOUT", 1e-9)
    text = "It rained in the U.S. all day. We stayed."
    assert sentences(splitting.train([text] * 9), text)[-1].endswith("We stayed.")
