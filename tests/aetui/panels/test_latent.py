from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from fakes import pictures, readings
from textual.app import App, ComposeResult

from aetui.panels import latent
from aetui.panels.latent import Latent
from aetui.panels.table import View
from aetui.state.epochs import Epochs
from aetui.state.run_state import RunState
from aetui.widgets import scatter
from engine.events import EpochEnded
from engine.runs.snapshots import Samples

METRICS = {"knn": 0.858, "pca_knn": 0.45, "test_mse": 0.03333, "pca_mse": 0.0557}


@pytest.fixture(autouse=True)
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "truecolor")


def _ended(epoch: int) -> EpochEnded:
    return EpochEnded(
        stage="training",
        epoch=epoch,
        train={"loss": 1.0},
        validation={"loss": 1.0},
        steps=1,
        seconds=1,
        samples_per_second=1,
    )


RUN = RunState("a", status="running", dataset="mnist", code_size=128, epochs=Epochs([_ended(1), _ended(2)]))
DONE = replace(RUN, status="completed", metrics=METRICS)


def _view(samples: Samples | None = None, run: RunState | None = RUN, epoch: int = 2, **views: Any) -> View:
    return View(run, epoch, (samples or pictures(epoch)).with_views(**views), "")


class LatentApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Latent()

    def show(self, view: View) -> None:
        self.query_one(Latent).show(view)

    @property
    def text(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]


async def _shown(view: View, size: tuple[int, int] = (120, 30)) -> list[str]:
    async with LatentApp().run_test(size=size) as pilot:
        pilot.app.show(view)
        await pilot.pause()
        return pilot.app.text


async def test_codes_stand_beside_pca_above_the_legend() -> None:
    text = await _shown(_view())
    assert text[0].split("  ")[0] == "codes · 128 units, first two components"
    assert "PCA of the images" in text[0]
    assert text[-1].split() == [*"0123456789"]
    assert any("\u2800" < c <= "\u28ff" for c in "".join(text))


async def test_a_narrow_panel_shows_the_codes_alone() -> None:
    text = "".join(await _shown(_view(), (58, 14)))
    assert "codes" in text
    assert "PCA" not in text


@pytest.mark.parametrize("size", [(78, 14), (78, 8), (30, 6), (4, 2), (240, 60)])
async def test_every_size_is_drawn(size: tuple[int, int]) -> None:
    text = await _shown(_view(run=replace(DONE, dataset="fashion-mnist")), size)
    assert {len(line) for line in text} == {size[0]}


async def test_names_of_classes_are_cut_before_the_legend_takes_the_plot() -> None:
    run = replace(RUN, dataset="fashion-mnist")
    high, low = await _shown(_view(run=run), (78, 14)), await _shown(_view(run=run), (78, 8))
    assert "H Shirt" in high[-2]
    assert "A Ankle boot" in high[-1]
    assert "A Ank…" in low[-1]
    assert "└" in low[-2]


async def test_metrics_come_with_the_end_of_the_run() -> None:
    assert "15-NN" not in "".join(await _shown(_view()))
    text = await _shown(_view(run=DONE))
    assert text[1].split("  ")[0] == "15-NN 0.858 · MSE 0.0333"
    assert text[1].rstrip().endswith("15-NN 0.450 · MSE 0.0557")
    assert "codes · 15-NN 0.858 · MSE 0.0333" in (await _shown(_view(run=DONE), (78, 8)))[0]


async def test_metrics_say_that_they_are_not_those_of_an_earlier_epoch() -> None:
    text = await _shown(_view(run=DONE, epoch=1))
    assert text[1].split("  ")[0] == "15-NN 0.858 · MSE 0.0333 at the end"


async def test_metrics_name_the_weights_that_they_were_measured_with_and_are_not_cut() -> None:
    run = replace(DONE, weights="best", weights_epoch=1)
    wide, narrow = await _shown(_view(run=run)), await _shown(_view(run=run), (78, 14))
    assert wide[1].split("  ")[0] == "15-NN 0.858 · MSE 0.0333 · weights of epoch 1"
    assert narrow[1].split("  ")[0] == "15-NN 0.858 · MSE 0.0333 · epoch 1"
    assert all(text[1].rstrip().endswith("15-NN 0.450 · MSE 0.0557") for text in (wide, narrow))


async def test_of_text_the_classes_are_its_own_and_averaged_vectors_stand_beside() -> None:
    run = replace(
        DONE, variant="sentence", dataset="reuters", metrics={"precision_at_10": 0.71, "average_precision_at_10": 0.69}
    )
    text = await _shown(_view(readings(2), run=run))
    assert "averaged word vectors" in text[0]
    assert "PCA" not in "".join(text)
    assert "topic precision@10 0.710" in text[1]
    assert "topic precision@10 0.690" in text[1]
    assert text[-1].split()[:4] == ["E", "earn", "A", "acq"]


@pytest.mark.parametrize(
    ("view", "sentence"),
    [
        (View(None, 0, None, ""), latent.PLACEHOLDER),
        (View(RUN, 1, None, "The file is damaged"), "The file is damaged"),
        (_view(points=None), latent.NO_POINTS),
        (_view(points=np.full((200, 2), np.nan, np.float32)), latent.NO_FINITE),
    ],
)
async def test_what_is_missing_is_said(view: View, sentence: str) -> None:
    async with LatentApp().run_test(size=(60, 14)) as pilot:
        pilot.app.show(_view())
        pilot.app.show(view)
        await pilot.pause()
        assert sentence in " ".join("".join(pilot.app.text).split())
        assert "PCA" not in "".join(pilot.app.text)


async def test_without_labels_there_are_dots_and_no_legend() -> None:
    text = await _shown(_view(point_labels=None))
    assert "└" in text[-1]
    assert any("\u2800" < c <= "\u28ff" for c in "".join(text))


async def test_without_images_in_the_plane_the_codes_stand_alone() -> None:
    assert "PCA" not in "".join(await _shown(_view(baseline_points=None)))


@pytest.mark.parametrize("columns", [1, 2])
async def test_codes_of_one_number_are_bands_in_the_order_of_the_classes(columns: int) -> None:
    points = np.zeros((200, columns), np.float32)
    points[:, 0] = np.arange(200)
    text = await _shown(_view(points=points, run=replace(RUN, code_size=1)))
    assert text[0].startswith("codes · 1 unit, classes below each other")
    left = "".join(line[:59] for line in text[1:-2])
    assert [c for c in left if c.isdigit()] == [*"0123456789"]


async def test_without_colours_the_points_are_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = "".join(await _shown(_view()))
    assert not any("\u2800" < c <= "\u28ff" for c in text)
    assert all(text.count(digit) > 3 for digit in "0123456789")


async def test_only_what_changed_is_drawn_again() -> None:
    async with LatentApp().run_test(size=(120, 30)) as pilot:
        first = pictures(1)
        second = pictures(2).with_views(baseline_points=first.views["baseline_points"])
        pilot.app.show(_view(first, epoch=1))
        await pilot.pause()
        with patch.object(scatter, "scatter_plot", wraps=scatter.scatter_plot) as plot:
            shown = _view(second, epoch=2)
            for _ in range(3):
                pilot.app.show(shown)
                await pilot.pause()
            assert plot.call_count == 1
            pilot.app.theme = "textual-light"
            await pilot.pause()
            assert plot.call_count == 3
