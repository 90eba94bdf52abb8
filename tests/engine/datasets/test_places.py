from __future__ import annotations

from pathlib import Path

import pytest

from engine.datasets import Location, cache_dir, data_dir_from, default, locate
from engine.errors import UsageError


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_the_data_folder_comes_before_the_cache_and_the_cache_before_system_folders(
    toy, tmp_path: Path, data_dir: Path
) -> None:
    assert locate("toy", data_dir) is None
    in_system = toy.write_idx(tmp_path / "system")
    assert locate("toy", data_dir) == Location("toy", in_system, "system")
    in_cache = toy.write_idx(cache_dir())
    assert locate("toy", data_dir) == Location("toy", in_cache, "cache")
    in_folder = toy.write_idx(data_dir)
    assert locate("toy", data_dir) == Location("toy", in_folder, "data folder")
    assert locate("toy", None) == Location("toy", in_cache, "cache")


def test_both_layouts_are_found(toy, data_dir: Path) -> None:
    path = toy.write_npz(data_dir)
    assert locate("toy", data_dir) == Location("toy", path, "data folder")


def test_digits_come_with_scikit_learn() -> None:
    assert locate("digits", None) == Location("digits", None, "with scikit-learn")


def test_the_default_is_the_first_preferred_one_on_this_machine(toy, data_dir: Path) -> None:
    assert default(("toy", "fashion-mnist", "digits"), data_dir) == "digits"
    toy.write_npz(data_dir)
    assert default(("toy", "fashion-mnist", "digits"), data_dir) == "toy"
    assert default(("fashion-mnist", "mnist"), data_dir) == "fashion-mnist"


def test_the_option_wins_over_the_variable(data_dir: Path, tmp_path: Path, monkeypatch) -> None:
    assert data_dir_from(None) is None
    monkeypatch.setenv("AETUI_DATA", str(tmp_path))
    assert data_dir_from(None) == tmp_path
    assert data_dir_from(data_dir) == data_dir
    monkeypatch.setenv("AETUI_DATA", "")
    assert data_dir_from(None) is None


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_dir_from(Path("~")) == tmp_path


def test_a_data_folder_that_does_not_exist_is_an_error(tmp_path: Path, monkeypatch) -> None:
    missing = tmp_path / "nowhere"
    with pytest.raises(UsageError, match="nowhere does not exist"):
        data_dir_from(missing)
    with pytest.raises(UsageError, match="nowhere does not exist"):
        locate("mnist", missing)
    monkeypatch.setenv("AETUI_DATA", str(missing))
    with pytest.raises(UsageError, match="nowhere does not exist"):
        data_dir_from(None)


def test_a_file_is_not_a_data_folder(tmp_path: Path) -> None:
    file = tmp_path / "mnist.npz"
    file.touch()
    with pytest.raises(UsageError, match="is not a folder"):
        data_dir_from(file)
