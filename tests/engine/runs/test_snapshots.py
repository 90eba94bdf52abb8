"""What is kept of each epoch comes back, whichever version wrote it, and nothing that no panel could draw."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import RunError
from engine.runs.snapshot_file import FIXED, NAME, index_of, read
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.snapshots import Samples, kept_epochs, nearest_kept, packed, read_samples

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


def write_samples(folder: Path, epoch: int, samples: Samples) -> None:
    SnapshotWriter(folder).write(epoch, samples)


def write_as_before(folder: Path, epoch: int, samples: Samples, prefix: str = "view ") -> None:
    """As earlier versions did: a folder, in it a file for each epoch."""
    (folder / "samples").mkdir(exist_ok=True)
    for name, fixed in (("probe", True), (f"epoch-{epoch:04d}", False)):
        with np.load(BytesIO(packed(samples, fixed=fixed))) as file:
            arrays: dict[str, Any] = {name.replace("view ", prefix): file[name] for name in file}
        np.savez(folder / "samples" / f"{name}.npz", **arrays)


def test_samples_come_back_in_half_precision(tmp_path: Path) -> None:
    write_samples(tmp_path, 7, samples())
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
    file = tmp_path / NAME
    arrays = {record.epoch: set(np.load(BytesIO(record.content))) for record in read(file, index_of(file).places)}
    of_epochs = {"outputs", "codes", "view points", "view weights", "view cosines"}
    kept_once = {"inputs", "targets", "labels", "view point_labels", "view baseline_name"}
    assert arrays == {FIXED: kept_once, 1: of_epochs, 2: of_epochs}


@pytest.mark.parametrize("prefix", ["", "view "])
def test_a_folder_of_an_earlier_version_is_read_beside_the_file_that_goes_on_from_it(
    tmp_path: Path, prefix: str
) -> None:
    for epoch in (1, 2, 3):
        write_as_before(tmp_path, epoch, samples(**VIEWS), prefix)
    assert read_samples(tmp_path, 2).views.keys() == VIEWS.keys()
    assert kept_epochs(tmp_path) == {1, 2, 3}
    again = samples(kl=np.ones(3, np.float32))
    for epoch in (3, 4):
        write_samples(tmp_path, epoch, again)
    assert kept_epochs(tmp_path) == {1, 2, 3, 4}
    assert [set(read_samples(tmp_path, epoch).views) for epoch in (2, 3, 4)] == [set(VIEWS), {"kl"}, {"kl"}]


def test_the_nearest_epoch_that_is_kept_stands_for_one_that_is_not(tmp_path: Path) -> None:
    assert nearest_kept(tmp_path, 5) == 5
    for epoch in (1, 4, 8, 9):
        write_samples(tmp_path, epoch, samples())
    assert [nearest_kept(tmp_path, epoch) for epoch in (1, 2, 3, 5, 6, 7, 8, 100)] == [1, 1, 4, 4, 4, 8, 8, 9]


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


@pytest.mark.parametrize("write", [write_samples, write_as_before])
def test_samples_that_are_not_there_are_refused_in_words(tmp_path: Path, write: Any) -> None:
    write(tmp_path, 7, samples())
    for epoch in (FIXED, 8, -1):
        with pytest.raises(RunError, match=f"samples of epoch {epoch} in .* other epochs may have them"):
            read_samples(tmp_path, epoch)
