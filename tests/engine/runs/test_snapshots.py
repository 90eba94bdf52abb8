"""What is kept of each epoch comes back, whichever version wrote it, and nothing that no panel could draw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.errors import RunError
from engine.runs.snapshots import Samples, read_samples, write_samples

VIEWS: dict[str, Any] = {
    "points": np.ones((5, 2), np.float32),
    "weights": np.full((2, 4, 4, 1), -0.5, np.float32),
    "cosines": np.full(9, 1 / 3, np.float32),
    "point_labels": np.arange(5) + 2**40,
    "baseline_name": np.array(["linear-128"]),
}


def samples(**views: Any) -> Samples:
    image = np.random.default_rng(0).random((3, 4, 4, 1), np.float32)
    kept = Samples(inputs=image, targets=image, outputs=image / 2, codes=image[:, :, 0, 0], labels=np.arange(3))
    return kept.with_views(**views)


def test_samples_come_back_in_half_precision(tmp_path: Path) -> None:
    assert write_samples(tmp_path, 7, samples()) == "samples/epoch-0007.npz"
    again = read_samples(tmp_path, 7)
    for field in ("inputs", "targets", "outputs", "codes", "labels"):
        np.testing.assert_allclose(getattr(again, field), getattr(samples(), field), atol=5e-4)
    assert again.classes is None
    assert again.views == {}


def test_the_views_that_the_model_has_come_back(tmp_path: Path) -> None:
    write_samples(tmp_path, 1, samples(**VIEWS))
    again = read_samples(tmp_path, 1).views
    assert again.keys() == VIEWS.keys()
    for name, array in VIEWS.items():
        np.testing.assert_array_equal(again[name], array)


def test_what_a_variant_shows_comes_back_by_name_and_in_full(tmp_path: Path) -> None:
    shown = {"spectrum": np.float32([3, 1 / 3]), "a name": np.ones((2, 3, 4, 1), np.float32), "codes": np.float32([7])}
    write_samples(tmp_path, 1, samples(**shown))
    again = read_samples(tmp_path, 1)
    assert again.views.keys() == shown.keys()
    for name, array in shown.items():
        np.testing.assert_array_equal(again.views[name], array)
    assert again.codes.shape == (3, 4)


def test_what_is_the_same_at_every_epoch_is_kept_once(tmp_path: Path) -> None:
    for epoch in (1, 2):
        write_samples(tmp_path, epoch, samples(**VIEWS))
    with np.load(tmp_path / "samples/epoch-0002.npz") as file:
        assert set(file) == {"outputs", "codes", "view points", "view weights", "view cosines"}


def test_views_that_were_written_under_their_bare_names_are_read(tmp_path: Path) -> None:
    write_samples(tmp_path, 1, samples(**VIEWS))
    for path in (tmp_path / "samples").iterdir():
        with np.load(path) as file:
            arrays: dict[str, Any] = {name.removeprefix("view "): file[name] for name in file}
        np.savez(path, **arrays)
    assert read_samples(tmp_path, 1).views.keys() == VIEWS.keys()


@pytest.mark.parametrize(
    "views",
    [
        {"points": np.ones((5, 3), np.float32)},
        {"points": np.ones((4, 2), np.float32), "point_labels": np.arange(5)},
        {"point_labels": np.ones(5, np.float32)},
        {"weights": np.ones((2, 5, 4, 1), np.float32)},
        {"generated": np.ones((2, 4, 4, 2), np.float32)},
        {"baseline": np.ones((2, 4, 4, 1), np.float32)},
        {"sentences": np.array(["one for three"])},
        {"kl": np.ones(0, np.float32)},
        {"of the variant": np.arange(3)},
        {"of the variant": np.ones((1, 1, 1, 1, 1), np.float32)},
    ],
)
def test_arrays_that_no_panel_could_draw_are_refused(tmp_path: Path, views: dict[str, Any]) -> None:
    write_samples(tmp_path, 1, samples(**views))
    with pytest.raises(RunError, match=r"cannot be|of different sizes"):
        read_samples(tmp_path, 1)


def test_samples_of_another_epoch_are_refused_in_words(tmp_path: Path) -> None:
    write_samples(tmp_path, 7, samples())
    (tmp_path / "samples/epoch-0009.npz").write_bytes(b"PK\x03\x04")
    for epoch in (8, 9):
        with pytest.raises(RunError, match=f"epoch {epoch}"):
            read_samples(tmp_path, epoch)


def test_samples_that_cannot_be_written_leave_no_half_of_a_file(tmp_path: Path) -> None:
    pickled: Any = np.array([object()])
    with pytest.raises(ValueError, match="Object arrays"):
        write_samples(tmp_path, 1, msgspec.structs.replace(samples(), labels=pickled))
    assert list((tmp_path / "samples").iterdir()) == []
