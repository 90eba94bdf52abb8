"""Weights of epochs are kept within a budget, so that a run can be asked as it was, and go on from there."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.backend import Best, Checkpoint, Position
from engine.errors import UsageError
from engine.runs import weight_files
from engine.runs.checkpoint import read_best, read_checkpoint
from engine.runs.weight_files import FOLDER, VARIABLE, WeightWriter, budget, kept, own

NUMBERS = 256
SIZE = 8 * NUMBERS + 400


def after(epoch: int, best: int = 0) -> Checkpoint:
    arrays = {"encoder/w": np.full(NUMBERS, epoch, np.float32), "optimizer/w": np.zeros(NUMBERS, np.float32)}
    of = Best(epoch=best, loss=1.0) if best else None
    return Checkpoint(arrays=arrays, position=Position(epoch=epoch + 1), best=of)


def test_every_epoch_is_kept_with_its_optimiser_until_the_budget_is_used(tmp_path: Path) -> None:
    writer = WeightWriter(tmp_path, 10 * SIZE)
    for epoch in range(1, 31):
        writer.write(epoch, after(epoch))
        assert sum(file.stat().st_size for file in kept(tmp_path).values()) <= 10 * SIZE
        if epoch == 6:
            assert list(kept(tmp_path)) == [1, 2, 3, 4, 5, 6]
    left = list(kept(tmp_path))
    assert left[-1] == 30
    assert 5 <= len(left) <= 12
    assert np.all(np.diff(left)[:-1] >= np.diff(left)[1:])  # the older, the sparser
    for epoch, file in kept(tmp_path).items():
        found = read_checkpoint(file)
        assert found is not None
        assert sorted(found.arrays) == ["encoder/w", "optimizer/w"]
        assert (found.position.epoch, found.arrays["encoder/w"][0]) == (epoch + 1, epoch)


def test_with_an_epoch_stays_the_one_that_was_the_best_by_then_also_when_the_run_goes_on_in_another_process(
    tmp_path: Path,
) -> None:
    for first in range(1, 61, 20):
        writer = WeightWriter(tmp_path, 12 * SIZE)  # knows nothing of what another one wrote
        for epoch in range(first, first + 20):
            writer.write(epoch, after(epoch, best=epoch - epoch % 7))
    left = kept(tmp_path)
    assert 4 <= len(left) <= 12
    bests = {found.epoch for file in left.values() if (found := read_best(file))}
    assert bests <= left.keys()
    assert sum(file.stat().st_size for file in left.values()) <= 12 * SIZE


def test_a_long_run_is_not_thinned_at_every_epoch(tmp_path: Path) -> None:
    writer = WeightWriter(tmp_path, 64 * SIZE)
    counts = []
    for epoch in range(1, 201):
        writer.write(epoch, after(epoch))
        counts.append(len(own(tmp_path)))
    assert sum(later < before for before, later in pairwise(counts)) < 50
    assert min(counts[100:]) > 40


def test_a_disk_so_slow_that_it_would_hold_up_training_gets_fewer_epochs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, took = [0.0], []

    def slow(path: Path, checkpoint: Checkpoint, *, flush: bool) -> None:
        path.write_bytes(b"-")
        took.append(0.05)
        now[0] += took[-1]

    monkeypatch.setattr(weight_files, "write_checkpoint", slow)
    monkeypatch.setattr(weight_files.time, "monotonic", lambda: now[0])
    writer = WeightWriter(tmp_path, 10**6)
    for epoch in range(1, 101):
        now[0] += 0.1
        writer.write(epoch, after(epoch))
    assert list(kept(tmp_path))[:6] == [1, 2, 3, 4, 14, 24]
    assert sum(took[4:]) <= 0.05 * 96 * 0.1


def test_a_run_that_goes_on_from_an_earlier_epoch_forgets_the_later_ones(tmp_path: Path) -> None:
    writer = WeightWriter(tmp_path, 10**6)
    for epoch in (1, 2, 3, 4):
        writer.write(epoch, after(epoch))
    WeightWriter(tmp_path, 10**6).write(3, after(3))
    assert list(kept(tmp_path)) == [1, 2, 3]
    WeightWriter(tmp_path, 0).write(2, after(2))  # what it does not keep itself was of weights that are no more
    assert list(kept(tmp_path)) == [1]


def test_networks_of_which_not_two_fit_are_not_kept(tmp_path: Path) -> None:
    WeightWriter(tmp_path, 15 * NUMBERS).write(1, after(1))
    assert not (tmp_path / FOLDER).exists()
    assert kept(tmp_path) == {}


def test_a_fork_has_those_of_its_parent_up_to_where_it_begins(tmp_path: Path) -> None:
    for name, parent, epochs in (("a", "", (1, 2, 3, 4)), ("b", "a", (3, 4, 5)), ("c", "b", (2,))):
        (tmp_path / name).mkdir()
        origin = {"parent": parent, "forked_at": epochs[0] - 1}
        (tmp_path / name / "run.json").write_bytes(msgspec.json.encode(origin))
        writer = WeightWriter(tmp_path / name, 10**6)
        for epoch in epochs:
            writer.write(epoch, after(epoch))
    names = {epoch: file.parts[-3] for epoch, file in kept(tmp_path / "b").items()}
    assert names == {1: "a", 2: "a", 3: "b", 4: "b", 5: "b"}
    assert {epoch: file.parts[-3] for epoch, file in kept(tmp_path / "c").items()} == {1: "a", 2: "c"}
    assert list(own(tmp_path / "c")) == [2]


@pytest.mark.parametrize(("said", "found"), [("", 200_000_000), ("0", 0), ("2.5", 2_500_000)])
def test_the_budget_is_megabytes_and_0_keeps_nothing(said: str, found: int) -> None:
    assert budget({VARIABLE: said}) == found


@pytest.mark.parametrize("said", ["much", "-1", "nan", "1e9"])
def test_a_budget_that_cannot_be_meant_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match=VARIABLE):
        budget({VARIABLE: said})
