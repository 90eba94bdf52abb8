from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.analysis import pca
from engine.datasets.data import Part
from engine.datasets.image_data import ImageData, as_floats

RANDOM = np.random.default_rng(0)


def part(count: int, shape: tuple[int, int, int] = (4, 4, 1)) -> Part:
    return Part(RANDOM.integers(0, 256, (count, *shape), np.uint8), RANDOM.integers(0, 3, count))


@pytest.fixture
def data() -> ImageData:
    return ImageData("small", part(50), part(20), ("a", "b", "c"), None)


def test_it_leaves_as_little_error_as_the_singular_values_allow(data: ImageData, tmp_path: Path) -> None:
    fitted = pca.fit(data, 5, tmp_path)
    floats = as_floats(data.train.items)
    error = np.square(fitted.decode(fitted.encode(data.train.items)) - floats).sum()
    flat = floats.reshape(50, -1)
    scales = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False)
    assert error == pytest.approx(np.square(scales[5:]).sum(), rel=1e-3)
    assert fitted.encode(data.test.items).shape == (20, 5)


def test_floats_and_bytes_are_the_same_images(data: ImageData, tmp_path: Path) -> None:
    fitted = pca.fit(data, 3, tmp_path)
    images = data.test.items
    assert np.allclose(fitted.encode(images), fitted.encode(as_floats(images)), atol=1e-6)
    assert fitted.encode(images[:0]).shape == (0, 3)


def test_a_code_of_one_number_still_has_points_in_the_plane(data: ImageData, tmp_path: Path) -> None:
    one, two = pca.fit(data, 1, tmp_path), pca.fit(data, 2, tmp_path)
    images = data.test.items
    assert one.encode(images).shape == (20, 1)
    assert np.array_equal(one.points(images), two.encode(images))
    assert one.answer(images).shape == images.shape


def test_as_many_components_as_pixels_or_more_lose_nothing(data: ImageData, tmp_path: Path) -> None:
    fitted = pca.fit(data, 1_000, tmp_path)
    assert fitted.size == 16
    assert np.allclose(fitted.answer(data.test.items), as_floats(data.test.items), atol=1e-4)


def test_colour_images_keep_their_shape(tmp_path: Path) -> None:
    data = ImageData("colour", part(40, (8, 8, 3)), part(9, (8, 8, 3)), ("a", "b", "c"), None)
    assert pca.fit(data, 4, tmp_path).answer(data.test.items).shape == (9, 8, 8, 3)


def test_it_is_fitted_once_per_data_set_and_size(
    data: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pca.fit(data, 4, tmp_path)
    [kept] = (tmp_path / "pca").iterdir()
    assert data.fingerprint in kept.name
    monkeypatch.setattr(pca, "VERSION", pca.VERSION + 1)  # another way of fitting
    pca.fit(data, 4, tmp_path)
    assert len(list(kept.parent.iterdir())) == 2
    monkeypatch.setattr(pca, "_fitted", lambda *_: pytest.fail("fitted again"))
    assert np.array_equal(pca.fit(data, 4, tmp_path).components, before.components)


@pytest.mark.parametrize("damage", ["nothing", "cut", "other size", "not finite", "pickled"])
def test_a_damaged_or_foreign_file_is_fitted_anew(data: ImageData, tmp_path: Path, damage: str) -> None:
    before = pca.fit(data, 4, tmp_path)
    [kept] = (tmp_path / "pca").iterdir()
    mean, components = before.mean, before.components
    if damage == "other size":
        np.savez(kept, mean=mean, components=components[:2])
    elif damage == "not finite":
        np.savez(kept, mean=mean * np.float32(np.nan), components=components)
    elif damage == "pickled":
        np.savez(kept, mean=np.array([{}], object), components=components)
    else:
        kept.write_bytes(kept.read_bytes()[: {"nothing": 0, "cut": 300}[damage]])
    assert np.array_equal(pca.fit(data, 4, tmp_path).components, components)
    assert np.array_equal(np.load(kept)["components"], components)  # mended
    assert len(list(kept.parent.iterdir())) == 1


def test_a_cache_that_cannot_be_written_does_not_fail_the_fit(data: ImageData, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert pca.fit(data, 2, tmp_path / "file").encode(data.test.items).shape == (20, 2)


def test_answers_are_cut_to_what_a_picture_can_show(data: ImageData, tmp_path: Path) -> None:
    fitted = pca.fit(data, 2, tmp_path)
    extreme = np.where(as_floats(data.test.items) > 0.5, 9, -9).astype(np.float32)
    answer = fitted.answer(extreme)
    assert fitted.decode(fitted.encode(extreme)).max() > 1
    assert (answer.min(), answer.max()) == (0, 1)


def test_wide_images_have_the_same_components(data: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = pca.fit(data, 3, tmp_path / "a")
    monkeypatch.setattr(pca, "WIDEST_EXACT", 0)
    other = pca.fit(data, 3, tmp_path / "b")
    assert np.allclose(exact.answer(data.test.items), other.answer(data.test.items), atol=1e-4)
