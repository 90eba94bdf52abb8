from __future__ import annotations

from pathlib import Path

import pytest

from engine.datasets import all_sets, dataset, load, locate
from engine.datasets.own import adding, fingerprints, records
from engine.errors import BadData, DataUnavailable, UsageError
from engine.runs.control import Stopped


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text("\n".join(f"The fox number {number} sleeps." for number in range(40)))
    return path


def test_what_is_added_is_a_data_set_like_any_other(story: Path) -> None:
    added = adding.add("foxes", story)
    assert "text file" in added.because
    row = dataset("foxes")
    assert (row.own, row.kind, row.source) == (True, "text", str(story))
    assert list(all_sets())[-1] == "foxes"
    located = locate("foxes", None)
    assert located is not None
    assert located.path == story
    assert load("foxes", None).kind == "text"


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("mnist", {}, "choose another name"),
        ("last", {}, "means something else"),
        ("a", {"window": "8"}, "--window is nothing for text"),
        ("a", {"split": "1/2"}, "sum to 100"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_noted(
    story: Path, name: str, options: dict[str, str], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        adding.add(name, story, options=options)
    assert not records.all_own()


def test_files_that_tell_nothing_and_paths_without_any_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mystery.bin").write_bytes(b"\0" * 9)
    with pytest.raises(UsageError, match="--kind"):
        adding.add("a", tmp_path / "mystery.bin")
    with pytest.raises(UsageError, match="does not exist"):
        adding.add("a", tmp_path / "nothing")
    with pytest.raises(UsageError, match="there are: "):
        adding.add("a", tmp_path / "mystery.bin", "sounds")


def test_a_name_is_given_anew_only_when_asked_and_only_once_the_data_were_read(story: Path, tmp_path: Path) -> None:
    adding.add("foxes", story)
    with pytest.raises(UsageError, match="--replace"):
        adding.add("foxes", story)
    few = tmp_path / "few.txt"
    few.write_text("One.\n")
    with pytest.raises(BadData):
        adding.add("foxes", few, replace=True)
    assert records.existing("foxes").path == str(story)


def test_a_copy_stays_when_the_files_go_and_without_one_that_is_told(story: Path) -> None:
    adding.add("kept", story, copy=True)
    adding.add("there", story)
    story.unlink()
    assert load("kept", None).kind == "text"
    assert locate("there", None) is None
    with pytest.raises(DataUnavailable, match="which is not there"):
        load("there", None)


def test_what_is_to_be_replaced_keeps_its_copy_until_the_new_data_were_read(story: Path, tmp_path: Path) -> None:
    adding.add("foxes", story, copy=True)
    story.unlink()
    few = tmp_path / "few.txt"
    few.write_text("One.\n")
    with pytest.raises(BadData):
        adding.add("foxes", few, copy=True, replace=True)
    assert load("foxes", None).kind == "text"
    more = tmp_path / "more.txt"
    more.write_text("\n".join(f"The hare number {number} runs." for number in range(30)))
    adding.add("foxes", more, copy=True, replace=True)
    [kept] = (records.home() / "foxes").rglob("*.txt")
    assert kept.read_text() == more.read_text()
    adding.add("foxes", more, replace=True)
    assert [path.name for path in (records.home() / "foxes").iterdir()] == [records.FILE]


def test_stopped_while_reading_nothing_stays_behind(story: Path) -> None:
    def stop(activity: str, *_: object) -> None:
        if activity.startswith("reading"):
            raise Stopped

    with pytest.raises(Stopped):
        adding.add("foxes", story, copy=True, report=stop)
    assert not (records.home() / "foxes").exists()


def test_the_fingerprint_is_of_the_content_and_the_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def of(folder: Path) -> fingerprints.Fingerprint:
        return fingerprints.of(folder, lambda *_: None)

    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a").write_bytes(b"x" * 100)
    before = of(folder)
    (folder / "a").write_bytes(b"x" * 99 + b"y")
    changed = of(folder)
    (folder / "a").rename(folder / "b")
    assert len({before.digest, changed.digest, of(folder).digest}) == 3
    monkeypatch.setattr(fingerprints, "WHOLE", 10)
    assert of(folder).sampled
