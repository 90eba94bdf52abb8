"""Panels by key, curves that are switched, stages as bands."""

from __future__ import annotations

from unittest.mock import patch

import msgspec
import numpy as np
import pytest
from fakes import FakeEngine
from pilots import Make, bar, engine_desk, ready, shown_epoch, stopped, train, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels import table
from aetui.panels.digits import Digits
from aetui.panels.health import HealthReport
from aetui.panels.parameters import Parameters
from aetui.screens.curves import CurveList, CurvesDialog
from aetui.widgets import loss_chart
from aetui.widgets.image_grid import ImageGrid
from aetui.widgets.loss_chart import LossChart
from aetui.widgets.panel_tabs import lettered
from engine.events import Event, Stage
from engine.registry import VARIANTS

STAGES = (Stage("layer 1", 2), Stage("fine-tuning", 48))


def with_terms(engine: FakeEngine, epoch: int) -> Event:
    """An epoch of a run whose loss has two terms."""
    terms = {"loss": 0.3, "reconstruction": 0.2, "kl": 0.1 * epoch}
    return msgspec.structs.replace(engine.run.epoch(epoch), train=terms, validation=terms)


async def train_in_stages(pilot: Pilot[None]) -> FakeEngine:
    """The app with a run of two stages that is in its second one."""
    engine = await ready(pilot)
    await pilot.press("t")
    engine.play(msgspec.structs.replace(engine.run.started(), stages=STAGES))
    for epoch in range(1, 5):
        name = STAGES[epoch > 2].name
        engine.play(msgspec.structs.replace(engine.run.epoch(epoch), stage=name))
    await until(pilot, lambda: engine_desk(pilot).run_shown.last_epoch == 4)
    return engine


def health_text(pilot: Pilot[None]) -> str:
    return engine_desk(pilot).query_one(HealthReport).query_one(Static).render().plain


def frame_line(pilot: Pilot[None]) -> str:
    """The upper edge of the panels as it stands on the screen."""
    region = engine_desk(pilot)._tabs.region
    return pilot.app.screen._compositor.render_strips()[region.y].crop(region.x, region.right).text


def curve_names(pilot: Pilot[None]) -> list[str]:
    return [line.name for line in engine_desk(pilot).query_one(LossChart).data.series]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_every_panel_of_every_model_opens_by_its_key(make_app: Make, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await ready(pilot)
        desk = engine_desk(pilot)
        for variant in {variant.panels: variant for variant in VARIANTS.values()}.values():  # others show the same
            desk._models.choose(variant.key)
            await pilot.pause()
            await until(pilot, lambda: desk._tabs.panel)
            for kind in table.of_variant(variant.panels):
                await pilot.press(kind.shortcut)
                assert desk._tabs.current == f"panel-{kind.key}"
                assert "".join(lettered(kind.label, kind.shortcut)) in desk._tabs._title.plain
                await pilot.pause()
                assert desk._tabs._title.plain in frame_line(pilot)


@pytest.mark.parametrize("zoomed", [False, True])
async def test_the_last_panel_is_named_at_every_width(make_app: Make, zoomed: bool) -> None:
    async with make_app().run_test(size=(60, 40)) as pilot:
        await train(pilot, epochs=3)
        desk = engine_desk(pilot)
        desk._tabs.set_kinds(table.of_variant(VARIANTS["variational"].panels))
        await desk._tabs.fill()
        if zoomed:
            await pilot.press("z", "z")
        for width in range(60, 132, 2):
            await pilot.resize_terminal(width, 40)
            assert "Log" in frame_line(pilot), width


async def test_panels_of_a_run_show_something(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=3)
        await until(pilot, lambda: shown_epoch(pilot) == 3)
        desk = engine_desk(pilot)
        before = set()
        for kind in desk._tabs.kinds:
            await pilot.press(kind.shortcut)
            await pilot.pause(0.1)
            region = desk._tabs.panel.region
            lines = pilot.app.screen._compositor.render_strips()[region.y : region.bottom]
            text = "\n".join(line.crop(region.x, region.right).text for line in lines)
            assert text.strip()
            before.add(text)
        assert len(before) == len(desk._tabs.kinds)


async def test_the_chart_is_not_drawn_again_when_a_panel_is_opened_or_it_comes_back(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=3)
        await until(pilot, lambda: shown_epoch(pilot) == 3)
        await pilot.pause(0.5)
        with patch.object(loss_chart, "view", wraps=loss_chart.view) as plot:
            await pilot.press("h", "p", "d", "right_square_bracket", "left_square_bracket", "L", "d")
            await pilot.pause(0.5)
            assert plot.call_count == 0
            engine_desk(pilot).set_focus(None)
            await pilot.press("z", "z")
            await pilot.pause()
            assert plot.call_count == 0


async def test_the_health_of_the_epoch_under_the_cursor_is_shown(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        engine = await train(pilot, epochs=4)
        await pilot.press("h")
        await until(pilot, lambda: "3 of 128" in health_text(pilot))
        assert "0.25" in health_text(pilot)
        assert "50 of 784" in health_text(pilot)
        assert "✓ no alarm" in health_text(pilot)
        assert "█▅▃▃" in health_text(pilot)
        await pilot.press("left")
        assert "0.333" in health_text(pilot)
        await pilot.press("end")
        dead = msgspec.structs.replace(engine.run.epoch(5).health, dead=57)
        engine.play(msgspec.structs.replace(engine.run.epoch(5), health=dead))
        await until(pilot, lambda: "▲ 57 of 128 code units are dead" in health_text(pilot))
        engine.play(msgspec.structs.replace(engine.run.epoch(6), health=None))
        await until(pilot, lambda: "no health metrics were recorded" in health_text(pilot))


async def test_curves_are_switched_and_keep_their_colours(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot)
        engine.play(with_terms(engine, 1), with_terms(engine, 2))
        await until(pilot, lambda: curve_names(pilot) == ["train", "validation"])
        await pilot.press("C")
        names = [curve.name for curve in pilot.app.screen.query_one(CurveList).curves]
        assert names[2:] == ["reconstruction train", "reconstruction validation", "kl train", "kl validation"]
        await pilot.press("G", "space")
        assert curve_names(pilot) == ["train", "validation", "kl validation"]
        chart = engine_desk(pilot).query_one(LossChart)
        colour = chart.drawn.curves.named[-1].colour
        await pilot.press("g", "enter", "down", "enter")
        assert curve_names(pilot) == ["kl validation"]
        assert chart.drawn.curves.named[-1].colour == colour
        await pilot.press("G", "space", "escape")
        assert not isinstance(pilot.app.screen, CurvesDialog)
        assert "No curve" in "".join(chart.render_line(y).text for y in range(chart.size.height))


async def test_a_loss_of_one_term_offers_the_totals_only(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await train(pilot, epochs=2)
        await pilot.press("C")
        dialog = pilot.app.screen
        assert len(dialog.query_one(CurveList).curves) == 2
        assert dialog.region.contains_region(dialog.query_one(".dialog").region)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_stages_are_bands_on_the_chart_and_named_in_the_bar(make_app: Make, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        engine = await train_in_stages(pilot)
        chart = engine_desk(pilot).query_one(LossChart)

        def text() -> str:
            return "\n".join(chart.render_line(y).text for y in range(chart.size.height))

        await until(pilot, lambda: "╎fine-tuning" in text())
        engine.play(msgspec.structs.replace(engine.run.progress(5, 1), stage="fine-tuning"))
        await until(pilot, lambda: "fine-tuning" in bar(pilot))
        await pilot.press("p")
        page = engine_desk(pilot).query_one(Parameters).query_one(Static).render().plain
        assert "layer 1 (2 epochs), fine-tuning (48 epochs)" in page


async def test_final_metrics_stand_below_the_digits_and_among_the_parameters(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        metrics = {"test_mse": 0.0107, "pca_mse": 0.0034, "mean_mse": 0.0675}
        engine.play(msgspec.structs.replace(engine.run.finished("completed", 2), metrics=metrics))
        digits = engine_desk(pilot).query_one(Digits)
        line = digits.query_one(Static)
        await until(pilot, lambda: line.display and "test" in line.render().plain)
        assert line.render().plain.startswith("1–6 of 10 · test MSE 0.01070 · PCA of the same size: 0.003400")
        assert [label for label, _ in digits.query_one(ImageGrid)._rows] == ["input", "output", "PCA-128", "|error|"]
        await pilot.press("p")
        page = engine_desk(pilot).query_one(Parameters).query_one(Static).render().plain
        assert "128 numbers for 784" in page
        assert "0.003400" in page
        assert "loses to PCA of the same size" in page


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_run_that_lost_to_a_baseline_says_so_among_the_alarms(make_app: Make, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        engine = await train(pilot, epochs=2)
        await pilot.press("h")
        await until(pilot, lambda: "✓ no alarm" in health_text(pilot))
        metrics = {"test_mse": 0.0107, "pca_mse": 0.0034, "mean_mse": 0.0675}
        end = msgspec.structs.replace(engine.run.finished("completed", 2), metrics=metrics)
        engine.play(msgspec.structs.replace(end, weights="best", weights_epoch=1))
        await until(pilot, lambda: "▲ the model loses to PCA" in health_text(pilot))
        shown = " ".join(health_text(pilot).split())
        assert "tested with the weights of epoch 1, the best by validation loss" in shown
        assert "test MSE 0.01070 (PCA of the same size: 0.003400, the mean item: 0.06750)" in shown
        assert "✓ no alarm" not in shown
        report = engine_desk(pilot).query_one(HealthReport)
        assert max(map(len, health_text(pilot).splitlines())) <= report.scrollable_content_region.width
        await pilot.press("left")
        await until(pilot, lambda: "▲" not in health_text(pilot))


async def test_a_noisy_input_stands_beside_what_is_to_be_answered(make_app: Make) -> None:
    async with make_app().run_test(size=(160, 60)) as pilot:
        await stopped(pilot)
        await until(pilot, lambda: shown_epoch(pilot) == 2)
        desk = engine_desk(pilot)
        samples = desk._samples.samples
        noisy = msgspec.structs.replace(samples, inputs=samples.inputs / 2)
        noisy = noisy.with_views(baseline_name=np.array(["linear-128"]))
        digits = desk.query_one(Digits)
        digits.show(table.View(desk.run_shown, 2, noisy, ""))
        labels = [label for label, _ in digits._grid._rows]
        assert labels == ["input", "output", "target", "linear-128", "|error|"]
