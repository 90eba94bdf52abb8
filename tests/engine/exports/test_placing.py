from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import EngineError, UsageError
from engine.exports.placing import files_in, placed, write_manifest


def export(path: Path, content: str = "first", *, force: bool = False) -> None:
    with placed(path, folder=True, force=force) as place:
        (place / "model.txt").write_text(content)
        write_manifest(place, {"run": "run"})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail(path: Path, *, folder: bool) -> None:
    """As a writer does whose disk is full after a few bytes."""
    with placed(path, folder=folder, force=True) as place:
        (place / "half.txt" if folder else place).write_text("half")
        raise ZeroDivisionError


def test_a_folder_lies_in_its_place_with_a_manifest_and_nothing_beside_it(tmp_path: Path) -> None:
    export(tmp_path / "out")
    assert files_in(tmp_path / "out") == ["export.json", "model.txt"]
    assert names(tmp_path) == ["out"]


def test_what_fails_leaves_nothing_behind_and_what_was_there_as_it_was(tmp_path: Path) -> None:
    export(tmp_path / "out")
    with pytest.raises(ZeroDivisionError):
        fail(tmp_path / "out", folder=True)
    assert files_in(tmp_path / "out") == ["export.json", "model.txt"]
    assert names(tmp_path) == ["out"]


def test_an_earlier_export_is_replaced_by_force_only(tmp_path: Path) -> None:
    export(tmp_path / "out")
    with pytest.raises(UsageError, match="--force"):
        export(tmp_path / "out", "second")
    assert (tmp_path / "out" / "model.txt").read_text() == "first"
    export(tmp_path / "out", "second", force=True)
    assert (tmp_path / "out" / "model.txt").read_text() == "second"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("what", ["a stranger's file", "a link", "a file in a folder's place"])
def test_not_even_force_replaces_what_is_no_export(what: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    if what == "a stranger's file":
        export(path)
        (path / "diary.txt").write_text("mine")
    elif what == "a link":
        export(tmp_path / "there")
        path.symlink_to(tmp_path / "there")
    else:
        path.write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="holds other things"):
        export(path, "second", force=True)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    with placed(tmp_path / "out.zip", folder=False, force=False) as place:
        place.write_bytes(b"whole")
    assert (tmp_path / "out.zip").read_bytes() == b"whole"
    with pytest.raises(ZeroDivisionError):
        fail(tmp_path / "out.zip", folder=False)
    assert (tmp_path / "out.zip").read_bytes() == b"whole"


def test_a_place_in_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="a folder that is there"):
        export(tmp_path / "nowhere" / "out")


def test_a_file_gives_way_to_an_export_only_where_it_is_one_of_the_same_format(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("precious")
    with pytest.raises(UsageError, match="holds other things"), placed(path, folder=False, force=True, mark=b"<card>"):
        pass
    path.write_text("words <card>")
    with placed(path, folder=False, force=True, mark=b"<card>") as place:
        place.write_text("new <card>")
    assert path.read_text() == "new <card>"
