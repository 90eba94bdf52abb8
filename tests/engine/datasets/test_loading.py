from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.datasets import cache_dir, load, statistics
from engine.errors import BadData, DataUnavailable


def test_every_layout_gives_the_same_data(toy, tmp_path: Path) -> None:
    toy.write_npz(tmp_path / "npz")
    toy.write_idx(tmp_path / "packed")
    toy.write_idx(tmp_path / "plain", packed=False)
    prints = {load("toy", tmp_path / name).fingerprint for name in ("npz", "packed", "plain")}
    assert len(prints) == 1


def test_the_data_know_their_key_classes_and_path(toy, tmp_path: Path) -> None:
    path = toy.write_npz(tmp_path)
    data = load("toy", tmp_path)
    assert (data.key, data.classes, data.path, data.shape) == ("toy", ("a", "b", "c"), path, (5, 4, 1))


def test_reading_is_reported(toy, tmp_path: Path) -> None:
    path = toy.write_npz(tmp_path)
    reports: list[tuple[str, int, int]] = []
    load("toy", tmp_path, lambda *report: reports.append(report))
    assert reports == [(f"reading {path}", 0, 0)]


def test_a_broken_file_in_the_data_folder_is_an_error_even_if_the_cache_has_a_good_one(toy, tmp_path: Path) -> None:
    toy.write_idx(cache_dir())
    path = toy.write_npz(tmp_path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BadData, match=r"toy.npz: expected a whole .npz archive.*whole copy") as caught:
        load("toy", tmp_path)
    assert caught.value.path == path


def test_a_broken_file_in_the_cache_says_how_to_mend_it(toy) -> None:
    folder = toy.write_idx(cache_dir())
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"")
    with pytest.raises(BadData, match="aetui data fetch toy"):
        load("toy", None)


def test_another_shape_than_published_is_refused_with_both(toy, tmp_path: Path) -> None:
    toy.write_npz(tmp_path, x_test=toy.x_test[:2], y_test=toy.y_test[:2])
    with pytest.raises(BadData, match=r"\(6, 5, 4, 1\) and \(3, 5, 4, 1\), found .* and \(2, 5, 4, 1\)"):
        load("toy", tmp_path)


@pytest.mark.parametrize("label", [-1, 3])
def test_labels_outside_the_classes_are_refused(toy, tmp_path: Path, label: int) -> None:
    labels = toy.y_train.astype(np.int32)
    labels[4] = label
    toy.write_npz(tmp_path, y_train=labels)
    with pytest.raises(BadData, match=r"labels from 0 to 2, found (-1 to 2|0 to 3)"):
        load("toy", tmp_path)


def test_data_that_are_nowhere_are_named_with_places_and_remedies(toy, tmp_path: Path) -> None:
    with pytest.raises(DataUnavailable) as caught:
        load("toy", tmp_path, download=False)
    text = str(caught.value)
    for expected in ("toy.npz", "toy/", f"{tmp_path} (data folder)", f"{cache_dir()} (cache)", "(system)"):
        assert expected in text
    for remedy in ("aetui data fetch toy", "--data-dir", "`digits` needs no download"):
        assert remedy in text


def test_statistics_are_those_of_the_arrays(toy, tmp_path: Path) -> None:
    toy.write_npz(tmp_path)
    figures = statistics(load("toy", tmp_path))
    assert figures.counts[0] == (2, 2, 2)
    assert figures.counts[-1] == (1, 1, 1)
    assert (figures.train_items, figures.test_items, figures.shape) == (6, 3, (5, 4, 1))
    assert figures.pixel_mean == pytest.approx((toy.x_train / 255).mean())
    assert figures.pixel_std == pytest.approx((toy.x_train / 255).std())


@pytest.mark.data
@pytest.mark.parametrize(("key", "mean", "std"), [("mnist", 0.1307, 0.3081), ("fashion-mnist", 0.2860, 0.3530)])
def test_the_published_data_load_with_their_published_figures(
    real_data_dir: Path, key: str, mean: float, std: float
) -> None:
    figures = statistics(load(key, real_data_dir))
    assert (figures.train_items, figures.test_items, figures.shape) == (60_000, 10_000, (28, 28, 1))
    assert figures.pixel_mean == pytest.approx(mean, abs=5e-5)
    assert figures.pixel_std == pytest.approx(std, abs=5e-5)
    assert min(figures.counts[0]) > 5_000
