from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.datasets.own import records
from engine.datasets.own.records import OwnSet
from engine.errors import UsageError


@pytest.mark.parametrize("name", ["", "a b", "../x", ".hidden", "x" * 41, "last", "ä"])
def test_names_that_cannot_be_given_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="Bad name"):
        records.check_name(name)


def test_what_is_written_is_found_under_its_name_and_after_a_renaming_under_that() -> None:
    own = OwnSet(name="cats", reader="images", path="/pictures/cats", classes=("tabby", "black"), items=(8, 1, 1))
    records.write(own)
    assert records.find("cats") == own
    assert list(records.all_own()) == ["cats"]
    with pytest.raises(UsageError, match="taken"):
        records.check_name("cats")
    records.rename("cats", "dogs")
    assert (records.find("cats"), records.existing("dogs").path) == (None, "/pictures/cats")
    with pytest.raises(UsageError, match="there are: dogs"):
        records.existing("cats")


def test_a_copy_moves_and_goes_with_its_set() -> None:
    copy = records.home() / "notes" / records.COPY / "notes.txt"
    records.write(OwnSet(name="notes", reader="text", path=str(copy), copied=True))
    copy.parent.mkdir()
    copy.write_text("all of it")
    moved = records.rename("notes", "diary")
    assert Path(moved.path).read_text() == "all of it"
    records.remove("diary")
    assert not Path(moved.path).exists()
    assert records.all_own() == {}


@pytest.mark.parametrize("content", [b"", b"{", b'{"name": 3}', b"\xff" * 100])
def test_a_damaged_record_is_no_set_and_does_not_hide_the_others(content: bytes) -> None:
    records.write(OwnSet(name="whole", reader="text", path="/a"))
    (records.home() / "broken").mkdir()
    (records.home() / "broken" / records.FILE).write_bytes(content)
    assert list(records.all_own()) == ["whole"]


def test_a_record_that_another_process_changed_is_read_anew() -> None:
    records.write(OwnSet(name="set", reader="text", path="/a"))
    assert records.existing("set").path == "/a"
    records.write(OwnSet(name="set", reader="text", path="/b"))
    os.utime(records.home() / "set" / records.FILE, ns=(1, 1))
    assert records.existing("set").path == "/b"
