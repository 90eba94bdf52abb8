from __future__ import annotations

import subprocess
import sys
from unittest.mock import patch

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp

from aetui.follow.group import Others
from aetui.render.curves.layers import Line, Steps
from aetui.render.curves.time_axis import Clock
from aetui.widgets import loss_chart
from aetui.widgets.loss_chart import LossChart
from engine.events import Stage


@pytest.fixture(autouse=True)
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "truecolor")


def _lines(epochs: int) -> list[Line]:
    x = np.arange(1, epochs + 1)
    loss = 0.06 * np.exp(-x / 6) + 0.0118
    return [Line("train", x, loss), Line("validation", x, loss * 1.04)]


class ChartApp(App[None]):
    def compose(self) -> ComposeResult:
        yield LossChart()

    @property
    def chart(self) -> LossChart:
        return self.query_one(LossChart)

    @property
    def text(self) -> list[str]:
        return [self.chart.render_line(y).text for y in range(self.chart.size.height)]


async def test_before_the_first_epoch_there_is_a_placeholder() -> None:
    async with ChartApp().run_test(size=(60, 10)) as pilot:
        pilot.app.chart.show(_lines(0), cursor=None, epochs=50)
        assert "The loss appears after the first epoch" in "".join(pilot.app.text)


async def test_the_placeholder_is_never_cut() -> None:
    async with ChartApp().run_test(size=(20, 8)) as pilot:
        pilot.app.chart.show(_lines(0), cursor=None, epochs=50)
        assert " ".join("".join(pilot.app.text).split()) == "The loss appears after the first epoch"


@pytest.mark.parametrize("size", [(60, 10), (180, 30), (20, 5), (3, 2)])
@pytest.mark.parametrize("epochs", [1, 2, 50, 5000])
async def test_every_size_and_length_is_drawn(size: tuple[int, int], epochs: int) -> None:
    async with ChartApp().run_test(size=size) as pilot:
        pilot.app.chart.show(_lines(epochs), cursor=1, epochs=50)
        assert {len(line) for line in pilot.app.text} == {size[0]}


async def test_the_title_gives_the_latest_values_or_those_at_the_cursor() -> None:
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        pilot.app.chart.show(_lines(30), cursor=None, epochs=50)
        assert "━━ train 0.01220  ━━ validation 0.01269  epoch 30" in pilot.app.text[0]
        pilot.app.chart.cursor = 12
        assert "train 0.01992" in pilot.app.text[0]
        assert "epoch 12" in pilot.app.text[0]
        assert "┊" in "".join(pilot.app.text)
        pilot.app.chart.cursor = 40
        assert "train –" in pilot.app.text[0]


async def test_the_axis_fits_what_there_is_and_tells_where_a_run_that_goes_on_will_end() -> None:
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        pilot.app.chart.show(_lines(5), cursor=None, epochs=50)
        assert pilot.app.text[-1].split()[-1] == "5"
        pilot.app.chart.show(_lines(5), cursor=None, epochs=50, going=True)
        assert pilot.app.text[-1].split()[-2:] == ["5", "▸50"]
        pilot.app.chart.show(_lines(80), cursor=None, epochs=50, going=True)
        assert pilot.app.text[-1].split()[-1] == "80"


async def test_the_log_scale_is_another_picture_with_a_mark() -> None:
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        pilot.app.chart.log_scale = False
        pilot.app.chart.show(_lines(50), cursor=None, epochs=50)
        linear = pilot.app.text
        assert linear[0].rstrip().endswith("linear")
        pilot.app.chart.log_scale = True
        assert pilot.app.text[0].rstrip().endswith("log")
        assert pilot.app.text[1:] != linear[1:]


async def test_zoom_and_pan_show_a_part_of_the_time_and_fit_all_of_it() -> None:
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        chart = pilot.app.chart
        chart.can_focus = True
        chart.focus()
        chart.show(_lines(100), cursor=None, epochs=100)
        whole = pilot.app.text
        await pilot.press("plus", "right_parenthesis", "less_than_sign")
        assert pilot.app.text[0].rstrip().endswith("zoom")
        assert pilot.app.text[-1].split() == ["70", "75", "80", "85", "90"]
        await pilot.press("greater_than_sign", "minus")
        assert pilot.app.text[-1].split()[-1] == "100"
        await pilot.press("0")
        assert pilot.app.text == whole


async def test_time_can_be_counted_in_steps_and_seconds() -> None:
    epochs = np.arange(1.0, 51)
    clocks = {"epochs": Clock(), "steps": Clock(epochs, epochs * 100), "seconds": Clock(epochs, epochs * 6)}
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        chart = pilot.app.chart
        chart.show(_lines(50), cursor=25, epochs=50, clocks=clocks)
        values, column = pilot.app.text[0].split("epoch")[0], pilot.app.text[2].index("┊")
        for unit, tick in (("steps", "4,000"), ("seconds", "4 min")):
            assert chart.next_unit() == unit
            assert tick in pilot.app.text[-1]
            assert pilot.app.text[0].startswith(values)
            assert pilot.app.text[2].index("┊") == column
        assert chart.next_unit() == "epochs"


async def test_smoothed_curves_have_the_raw_ones_behind_and_the_title_tells_the_raw_values() -> None:
    x = np.arange(1, 51)
    noisy = Line("validation", x, 0.5 + 0.1 * (x % 2))
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        chart = pilot.app.chart
        chart.show([noisy], cursor=3, epochs=50)
        raw = _looks(chart)
        assert chart.next_smoothing() == 3
        assert len(_looks(chart) - raw) == 1
        assert "validation 0.6000" in pilot.app.text[0]
        assert "smooth 3" in pilot.app.text[0]
        assert chart.next_smoothing() == 8
        assert chart.next_smoothing() == 0
        assert _looks(chart) == raw


def _looks(chart: LossChart) -> set[str]:
    """Colours of all braille."""
    strips = map(chart.render_line, range(1, chart.size.height))
    braille = (each for strip in strips for each in strip if any("\u2800" < c <= "\u28ff" for c in each.text))
    return {each.style.color.name for each in braille if each.style and each.style.color}


async def test_the_steps_are_there_before_the_first_epoch_is_over() -> None:
    x = np.linspace(0.01, 0.4, 40)
    steps = Steps(x, np.full(40, 0.1), np.full(40, 0.3), np.linspace(0.3, 0.2, 40))
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        chart = pilot.app.chart
        chart.show([], cursor=None, epochs=50, going=True, steps=steps)
        assert "train 0.2000" in pilot.app.text[0]
        assert sum(map(_inked, pilot.app.text)) > 150
        chart.show(_lines(1), cursor=None, epochs=1, steps=steps)
        assert "validation" in pilot.app.text[0]
        assert sum(map(_inked, pilot.app.text)) > 150


async def test_mouse_and_wheel_choose_epochs_that_there_are() -> None:
    chosen: list[int] = []

    class Listening(ChartApp):
        def on_loss_chart_epoch_chosen(self, message: LossChart.EpochChosen) -> None:
            chosen.append(message.epoch)
            self.chart.cursor = message.epoch

    async with Listening().run_test(size=(80, 12)) as pilot:
        chart = pilot.app.chart
        chart.show(_lines(40), cursor=None, epochs=40)
        await pilot.click(LossChart, offset=(79, 5))
        await pilot.click(LossChart, offset=(43, 5))
        assert chosen[0] == 40
        assert pilot.app.text[5].index("┊") == pytest.approx(43, abs=1)
        await pilot.click(LossChart, offset=(1, 5))
        assert len(chosen) == 2
        for event in (MouseScrollUp, MouseScrollUp, MouseScrollDown):
            chart.post_message(event(chart, 40, 5, 0, 0, 0, False, False, False))
            await pilot.pause()
        assert [epoch - chosen[1] for epoch in chosen[2:]] == [-1, -2, -1]
        chart.post_message(MouseScrollUp(chart, 40, 5, 0, 0, 0, False, False, True))
        await pilot.pause()
        assert chart.settings.window is not None


async def test_only_the_cursor_is_drawn_anew_when_it_moves() -> None:
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        chart = pilot.app.chart
        chart.show(_lines(50), cursor=10, epochs=50)
        with patch.object(loss_chart, "view", wraps=loss_chart.view) as view:
            chart.show(_lines(50), cursor=11, epochs=50)
            chart.cursor = None
            assert view.call_count == 0
        assert "┊" not in "".join(pilot.app.text)


async def test_the_plot_is_built_once_for_many_paints() -> None:
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        pilot.app.chart.show(_lines(50), cursor=None, epochs=50)
        with patch.object(loss_chart, "view", wraps=loss_chart.view) as plot:
            for _ in range(3):
                assert pilot.app.text
            assert plot.call_count <= 1
            built = plot.call_count
            pilot.app.theme = "textual-light"
            await pilot.pause()
            assert pilot.app.text
            assert plot.call_count == built + 1


async def test_what_is_shown_already_is_not_drawn_again_and_whatever_is_new_is() -> None:
    lines = _lines(50)
    lines[0].y[3] = np.nan
    changed = [lines[0], lines[1]._replace(y=lines[1].y + 0.001)]
    others = Others(1, (1, 2), (0.1, 0.2), (0.0, 0.0))
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        chart = pilot.app.chart
        given = {"cursor": None, "epochs": 50}
        chart.show(lines, **given)
        with patch.object(loss_chart, "view", wraps=loss_chart.view) as plot:
            chart.show([line._replace(y=line.y.copy()) for line in lines], **given)
            assert plot.call_count == 0
            for more in ({"epochs": 60}, {"others": others}, {"stages": (Stage("one", 9),)}, {"best": (3, 0.1)}):
                chart.show(lines, **given | more)
            chart.show(changed, **given)
            chart.show([changed[0]], **given)
            chart.show([changed[0]], **given, places=[1])
            assert plot.call_count == 7
        chart.show([], **given)
        chart.placeholder = "Nothing to see"
        chart.show([], **given)
        assert "Nothing to see" in "".join(pilot.app.text)


async def test_without_colours_the_lines_differ_in_thickness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        train, validation = _lines(50)
        pilot.app.chart.show([train._replace(front=False), validation], cursor=3, epochs=50)
        await pilot.pause()
        assert pilot.app.text[0].startswith("── train 0.04819  ━━ validation 0.05012")


def test_importing_the_widget_does_not_load_plotext() -> None:
    code = "import sys, aetui.widgets.loss_chart; sys.exit('plotext' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("system", ["truecolor", "256", "standard"])
async def test_the_other_runs_of_a_group_are_three_thin_lines_below_the_curves(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", system)
    others = Others(runs=2, epochs=(1, 2, 3), mean=(0.05, 0.04, 0.03), sd=(0.01, 0.01, 0.01))
    async with ChartApp().run_test(size=(78, 10)) as pilot:
        pilot.app.chart.show(_lines(3), cursor=None, epochs=3)
        alone = pilot.app.text
        pilot.app.chart.show(_lines(3), cursor=None, epochs=3, others=others)
        beside = pilot.app.text
        assert "others 0.03000" in beside[0]
        assert sum(map(_inked, beside)) > sum(map(_inked, alone)) + 40
        pilot.app.chart.show(_lines(3), cursor=1, epochs=3, others=others._replace(sd=(0.0, 0.0, 0.0)))
        assert "others 0.05000" in pilot.app.text[0]  # a single run has no scatter
    assert {len(line) for line in beside} == {78}


def _inked(line: str) -> int:
    return sum(not character.isspace() and not character.isalnum() for character in line)
