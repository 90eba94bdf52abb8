from __future__ import annotations

from dataclasses import replace

import pytest
from rich.style import Style

from aetui.widgets.epoch_progress import ProgressView, progress_line

RUNNING = ProgressView(
    epoch=12,
    epochs=50,
    step=141,
    steps=235,
    samples_per_second=208_134,
    seconds_left=11.2,
    validation=0.0123,
    best=0.0121,
    best_epoch=11,
)


def _line(view: ProgressView, width: int) -> str:
    return progress_line(view, width, Style(), Style(), Style()).plain


def test_a_wide_line_says_everything() -> None:
    line = _line(RUNNING, 140)
    assert line.startswith("epoch 12/50 ━")
    assert line.endswith(" step 141/235 · 208,000 img/s · 11 s left · val 0.01230 (best 0.01210, epoch 11)")


def test_eighty_columns_keep_epoch_bar_rate_and_time() -> None:
    line = _line(RUNNING, 80)
    assert len(line) <= 80
    for part in ("epoch 12/50", "━━", "208,000 img/s", "11 s left"):
        assert part in line


def test_where_there_is_room_batch_loss_and_learning_rate_stand_in_the_line() -> None:
    view = replace(RUNNING, loss=0.02345, learning_rate=0.00123)
    assert "step 141/235 · loss 0.02345 · learning_rate 0.00123 · 208,000" in _line(view, 160)
    assert "learning_rate" not in _line(view, 120)
    assert all(len(_line(view, width)) <= width for width in range(20, 140, 7))


@pytest.mark.parametrize("width", [20, 35, 50, 60, 80, 100, 120, 200])
def test_the_line_fits_at_every_width(width: int) -> None:
    assert len(_line(RUNNING, width)) <= width


def test_the_bar_has_half_cells() -> None:
    done = ProgressView(epoch=1, epochs=1, step=1, steps=120)
    bars = {_line(ProgressView(epoch=1, epochs=1, step=step, steps=120), 200) for step in (0, 1, 2)}
    assert "╸" in _line(done, 200)
    assert len(bars) == 3


def test_a_state_stands_in_place_of_the_figures() -> None:
    paused = ProgressView(epoch=12, epochs=50, step=141, steps=235, samples_per_second=9, state="paused")
    assert _line(paused, 80).endswith(" paused")
    assert "img/s" not in _line(paused, 80)
    assert _line(ProgressView(state="completed · 50 epochs · 21 s"), 80) == "completed · 50 epochs · 21 s"


def test_the_fraction_is_of_the_whole_run() -> None:
    assert RUNNING.fraction == pytest.approx((11 + 141 / 235) / 50)
    assert ProgressView().fraction == 0
    assert ProgressView(epoch=50, epochs=50, step=235, steps=235).fraction == 1


@pytest.mark.parametrize("width", [12, 40, 80])
def test_what_is_waited_for_has_a_bar_where_there_is_room_that_moves_where_its_end_is_not_known(width: int) -> None:
    def line(share: float | None, beat: int) -> str:
        view = ProgressView(state="reading mnist", waiting=True, share=share)
        return progress_line(view, width, Style(), Style(), Style(), beat=beat).plain

    assert all(line(share, 0).startswith("reading mnist") for share in (None, 0.5))
    assert (line(None, 0) != line(None, 1)) == (width > 17)
    assert line(0.5, 0) == line(0.5, 1)
    assert (line(0.5, 0).count("━") == line(0.5, 0).count("─") > 0) == (width > 17)


def test_an_alarm_stands_first_and_shrinks_to_its_mark() -> None:
    view = replace(RUNNING, alarms="2 alarms (h)")
    assert "▲ 2 alarms (h) · step 141/235" in _line(view, 160)
    assert "▲ 2 alarms (h) · 11 s left" in _line(view, 60)
    assert "▲ ·" in _line(view, 40)
