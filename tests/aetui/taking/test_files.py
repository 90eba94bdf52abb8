"""Files that are asked for: names, and what is there already."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aetui.taking import files
from aetui.taking.taken import About, Table, Taken

ABOUT = About("20260101T000000Z-vanilla-0001", "", "vanilla", "small", "digits", {}, "")
TAKEN = Taken("digits", "Digits", 12, table=Table(("a",), [(1,)]), arrays={"a": np.zeros(3)})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "20260101T000000Z-vanilla-0001-digits-epoch12.csv"),
        ("my run", "my-run-digits-epoch12.csv"),
        ("../../etc/passwd", "etc-passwd-digits-epoch12.csv"),
        ("-rf .ssh", "rf-.ssh-digits-epoch12.csv"),
        ("größer\x1b[0m", "größer-0m-digits-epoch12.csv"),
        ("///", "run-digits-epoch12.csv"),
        ("x" * 500, "x" * 60 + "-digits-epoch12.csv"),
    ],
)
def test_a_file_is_called_after_run_panel_and_epoch_whatever_the_run_is_called(name: str, expected: str) -> None:
    assert files.file_name(TAKEN, "csv", ABOUT._replace(name=name)) == expected


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    path = tmp_path / "a-epoch3.csv"
    assert files.free(path, "csv") == path
    path.touch()
    (tmp_path / "a-epoch3-2.csv").symlink_to("nowhere")
    assert files.free(path, "csv").name == "a-epoch3-3.csv"
    (tmp_path / "b.npy.json").touch()
    assert files.free(tmp_path / "b.npy", "npy").name == "b-2.npy"


def test_what_cannot_be_written_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.storage.atomic.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write(TAKEN, "csv", ABOUT, path)
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_an_array_lies_beside_a_file_that_says_whose_it_is(tmp_path: Path) -> None:
    size = files.write(TAKEN, "npy", ABOUT, tmp_path / "a.npy")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.npy", "a.npy.json"]
    assert size == sum(each.stat().st_size for each in tmp_path.iterdir())
