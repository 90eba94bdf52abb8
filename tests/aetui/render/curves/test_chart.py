from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from aetui.render.curves import chart
from aetui.render.curves.chart import Look, Scene
from aetui.render.curves.layers import Band, Level, Line, Steps

EPOCHS = np.arange(1, 51)
LOSS = 0.06 * np.exp(-EPOCHS / 6) + 0.0118
BRIGHT, DIM = "#ffaa00", "#224444"


def draw(*lines: Line, size: tuple[int, int] = (60, 12), cursor: float | None = None, **options: object) -> list[Strip]:
    look = options.pop("look", Look())
    scene = Scene(lines, **{"x_range": (1, 50), "log": False} | options)  # type: ignore[arg-type]
    strips = chart.strips(chart.drawn(scene, size, look), size, lines, cursor, look)
    assert [strip.cell_length for strip in strips] == [size[0]] * size[1]
    return strips


def text(*lines: Line, **options: object) -> list[str]:
    return [strip.text for strip in draw(*lines, **options)]  # type: ignore[arg-type]


def colours(strips: list[Strip]) -> set[str]:
    return {segment.style.color.name for strip in strips for segment in strip if segment.style and segment.style.color}


def test_a_curve_has_braille_points_and_round_ticks() -> None:
    lines = text(Line("train", EPOCHS, LOSS))
    assert any("\u2800" < c <= "\u28ff" for c in "".join(lines))
    assert any(line.startswith("0.02┤") for line in lines)
    assert lines[-1].split() == ["1", "10", "20", "30", "40", "50"]


def test_where_two_curves_touch_their_dots_add_up_in_the_colour_of_the_one_in_front() -> None:
    behind, front = Line("a", EPOCHS, LOSS, DIM), Line("b", EPOCHS, LOSS * 1.001, BRIGHT)
    assert colours(draw(front, behind)) == {BRIGHT}
    apart = front._replace(y=LOSS * 3)
    assert colours(draw(apart, behind)) == {BRIGHT, DIM}
    crossing = front._replace(y=LOSS[::-1])
    both = "".join(text(crossing, behind))
    assert not set("".join(text(crossing))) >= set(both), "cells that both touch have the dots of both"


def dots(lines: list[str]) -> int:
    return sum((ord(c) - 0x2800).bit_count() for c in "".join(lines) if "\u2800" < c <= "\u28ff")


def test_strokes_are_two_dots_thick_or_one() -> None:
    level = Line("a", EPOCHS, np.full(50, 0.3))
    thick, thin = dots(text(level)), dots(text(level._replace(stroke="thin")))
    assert thick == 2 * thin > 80


def test_below_the_curve_in_front_the_background_fades() -> None:
    below = Color.from_rgb(40, 30, 20), Color.from_rgb(30, 20, 10)
    strips = draw(Line("a", EPOCHS, LOSS), look=Look(below=below))
    column = [next(iter(strip.crop(8, 9))).style for strip in strips[:-2]]
    depths = [below.index(style.bgcolor) + 1 if style and style.bgcolor else 0 for style in column]
    assert depths == sorted(depths)
    assert set(depths) == {0, 1, 2}


def test_the_cursor_is_a_line_with_a_mark_on_each_curve() -> None:
    lines = "\n".join(text(Line("a", EPOCHS, LOSS), Line("b", EPOCHS, LOSS * 2), cursor=20))
    assert "┊" in lines
    assert lines.count("●") == 2


def test_a_curve_may_be_drawn_with_a_character() -> None:
    lines = Line("a", EPOCHS, LOSS), Line("b", EPOCHS, LOSS * 2)
    assert "·" in "".join(text(lines[0], lines[1]._replace(marker="·")))
    assert "·" not in "".join(text(*lines))


def test_a_baseline_is_a_thin_line_with_its_name_and_begins_where_it_can_be_compared() -> None:
    lines = text(Line("a", EPOCHS, LOSS), level=Level("PCA-9", 0.005, start=25), look=Look(grid=None))
    found = next(line for line in lines if "PCA-9" in line)
    assert found.rstrip().endswith(" PCA-9")
    assert not found[6:30].strip(" ")


def test_a_baseline_that_would_squeeze_the_curves_is_left_out() -> None:
    assert "PCA" not in "".join(text(Line("a", EPOCHS, LOSS), level=Level("PCA-9", 5.0)))


def test_grid_lines_run_at_the_ticks_where_there_is_a_colour_for_them() -> None:
    grid = Look(grid=Style(color="#222222"))
    assert sum(line.endswith("─────") and "┤" in line for line in text(Line("a", EPOCHS, LOSS), look=grid)) >= 3
    assert not any(line.endswith("─") for line in text(Line("a", EPOCHS, LOSS))[:-2])


def test_the_steps_are_a_band_that_gives_way_to_curves() -> None:
    x = np.linspace(0.1, 50, 400)
    steps = Steps(x, np.full(400, 0.05), np.full(400, 0.09), np.full(400, 0.07))
    alone = text(x_range=(0, 50), steps=steps)
    assert sum(not character.isspace() for character in "".join(alone[2:6])) > 150
    behind = draw(
        Line("a", EPOCHS, np.full(50, 0.07), BRIGHT), x_range=(0, 50), steps=steps, look=Look(steps=Style(color=DIM))
    )
    assert colours(behind) == {BRIGHT, DIM}
    curve = [
        segment.text for strip in behind for segment in strip if segment.style and segment.style.color.name == BRIGHT
    ]
    assert dots(curve) == dots(text(Line("a", EPOCHS, np.full(50, 0.07)), x_range=(0, 50)))


BANDS = Band("layer 1", 1, 10.5), Band("layer 2", 10.5, 20.5), Band("fine-tuning", 20.5, 50)


@pytest.mark.parametrize("log", [False, True])
def test_bands_are_named_above_the_curves_with_dotted_lines_between(log: bool) -> None:
    names, *below = text(Line("a", EPOCHS, LOSS), bands=BANDS, log=log)
    for name in ("│layer 1 ", "╎layer 2 ", "╎fine-tuning "):
        assert name in names
    for line in below[:3]:
        assert line.count("╎") == 2


def test_names_of_bands_are_cut_to_their_bands_and_left_out_of_a_flat_plot() -> None:
    narrow = text(Line("a", EPOCHS, LOSS), bands=BANDS, size=(36, 8))[0]
    assert "│lay… 1╎la… 2╎fine-tuning" in narrow
    assert "lay" not in "".join(text(Line("a", EPOCHS, LOSS), bands=BANDS, size=(36, 5)))
    assert "╎" not in "".join(text(Line("a", EPOCHS, LOSS), bands=BANDS[:1]))


def test_values_that_are_not_finite_are_marked_and_so_are_those_above_the_edge() -> None:
    loss = LOSS.copy()
    loss[[10, 30]] = np.nan, np.inf
    assert text(Line("a", EPOCHS, loss))[0].count("×") == 2
    loss = 0.02 + np.arange(400) % 7 / 1000
    loss[77] = 3.0
    assert text(Line("a", np.arange(1, 401), loss), x_range=(1, 400))[0].count("▲") == 1


def test_the_planned_end_stands_at_the_right_border_and_the_best_epoch_has_a_star() -> None:
    lines = text(Line("a", EPOCHS, LOSS), goal="▸1,000", best=(33, float(LOSS[32])))
    assert lines[-1].endswith(" ▸1,000")
    assert lines[-1].split()[-2] == "40"
    assert "".join(lines).count("★") == 1


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 19_999), st.integers(20, 160), st.booleans())
@example(0, 110, False)
@example(19_999, 110, False)
def test_no_spike_of_a_long_run_is_lost(place: int, columns: int, low: bool) -> None:
    loss = np.tile([1.0, 1.2], 10_000)
    loss[place] = 0.9 if low else 1.3
    epochs = np.arange(1, 20_001)
    picture = chart.drawn(Scene([Line("a", epochs, loss)], (1, 20_000), False), (columns, 9))
    assert picture is not None
    row = picture.area.scale.row(loss[place], picture.area.rows)
    column = picture.area.column(float(epochs[place]))
    assert column is not None
    near = range(max(0, column - 1), min(picture.area.columns, column + 2))
    assert not all(picture.sheet.bare(picture.left + at, row) for at in near)


@pytest.mark.parametrize("log", [False, True, None])
@pytest.mark.parametrize(
    "y",
    [
        [],
        [0.5],
        [0.25] * 50,
        [np.nan] * 50,
        [-1.0] * 50,
        [0.0] * 50,
        [np.inf, -np.inf],
        [1e-300, 1e300],
        [-1.5e308, 1.5e308],
        [1e-90, 1e90],
    ],
    ids=["nothing", "one", "equal", "nan", "negative", "zero", "infinite", "wide", "wider", "decades"],
)
def test_no_series_breaks_the_plot(y: list[float], log: bool | None) -> None:
    line = Line("a", EPOCHS[: len(y)], y)
    text(line, log=log, cursor=1)
    text(line, log=log, bands=BANDS)
    text(line._replace(marker="o"), log=log, x_range=(7, 9.5), level=Level("mean", -3.0))
    text(line, log=log, size=(9, 3))
    text(line, log=log, size=(4, 2))


def test_plots_in_several_threads_do_not_mix() -> None:
    def plot(scale: float) -> list[str]:
        return text(Line("a", EPOCHS, LOSS * scale), cursor=scale)

    scales = [1, 10, 20, 30] * 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(plot, scales)) == [plot(scale) for scale in scales]
