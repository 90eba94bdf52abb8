from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.analysis import linear_denoiser
from engine.analysis.baselines import Fitting
from engine.analysis.linear_denoiser import LinearDenoiser
from engine.datasets.data import Part, silence
from engine.datasets.image_data import ImageData, as_floats
from engine.runs.control import Stopped

ITEMS, PIXELS = 830, 16


class Noisy:
    """Noise that depends on the draw and the place of an item alone."""

    noise = "loud"
    code_size = 5
    noises = np.random.default_rng(1).normal(0, 0.3, (2, ITEMS, 4, 4, 1)).astype(np.float32)

    def __init__(self, block: int = 100) -> None:
        self.block = block

    def corrupted(self, images: Any, start: int = 0, *, training: bool = False, draw: int = 0) -> Any:
        return as_floats(images) + self.noises[int(training), start : start + len(images)]


class Loud(Noisy):
    """Drawn afresh, or once."""

    def __init__(self, fresh: bool) -> None:
        super().__init__()
        self.fresh = fresh

    def corrupted(self, images: Any, start: int = 0, *, training: bool = False, draw: int = 0) -> Any:
        key = [int(training), draw * self.fresh, start]
        return as_floats(images) + np.random.default_rng(key).normal(0, 0.5, (100, 4, 4, 1))[: len(images)]


@pytest.fixture
def data() -> ImageData:
    random = np.random.default_rng(0)
    mixture = random.normal(0, 1, (6, PIXELS)) / 8

    def part(items: int) -> Part:
        flat = np.clip(0.5 + random.normal(0, 1, (items, 6)) @ mixture, 0, 1)
        return Part(np.round(flat * 255).astype(np.uint8).reshape(-1, 4, 4, 1), random.integers(0, 3, items))

    return ImageData("small", part(ITEMS), part(90), ("a", "b", "c"), None)


def fitted(data: ImageData, cache: Path, model: Any = None, size: int = 5, report: Any = silence) -> LinearDenoiser:
    found = linear_denoiser.fitted(Fitting(data, model or Noisy(), size, cache, report))
    assert found is not None
    return found


def in_memory(seen: np.ndarray, clean: np.ndarray, rank: int, asked: np.ndarray) -> np.ndarray:
    """Reduced-rank regression by the singular values of what the full one answers."""
    x, y = (each.reshape(len(each), -1).astype(np.float64) for each in (seen, clean))
    full = np.linalg.lstsq(x - x.mean(0), y - y.mean(0), rcond=None)[0]
    axes = np.linalg.svd((x - x.mean(0)) @ full, full_matrices=False)[2][:rank]
    return np.clip((asked.reshape(len(asked), -1) - x.mean(0)) @ full @ axes.T @ axes + y.mean(0), 0, 1)


def test_block_by_block_it_is_the_map_that_is_found_in_memory(data: ImageData, tmp_path: Path) -> None:
    model, asked = Noisy(), Noisy().corrupted(data.test.items)
    expected = in_memory(model.corrupted(data.train.items, training=True), as_floats(data.train.items), 5, asked)
    for block in (7, 100, 1_000):
        found = fitted(data, tmp_path / str(block), Noisy(block))
        assert np.allclose(found.answer(asked).reshape(90, -1), expected, atol=1e-5)
    assert found.encode(asked).shape == (90, 5)


def test_a_larger_rank_is_better_and_above_the_pixels_there_is_none(data: ImageData, tmp_path: Path) -> None:
    seen, clean = Noisy().corrupted(data.train.items, training=True), as_floats(data.train.items)
    maps = [fitted(data, tmp_path, size=size) for size in (1, 4, PIXELS, 100)]
    errors = [float(np.square(each.answer(seen) - clean).mean()) for each in maps]
    assert errors[0] > errors[1] > errors[2] == errors[3]
    assert maps[3].name == "linear-16"
    assert (maps[0].answer(seen).min(), maps[0].answer(seen).max()) >= (0, 0)


def few(data: ImageData) -> ImageData:
    """So few that the noise of one draw is learned by heart."""
    return ImageData("few", data.train.at(slice(60)), data.test, data.classes, None)


def error(found: LinearDenoiser, data: ImageData, model: Noisy) -> float:
    return float(np.square(found.answer(model.corrupted(data.test.items)) - as_floats(data.test.items)).mean())


def one_draw(data: ImageData, model: Noisy, rank: int) -> float:
    seen, clean = model.corrupted(data.train.items, training=True), as_floats(data.train.items)
    answers = in_memory(seen, clean, rank, model.corrupted(data.test.items)).reshape(data.test.items.shape)
    return float(np.square(answers - as_floats(data.test.items)).mean())


@pytest.mark.parametrize("validation", [0, 0.25])
@pytest.mark.parametrize("fresh", [True, False])
def test_of_few_items_no_noise_is_learned_by_heart(
    data: ImageData, tmp_path: Path, fresh: bool, validation: float
) -> None:
    small, model = few(data).with_validation(validation), Loud(fresh)
    low, high = (error(fitted(small, tmp_path, model, rank), small, model) for rank in (3, 12))
    share = 0.9 if fresh else 1.0  # a ridge is chosen on six items or fifteen
    assert low < share * one_draw(small, model, 3)
    assert high < share * one_draw(small, model, 12)
    assert high < 1.1 * low


def test_the_test_part_has_no_say_in_the_ridge(data: ImageData, tmp_path: Path) -> None:
    small = few(data)
    other = ImageData("few", small.train, Part(255 - small.test.items, small.test.labels), small.classes, None)
    first, second = (fitted(each, tmp_path, Loud(fresh=False)) for each in (small, other))
    assert np.array_equal(first.encoder, second.encoder)


def test_as_many_draws_as_are_needed_are_named_where_it_is_kept(data: ImageData, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    fitted(few(data), tmp_path, Loud(fresh=True), report=lambda *of: told.append(of))
    fitted(few(data), tmp_path, Loud(fresh=False))
    assert told[-1][1:] == (14 * 60, 14 * 60)  # 50 × 16 pairs at least
    assert sorted(path.name.split("-", 3)[2:] for path in (tmp_path / "linear").iterdir()) == [
        ["3", "14-draws-5.npz"],
        ["3", "ridge-chosen-5.npz"],
    ]


def test_pixels_that_never_change_do_no_harm(data: ImageData, tmp_path: Path) -> None:
    class Masked(Noisy):
        def corrupted(self, images: Any, start: int = 0, *, training: bool = False, draw: int = 0) -> Any:
            seen = as_floats(images).copy()
            seen[:, 0] = 0
            return seen

    data.train.items[:, 3] = 7
    answers = fitted(data, tmp_path, Masked()).answer(Masked().corrupted(data.test.items))
    assert np.allclose(answers[:, 3], 7 / 255, atol=1e-4)


def test_it_is_kept_under_all_that_it_depends_on(
    data: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> list[str]:
        return [path.name for path in (tmp_path / "linear").iterdir()]

    before = fitted(data, tmp_path)
    [name] = kept()
    assert all(part in name for part in (data.fingerprint, "loud", "-5."))
    other = Noisy()
    other.noise = "quiet"
    for made in ((data, other, 5), (data, Noisy(), 4), (data.with_validation(0.1), Noisy(), 5)):
        fitted(made[0], tmp_path, made[1], made[2])
    assert len(kept()) == 4
    monkeypatch.setattr(linear_denoiser, "_fitted", lambda *of: pytest.fail("fitted again"))
    assert np.array_equal(fitted(data, tmp_path).encoder, before.encoder)


def test_items_that_are_too_wide_have_none(data: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_denoiser, "WIDEST", PIXELS - 1)
    assert linear_denoiser.fitted(Fitting(data, Noisy(), 5, tmp_path, silence)) is None


def test_the_fit_says_what_it_does_and_can_be_stopped(data: ImageData, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    fitted(data, tmp_path / "a", report=lambda *of: told.append(of))
    assert told[-1] == ("fitting a linear denoiser of rank 5", ITEMS, ITEMS)
    assert len(told) == 10

    def stop(*of: Any) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        fitted(data, tmp_path / "b", report=stop)


@pytest.mark.parametrize("fresh", [True, False])
def test_of_fewer_pairs_than_numbers_the_same_map_is_found_among_the_pairs(
    data: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: bool
) -> None:
    """The other way would take a matrix as wide as an item for each ridge."""
    tiny = ImageData("tiny", data.train.at(slice(12)), data.test, data.classes, None)
    monkeypatch.setattr(linear_denoiser, "AFFORDABLE", 0)  # one draw, whatever there is
    few = fitted(tiny, tmp_path / "few", Loud(fresh), 4)
    monkeypatch.setattr(linear_denoiser, "prod", lambda shape: 0)
    many = fitted(tiny, tmp_path / "many", Loud(fresh), 4)
    asked = Loud(fresh).corrupted(tiny.test.items)
    assert np.allclose(few.answer(asked), many.answer(asked), atol=1e-4)
    assert [path.name.split("-", 3)[2:] for path in (tmp_path / "few/linear").iterdir()] == [
        ["3", "ridge-chosen-4.npz"]
    ]
