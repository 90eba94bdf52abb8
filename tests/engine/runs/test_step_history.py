from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine import events
from engine.events import Progress, StepLoss
from engine.runs.heartbeat import BYTES
from engine.runs.step_file import NAME, read_steps, write_steps
from engine.runs.step_history import MOST, StepHistory, thinned

PER_EPOCH = 100
LOSSES = np.random.default_rng(0).exponential(size=30_000).astype(np.float32)


def told(first: int, last: int) -> list[StepLoss]:
    """Steps `first` to `last`, from 0, one by one."""
    return [
        StepLoss((step + 1) / PER_EPOCH, 1, loss, loss, loss, step + 1.0)
        for step, loss in enumerate(LOSSES[first:last].tolist(), first)
    ]


def grown(last: int, at_once: int = 7, first: int = 0, history: StepHistory | None = None) -> StepHistory:
    history = history or StepHistory()
    for start in range(first, last, at_once):
        history = history.and_then(told(start, min(start + at_once, last)))
    return history


@pytest.mark.parametrize(("steps", "at_once"), [(1, 1), (46, 7), (2_000, 64), (2_001, 64), (30_000, 7), (30_000, 64)])
def test_few_points_hold_every_step_every_extreme_and_the_mean(steps: int, at_once: int) -> None:
    history = grown(steps, at_once)
    assert min(steps, MOST // 2) <= len(history) <= MOST
    assert sum(history.steps) == steps
    ends = np.cumsum(history.steps)
    for place, (start, end) in enumerate(pairwise([0, *ends])):
        here = LOSSES[start:end].astype(float)
        assert (history.low[place], history.high[place]) == (here.min(), here.max())
        assert history.mean[place] == pytest.approx(here.mean())
    assert list(history.epoch) == pytest.approx(ends / PER_EPOCH)
    assert list(history.seconds) == list(ends)


def test_points_are_of_equal_width_however_many_steps_come_at_once() -> None:
    history = StepHistory()
    for start in range(0, 470_000, 47):
        history = history.and_then([StepLoss((start + 47) / 1e6, 47, 0.0, 1.0, 0.5, 0.0)])
    assert len({*history.steps[:-1]}) == 1
    assert len(history) > MOST / 2


def test_an_older_value_stays_what_it_was() -> None:
    before = grown(150)
    kept = list(before)
    grown(300, first=150, history=before)
    assert list(before) == kept


def test_what_is_told_twice_counts_once() -> None:
    history = grown(5_000)
    assert history.and_then(told(4_000, 5_000)) is history
    assert list(history.and_then(told(4_000, 5_100))) == list(grown(5_100, first=5_000, history=history))


@pytest.mark.parametrize("cut", [0, 1, 2_345, 5_000, 6_000])
def test_a_run_that_is_cut_back_and_repeats_its_steps_has_the_same_points(cut: int) -> None:
    history = grown(6_000)
    shorter = history.until(cut / PER_EPOCH)
    assert cut <= sum(shorter.steps) < cut + history.width
    again = grown(6_000, first=cut, history=shorter)
    assert [tuple(point.low for point in again), sum(again.steps)] == [tuple(history.low), 6_000]


def test_however_many_steps_an_event_tells_of_it_has_room_in_a_heartbeat() -> None:
    points = thinned([StepLoss(99_999 + n / 7_777, 1, 1 / 3, 1e-300 / 3, -1 / 7, 1e9 / 7) for n in range(1_000)])
    progress = Progress(
        stage="s" * 60,
        epoch=100_000,
        step=10**9,
        steps=10**9,
        loss=1 / 3,
        samples_per_second=1e9 / 7,
        seconds_left=1e9 / 7,
        batches=points,
    )
    assert sum(point.steps for point in points) == 1_000
    assert len(events.encode(progress)) < BYTES
    assert events.decode(events.encode(progress)) == progress
    assert thinned([]) == ()


def test_a_file_keeps_it_all(tmp_path: Path) -> None:
    history = grown(7_000)
    write_steps(tmp_path, history)
    assert read_steps(tmp_path) == history
    assert (tmp_path / NAME).stat().st_size < 100_000


def test_a_file_that_is_missing_damaged_or_says_what_cannot_be_counts_as_none(tmp_path: Path) -> None:
    assert read_steps(tmp_path) == StepHistory()
    write_steps(tmp_path, grown(200))
    path, whole = tmp_path / NAME, dict(np.load(tmp_path / NAME))
    impossible = {
        "epoch": whole["epoch"][::-1],
        "steps": np.zeros_like(whole["steps"]),
        "mean": np.full_like(whole["mean"], np.nan),
        "low": whole["high"] + 1,
        "seconds": whole["seconds"][1:],
        "width": whole["width"].astype(float),
    }
    for name, column in impossible.items():
        np.savez(path, **{**whole, name: column})
        assert read_steps(tmp_path) == StepHistory(), name
    np.savez(path, **{name: np.tile(column, 20) for name, column in whole.items()})
    assert read_steps(tmp_path) == StepHistory()
    np.savez(path, **whole)
    assert len(read_steps(tmp_path)) == 200
    path.write_bytes(path.read_bytes()[:-40])
    assert read_steps(tmp_path) == StepHistory()
