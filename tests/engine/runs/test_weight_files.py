"""Weights of epochs are kept within a budget, so that a run can be asked as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.backend import Checkpoint, Position
from engine.errors import UsageError
from engine.runs.checkpoint import read_checkpoint
from engine.runs.weight_files import FOLDER, VARIABLE, budget, keep, kept

NUMBERS = 256


def after(epoch: int) -> Checkpoint:
    arrays = {"encoder/w": np.full(NUMBERS, epoch, np.float32), "optimizer/w": np.zeros(10 * NUMBERS, np.float32)}
    return Checkpoint(arrays=arrays, position=Position(epoch=epoch + 1))


def test_every_epoch_is_kept_without_the_optimiser_until_the_budget_is_used(tmp_path: Path) -> None:
    room = 10 * (4 * NUMBERS + 400)
    for epoch in range(1, 31):
        keep(tmp_path, epoch, after(epoch), room)
        assert sum(file.stat().st_size for file in kept(tmp_path).values()) <= room
        if epoch == 6:
            assert list(kept(tmp_path)) == [1, 2, 3, 4, 5, 6]
    left = list(kept(tmp_path))
    assert left[-1] == 30
    assert 5 <= len(left) <= 12
    assert np.all(np.diff(left)[:-1] >= np.diff(left)[1:])  # the older, the sparser
    for epoch, file in kept(tmp_path).items():
        found = read_checkpoint(file)
        assert found is not None
        assert list(found.arrays) == ["encoder/w"]
        assert (found.position.epoch, found.arrays["encoder/w"][0]) == (epoch + 1, epoch)


def test_a_run_that_goes_on_from_an_earlier_epoch_forgets_the_later_ones(tmp_path: Path) -> None:
    for epoch in (1, 2, 3, 2):
        keep(tmp_path, epoch, after(epoch), 10**6)
    assert list(kept(tmp_path)) == [1, 2]


def test_networks_of_which_not_two_fit_are_not_kept(tmp_path: Path) -> None:
    keep(tmp_path, 1, after(1), 7 * NUMBERS)
    assert not (tmp_path / FOLDER).exists()
    assert kept(tmp_path) == {}


@pytest.mark.parametrize(("said", "found"), [("", 25_000_000), ("0", 0), ("2.5", 2_500_000)])
def test_the_budget_is_megabytes_and_0_keeps_nothing(said: str, found: int) -> None:
    assert budget({VARIABLE: said}) == found


@pytest.mark.parametrize("said", ["much", "-1", "nan", "1e9"])
def test_a_budget_that_cannot_be_meant_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match=VARIABLE):
        budget({VARIABLE: said})
