from __future__ import annotations

from pathlib import Path

import pytest

from engine.datasets.data import silence
from engine.errors import BadData, UsageError
from engine.text import files, plain_text
from engine.text.corpora import FEWEST
from engine.text.document import Document
from engine.text.tokenising import BATCH


def read(path: Path) -> list[Document]:
    return list(plain_text.documents(path, silence))


def write(folder: Path, content: str | bytes, name: str = "a.txt") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_a_file_of_sentences_is_read_line_by_line(prose_file: Path) -> None:
    (document,) = read(prose_file)
    assert (document.name, document.layout) == ("prose.txt", "lines")


def test_lines_without_punctuation_are_sentences_too(tmp_path: Path) -> None:
    (document,) = read(write(tmp_path, "the dog bit the man\nthe man bit the dog\n"))
    assert document.layout == "lines"


def test_broken_lines_of_prose_are_joined_to_paragraphs(tmp_path: Path) -> None:
    text = "The dog bit\nthe man. Then\nit ran away.\n\nNobody knew\nwhy. It was\nso.\n"
    (document,) = read(write(tmp_path, text))
    assert (document.text, document.layout) == (
        "The dog bit the man. Then it ran away.\nNobody knew why. It was so.",
        "paragraphs",
    )


def test_long_lines_with_several_sentences_are_paragraphs(tmp_path: Path) -> None:
    (document,) = read(write(tmp_path, "It rained. We stayed.\n\nIt cleared up. We went out.\n"))
    assert document.layout == "paragraphs"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    (document,) = read(write(tmp_path, "Ärger in Łódź.\n".encode(encoding)))
    assert document.text == "Ärger in Łódź."


def test_a_folder_is_read_file_by_file_and_pictures_in_it_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "One.\n", "b.md")
    write(tmp_path, "Two.\n", "a.txt")
    write(tmp_path, b"\x89PNG\r\n\x1a\n\0\0", "c.png")
    write(tmp_path, "Never.\n", ".hidden")
    assert [document.name for document in read(tmp_path)] == ["a.txt", "b.md"]


def test_a_binary_file_is_refused_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="byte 5 is 0x00"):
        read(write(tmp_path, b"hello\0world"))


def test_another_encoding_is_refused_with_the_place_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"byte 10 \(line 2\) is 0xe9.*iconv -f LATIN1 -t UTF-8"):
        read(write(tmp_path, "One.\nA caf\xe9.\n".encode("latin-1")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_decoded_gives_the_text_without_the_mark(tmp_path: Path, encoding: str) -> None:
    assert files.decoded(write(tmp_path, "Ärger.\n".encode(encoding))) == "Ärger.\n"


def test_decoded_refuses_what_it_cannot_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "b", "No such file")):
        with pytest.raises(BadData, match=f"{reason}.*; name another file"):
            files.decoded(path)
    file = write(tmp_path, "word")
    monkeypatch.setattr(files, "LARGEST", 3)
    with pytest.raises(BadData, match="at most 3 bytes"):
        files.decoded(file)


@pytest.mark.parametrize("denied", ["open", "exists"])
def test_a_file_that_may_not_be_read_is_named_with_the_remedy(
    prose_file: Path, monkeypatch: pytest.MonkeyPatch, denied: str
) -> None:
    def refuse(*given: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, denied, refuse)
    with pytest.raises(BadData, match=r"prose\.txt: .*Permission denied.*; change its permissions"):
        plain_text.fingerprint(prose_file)


@pytest.mark.parametrize("before", ["", "It rained. "])
def test_a_line_without_end_is_refused_though_the_tokeniser_would_cut_it(tmp_path: Path, before: str) -> None:
    text = "It rained.\n" * 30 + before + "word " * 150_000
    with pytest.raises(BadData, match=r"at most 200,000 characters, but line 31 has 7.* in which none ends; break it"):
        read(write(tmp_path, text))
    assert plain_text.LONGEST_LINE == BATCH == 200_000


def test_in_a_folder_an_endless_line_of_what_is_no_text_by_its_name_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "One.\n")
    write(tmp_path, "[0," * 100_000, "numbers.json")
    assert [document.name for document in read(tmp_path)] == ["a.txt"]


def test_a_name_loses_what_a_terminal_would_obey_where_it_is_reported(tmp_path: Path) -> None:
    activities: list[str] = []
    file = write(tmp_path, "One.\n", "a\x1b[31m.txt")
    list(plain_text.documents(file, lambda activity, *_: activities.append(activity)))
    assert activities == ["reading a [31m.txt"]


def test_a_long_line_of_sentences_is_prose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_text, "LONGEST_LINE", 1_000)
    (document,) = read(write(tmp_path, "It rained all day. " * 100))
    assert document.layout == "paragraphs"


def test_too_much_is_refused_with_the_limit(prose_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 100)
    with pytest.raises(BadData, match="at most 100 bytes"):
        read(prose_file)


def test_empty_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=f"no files.*; give at least {FEWEST} sentences"):
        plain_text.fingerprint(tmp_path)
    with pytest.raises(BadData, match=f"found nothing; give at least {FEWEST} sentences"):
        plain_text.fingerprint(write(tmp_path, ""))


@pytest.mark.parametrize("path", [None, Path("/no/such/file.txt"), Path("/dev/null")])
def test_what_is_no_file_cannot_be_meant(path: Path | None) -> None:
    with pytest.raises(UsageError, match="name a text file"):
        plain_text.fingerprint(path)


def test_the_fingerprint_is_of_the_content(prose_file: Path) -> None:
    before = plain_text.fingerprint(prose_file)
    prose_file.touch()
    assert plain_text.fingerprint(prose_file) == before
    prose_file.write_text("Other.")
    assert plain_text.fingerprint(prose_file) != before


def test_the_first_folder_is_the_topic_where_there_are_several(tmp_path: Path) -> None:
    for name in ("sonnets/a.txt", "sonnets/early/b.txt", "ballads/c.txt", "d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write(tmp_path, "It rained.\n", name)
    topics = {document.name: document.topics for document in read(tmp_path)}
    assert topics == {
        "ballads/c.txt": ("ballads",),
        "d.txt": (),
        "sonnets/a.txt": ("sonnets",),
        "sonnets/early/b.txt": ("sonnets",),
    }
    assert [document.topics for document in read(tmp_path / "sonnets")] == [(), ()]
