from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.backend import Checkpoint, Position
from engine.runs.checkpoint import write_checkpoint
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.snapshots import Samples
from engine.storage import native_output
from engine.storage.atomic import make_folder, opener
from engine.text.lexicon import Lexicon


@pytest.fixture(params=[0o000, 0o022, 0o077], autouse=True)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_is_missing_above_is_private_too(tmp_path: Path) -> None:
    make_folder(tmp_path / "a/b/c")
    assert [mode(tmp_path / name) for name in ("a", "a/b", "a/b/c")] == [0o700] * 3


def test_what_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_folder(tmp_path)
    make_folder(tmp_path / "a")
    assert mode(tmp_path) == 0o755


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    for name in ("a", "a/b"):
        with pytest.raises(OSError, match="a"):
            make_folder(tmp_path / name)


def test_a_relative_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_folder(Path("a/b"))
    assert mode(tmp_path / "a") == 0o700


def test_a_file_is_private(tmp_path: Path) -> None:
    with open(tmp_path / "file", "w", opener=opener):
        pass
    assert mode(tmp_path / "file") == 0o600


def test_nothing_of_a_run_is_for_others(tmp_path: Path) -> None:
    arrays = {name: np.zeros((1, 2, 2, 1), np.float32) for name in ("inputs", "targets", "outputs")}
    probe = Samples(**arrays, codes=np.zeros((1, 2), np.float32), labels=np.zeros(1, np.int64))
    SnapshotWriter(tmp_path).write(1, probe)
    write_checkpoint(tmp_path / "checkpoint.safetensors", Checkpoint(arrays={}, position=Position()))
    Lexicon.assembled(["a"], np.ones((1, 2), np.float32), "nowhere", 0).write(tmp_path)
    made = list(tmp_path.rglob("*"))
    assert len(made) == 5
    assert {mode(path) for path in made} == {0o600}


def test_native_output_is_for_nobody_else(tmp_path: Path) -> None:
    os.close(native_output._open(tmp_path / "state/aetui/native.log"))
    assert mode(tmp_path / "state/aetui/native.log") == 0o600
    assert mode(tmp_path / "state") == 0o700
