from __future__ import annotations

import subprocess
import sys
from unittest.mock import patch

import numpy as np
import pytest
from textual.app import App, ComposeResult

from aetui.follow.group import Others
from aetui.render.plot import Line
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
        assert "── train 0.01220  ── validation 0.01269  epoch 30" in pilot.app.text[0]
        pilot.app.chart.cursor = 12
        assert "train 0.01992" in pilot.app.text[0]
        assert "epoch 12" in pilot.app.text[0]
        assert "┊" in "".join(pilot.app.text)
        pilot.app.chart.cursor = 40
        assert "train –" in pilot.app.text[0]


async def test_the_title_gets_shorter_before_it_is_cut() -> None:
    async with ChartApp().run_test(size=(38, 10)) as pilot:
        pilot.app.chart.log_scale = True
        pilot.app.chart.show(_lines(12), cursor=None, epochs=50)
        assert pilot.app.text[0] == "── train 0.01992 ── valid 0.02072  log"


async def test_the_axis_is_the_planned_run_until_it_is_longer() -> None:
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        pilot.app.chart.show(_lines(5), cursor=None, epochs=50)
        assert pilot.app.text[-1].split()[-1] == "50"
        pilot.app.chart.show(_lines(80), cursor=None, epochs=50)
        assert pilot.app.text[-1].split()[-1] == "80"


async def test_the_log_scale_is_another_picture_with_a_mark() -> None:
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        pilot.app.chart.show(_lines(50), cursor=None, epochs=50)
        linear = pilot.app.text
        pilot.app.chart.log_scale = True
        assert pilot.app.text[0].rstrip().endswith("log")
        assert pilot.app.text[1:] != linear[1:]


async def test_the_plot_is_built_once_for_many_paints() -> None:
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        pilot.app.chart.show(_lines(50), cursor=None, epochs=50)
        with patch.object(loss_chart, "line_plot", wraps=loss_chart.line_plot) as plot:
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
        with patch.object(loss_chart, "line_plot", wraps=loss_chart.line_plot) as plot:
            chart.show([line._replace(y=line.y.copy()) for line in lines], **given)
            assert plot.call_count == 0
            for more in ({"cursor": 3}, {"epochs": 60}, {"others": others}, {"stages": [Stage("one", 9)]}):
                chart.show(lines, **given | more)
            chart.show(changed, **given)
            chart.show([changed[0]], **given)
            chart.show([changed[0]], **given, places=[1])
            assert plot.call_count == 7
        chart.show([], **given)
        chart.placeholder = "Nothing to see"
        chart.show([], **given)
        assert "Nothing to see" in "".join(pilot.app.text)


async def test_without_colours_the_second_line_is_dotted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with ChartApp().run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        pilot.app.chart.show(_lines(50), cursor=3, epochs=50)
        await pilot.pause()
        assert "·· validation" in pilot.app.text[0]


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
