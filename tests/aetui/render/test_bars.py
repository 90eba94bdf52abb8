from __future__ import annotations

import math

import numpy as np
import pytest

from aetui.render.bars import bars, bin_edges, histogram


def _text(lines: list) -> list[str]:
    return [line.plain for line in lines]


def test_a_bar_is_as_long_as_its_share_of_the_top_to_an_eighth_of_a_cell() -> None:
    lines = _text(bars([("a", 4, "4"), ("bc", 1.75, "2"), ("d", 9, "9")], 9, top=4))
    assert lines == ["a  ████ 4", "bc █▊   2", "d  ████ 9"]


def test_whatever_is_above_zero_is_seen_and_nothing_else() -> None:
    lines = _text(bars([("", 1e-9, ""), ("", 0, ""), ("", math.nan, ""), ("", -1, ""), ("", math.inf, "")], 5, top=1))
    assert lines == ["▏    ", "     ", "     ", "     ", "█████"]


def test_without_blocks_the_bars_are_ascii() -> None:
    lines = _text(bars([("a", 1, "1"), ("b", 0.5, "½"), ("c", 0.01, "0")], 10, top=1, blocks=False))
    assert lines == ["a ###### 1", "b ###    ½", "c .      0"]


@pytest.mark.parametrize("width", [0, 1, 5, 9, 10, 40])
@pytest.mark.parametrize("top", [0.0, 1.0])
def test_every_line_is_as_wide_as_asked(width: int, top: float) -> None:
    lines = bars([("label", 0.5, "0.5"), ("b", 1, "words")], width, top)
    assert {line.cell_length for line in lines} == {width}


def test_a_theme_colour_paints_the_bar() -> None:
    (line,) = bars([("a", 1, "1")], 8, top=1, style="$warning")
    assert [line.plain[span.start : span.end] for span in line.spans if span.style == "$warning"] == ["████"]


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (0, 0.0123), (-3, 700), (0.5, 0.5), (0, 0), (-2, -2), (0.999, 1.001)]
)
@pytest.mark.parametrize("most", [2, 6, 20])
def test_bins_are_few_round_and_cover_the_range(low: float, high: float, most: int) -> None:
    edges = bin_edges(low, high, most)
    assert edges[0] <= low
    assert edges[-1] >= high
    assert 2 <= len(edges) <= most + 1
    np.testing.assert_allclose(np.diff(edges), edges[1] - edges[0])
    mantissa = float(f"{edges[1] - edges[0]:e}".partition("e")[0])
    assert any(mantissa == pytest.approx(round_) for round_ in (1, 2, 2.5, 5))


def test_the_histogram_counts_every_finite_value_once() -> None:
    values = np.append(np.random.default_rng(0).random(100), [0, 1, math.nan, math.inf])
    lines = _text(histogram([("of units", values)], (30, 14)))
    assert lines[0].startswith("of units")
    assert sum(int(line.split()[-1]) for line in lines[1:-1]) == 102
    assert len(lines) <= 14


def test_the_target_is_pointed_at_even_outside_of_the_values() -> None:
    lines = _text(histogram([("units", [0.01, 0.02, 0.03])], (40, 12), mark=0.1))
    pointed = [line for line in lines[1:-1] if line.startswith("▸")]
    assert len(pointed) == 1
    assert float(pointed[0][1:].split()[0]) <= 0.1
    assert "target 0.1" in lines[-1]
    assert "0.02" in lines[-1]


def test_two_columns_share_their_bins_and_their_scale() -> None:
    lines = _text(histogram([("ours", [0.1] * 8), ("theirs", [0.9] * 4)], (50, 12)))
    assert "ours" in lines[0]
    assert "theirs" in lines[0]
    ours, theirs = (max(line[half].count("█") for line in lines) for half in (slice(24), slice(26, 50)))
    assert ours > theirs > 0
    assert {len(line) for line in lines} == {50}


def test_a_histogram_of_nothing_says_so() -> None:
    lines = _text(histogram([("units", [math.nan])], (30, 8), mark=0.1))
    assert "no finite value" in lines[-1]
