from __future__ import annotations

from pathlib import Path

import pytest

from engine.datasets.data import silence
from engine.errors import BadData
from engine.text import reuters


def test_stories_come_with_their_topics_the_training_part_first(reuters_zip: Path) -> None:
    found = list(reuters.documents(reuters_zip, silence))
    assert [(story.name, story.topics) for story in found] == [
        ("training/9", ("cocoa",)),
        ("training/11", ("wheat", "coffee")),
        ("test/12", ("grain", "wheat")),
    ]
    assert found[2].text.startswith("Grain exports fell.")


def test_the_unpacked_folder_and_a_folder_round_it_read_the_same(reuters_zip: Path, reuters_folder: Path) -> None:
    packed = list(reuters.documents(reuters_zip, silence))
    assert list(reuters.documents(reuters_folder, silence)) == packed
    assert list(reuters.documents(reuters_folder.parent, silence)) == packed
    assert list(reuters.documents(reuters_zip.parent, silence)) == packed


def test_the_fingerprint_changes_with_the_files(reuters_zip: Path, reuters_folder: Path) -> None:
    packed, unpacked = reuters.fingerprint(reuters_zip), reuters.fingerprint(reuters_folder)
    assert (packed, unpacked) == (reuters.fingerprint(reuters_zip), reuters.fingerprint(reuters_folder))
    (reuters_folder / "test" / "12").write_text("Something else.")
    assert reuters.fingerprint(reuters_folder) != unpacked


def test_a_missing_story_is_named(reuters_folder: Path) -> None:
    (reuters_folder / "test" / "12").unlink()
    with pytest.raises(BadData, match="test/12"):
        list(reuters.documents(reuters_folder, silence))


def test_a_torn_archive_is_named(reuters_zip: Path) -> None:
    reuters_zip.write_bytes(reuters_zip.read_bytes()[:-100])
    with pytest.raises(BadData, match=r"reuters\.zip"):
        list(reuters.documents(reuters_zip, silence))


def test_a_folder_without_topics_is_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"cats\.txt"):
        reuters.fingerprint(tmp_path)
