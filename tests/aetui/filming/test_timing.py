"""Which epochs a film shows, and when."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aetui.filming import timing


def test_an_epoch_comes_when_its_time_does_however_few_were_kept_around_it() -> None:
    found = timing.shots([1, 5, 9, 10, 11], 11.0)
    starts = {shot.epoch: shot.start for shot in found}
    assert starts[1] == 0
    assert starts[5] - starts[1] == pytest.approx(4 * (starts[10] - starts[9]))
    assert starts[9] - starts[5] == pytest.approx(4 * (starts[11] - starts[10]))
    assert found[-1].end == 11.0


def test_of_very_many_epochs_those_are_shown_that_are_evenly_spread_with_both_ends() -> None:
    found = timing.shots(list(range(1, 2001)), 3.0)
    epochs = [shot.epoch for shot in found]
    assert len(epochs) == 3 * timing.RATE
    assert (epochs[0], epochs[-1]) == (1, 2000)
    gaps = {second - first for first, second in pairwise(epochs)}
    assert max(gaps) - min(gaps) <= 1


def test_roundings_of_single_frames_do_not_add_up() -> None:
    found = timing.shots(list(range(1, 8)), 2.0)
    lengths = timing.ticks(found, 0.01)
    assert sum(lengths) == 200
    assert timing.ticks(timing.shots([3], 4.0), 0.01) == [400]
    assert min(timing.ticks(timing.shots(list(range(300)), 0.5), 0.01)) >= 1
