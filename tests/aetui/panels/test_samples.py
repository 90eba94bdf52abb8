from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from fakes import pictures
from textual.app import App, ComposeResult

from aetui.panels.samples import MISSING, PLACEHOLDER, Divergences, PriorSamples, divergences
from aetui.panels.table import View
from aetui.widgets.image_grid import ImageGrid
from engine.runs.snapshots import Samples

KL = np.float32([0.5, 0.001, 3, 0, 0.02])


def _samples(**views: np.ndarray | None) -> Samples:
    return pictures(3).with_views(**{"kl": KL, **views})


class SamplesApp(App[None]):
    CSS = "Screen { overflow: hidden; }"

    def compose(self) -> ComposeResult:
        yield PriorSamples()

    def show(self, samples: Samples | None, failure: str = "") -> None:
        self.query_one(PriorSamples).show(View(None, 3, samples, failure))

    @property
    def grid(self) -> ImageGrid:
        return self.query_one(ImageGrid)

    @property
    def bars(self) -> Divergences:
        return self.query_one(Divergences)


def test_divergences_are_sorted_summed_and_counted() -> None:
    summary, *rows = [line.plain for line in divergences(KL, (30, 10))]
    assert summary == "KL 3.5 nats · 3 of 5 active"
    assert [row.split()[0] for row in rows] == ["z3", "z1", "z5", "z2", "z4"]
    assert [row.split()[-1] for row in rows] == ["3.000", "0.500", "0.020", "0.001", "0.000"]
    lengths = [row.count("█") for row in rows]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > 5 * lengths[1] > 0


def test_dimensions_without_room_are_counted() -> None:
    lines = [line.plain for line in divergences(KL, (30, 4))]
    assert len(lines) == 4
    assert lines[-1] == "and 3 more, at most 0.020"


@pytest.mark.parametrize("height", [1, 2, 3, 8, 300])
@pytest.mark.parametrize(
    "kl", [KL, np.float32([np.nan, np.inf, 1]), np.zeros(256, np.float32), np.empty(0, np.float32)]
)
def test_divergences_keep_to_their_size(kl: np.ndarray, height: int) -> None:
    lines = divergences(kl, (32, height))
    assert 1 <= len(lines) <= height
    assert max(line.cell_length for line in lines) <= 32


async def test_the_draws_stand_in_the_grid_beside_the_bars() -> None:
    async with SamplesApp().run_test(size=(100, 20)) as pilot:
        app = pilot.app
        assert isinstance(app, SamplesApp)
        app.show(_samples())
        await pilot.pause()
        assert app.grid._layout_now is not None
        assert app.grid._layout_now.shown == 10
        assert app.bars.region.x >= app.grid.region.right
        assert "KL 3.5 nats" in str(app.bars.content)


@pytest.mark.parametrize(("size", "shown"), [((78, 14), True), ((40, 14), False), ((40, 26), True)])
async def test_the_bars_give_way_where_there_is_no_room(size: tuple[int, int], shown: bool) -> None:
    async with SamplesApp().run_test(size=size) as pilot:
        app = pilot.app
        assert isinstance(app, SamplesApp)
        app.show(_samples())
        await pilot.pause()
        assert app.bars.display is shown
        assert app.grid._blocks
        for widget in (app.grid, app.bars):
            assert app.screen.region.contains_region(widget.region)


async def test_what_is_missing_is_said() -> None:
    async with SamplesApp().run_test(size=(100, 20)) as pilot:
        app = pilot.app
        assert isinstance(app, SamplesApp)
        for samples, failure, said in (
            (None, "", PLACEHOLDER),
            (None, "the file is damaged", "the file is damaged"),
            (_samples(generated=None, kl=None), "", MISSING),
        ):
            app.show(samples, failure)
            await pilot.pause()
            assert app.grid.placeholder == said
            assert not app.grid._blocks
            assert not app.bars.display
        app.show(_samples(kl=None))
        await pilot.pause()
        assert app.grid._blocks
        assert not app.bars.display


async def test_the_same_samples_are_drawn_once() -> None:
    async with SamplesApp().run_test(size=(100, 20)) as pilot:
        app = pilot.app
        assert isinstance(app, SamplesApp)
        samples = _samples()
        app.show(samples)
        with patch.object(app.grid, "show") as grid, patch.object(app.bars, "show") as bars:
            app.show(samples)
            grid.assert_not_called()
            bars.assert_not_called()
            app.show(_samples(kl=KL * 2))
            bars.assert_called_once()
