from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from aetui.render.plot import Band, Line, line_plot

EPOCHS = np.arange(1, 51)
LOSS = 0.06 * np.exp(-EPOCHS / 6) + 0.0118


def _text(*lines: Line, size: tuple[int, int] = (60, 12), **options: object) -> list[str]:
    strips = line_plot(lines, size, x_range=(1, 50), **options)  # type: ignore[arg-type]
    assert [strip.cell_length for strip in strips] == [size[0]] * size[1]
    return [strip.text for strip in strips]


def test_a_curve_has_braille_points_and_round_ticks() -> None:
    text = "\n".join(_text(Line("train", EPOCHS, LOSS)))
    assert any("\u2800" < c <= "\u28ff" for c in text)
    assert "0.02┤" in text
    assert text.splitlines()[-1].split() == ["1", "10", "20", "30", "40", "50"]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("height", [5, 8, 12, 16, 30])
def test_the_loss_axis_has_at_least_two_ticks(height: int, log: bool) -> None:
    for low, high in ((0.0111, 0.0202), (0.03, 0.0698), (0.5, 300), (1e-4, 3e-4)):
        y = np.linspace(high, low, 50)
        assert sum("┤" in text for text in _text(Line("train", EPOCHS, y), size=(60, height), log=log)) >= 2


def test_curves_have_their_colours() -> None:
    strips = line_plot([Line("train", EPOCHS, LOSS, "#ff0000")], (60, 12), x_range=(1, 50))
    colours = {
        segment.style.color.name for strip in strips for segment in strip if segment.style and segment.style.color
    }
    assert colours == {"#ff0000"}


def test_the_cursor_is_a_line_with_a_mark_on_each_curve() -> None:
    text = "\n".join(_text(Line("a", EPOCHS, LOSS), Line("b", EPOCHS, LOSS * 2), cursor=20))
    assert "┊" in text
    assert text.count("●") == 2


def test_a_curve_may_be_drawn_with_a_character() -> None:
    lines = Line("a", EPOCHS, LOSS), Line("b", EPOCHS, LOSS * 2)
    assert "·" in "".join(_text(lines[0], lines[1]._replace(marker="·")))
    assert "·" not in "".join(_text(*lines))


BANDS = Band("layer 1", 1, 10.5), Band("layer 2", 10.5, 20.5), Band("fine-tuning", 20.5, 50)


@pytest.mark.parametrize("log", [False, True])
def test_bands_are_named_above_the_curves_with_dotted_lines_between(log: bool) -> None:
    names, *below = _text(Line("a", EPOCHS, LOSS), bands=BANDS, log=log)
    for name in ("│layer 1 ", "╎layer 2 ", "╎fine-tuning "):
        assert name in names
    for text in below[:3]:
        assert text.count("╎") == 2


def test_names_of_bands_are_cut_to_their_bands_and_left_out_of_a_flat_plot() -> None:
    narrow = _text(Line("a", EPOCHS, LOSS), bands=BANDS, size=(36, 8))[0]
    assert "│lay… 1╎la… 2╎fine-tuning" in narrow
    assert "lay" not in "".join(_text(Line("a", EPOCHS, LOSS), bands=BANDS, size=(36, 5)))
    assert "╎" not in "".join(_text(Line("a", EPOCHS, LOSS), bands=BANDS[:1]))


def test_values_that_are_not_finite_are_marked() -> None:
    loss = LOSS.copy()
    loss[[10, 30]] = np.nan, np.inf
    assert _text(Line("a", EPOCHS, loss))[0].count("×") == 2


@pytest.mark.parametrize("log", [False, True])
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
    ],
    ids=["nothing", "one", "equal", "nan", "negative", "zero", "infinite", "wide", "wider"],
)
def test_no_series_breaks_the_plot(y: list[float], log: bool) -> None:
    _text(Line("a", EPOCHS[: len(y)], y), log=log, cursor=1)
    _text(Line("a", EPOCHS[: len(y)], y), log=log, bands=BANDS)
    _text(Line("a", EPOCHS[: len(y)], y), log=log, size=(9, 3))
    _text(Line("a", EPOCHS[: len(y)], y), log=log, size=(4, 2))


def test_plots_in_several_threads_do_not_mix() -> None:
    def plot(scale: float) -> list[str]:
        return _text(Line("a", EPOCHS, LOSS * scale), cursor=scale)

    scales = [1, 10, 20, 30] * 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(plot, scales)) == [plot(scale) for scale in scales]
