from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import get_ident
from typing import Any
from unittest.mock import patch

import msgspec
import numpy as np
import pytest
from fakes import FakeRun, fake_store, pictures
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from aetui.follow.reading import read_run
from aetui.panels import comparison
from aetui.panels.table import View
from aetui.panels.weights import MISSING, PLACEHOLDER, Activations, Weights
from aetui.state.run_state import RunState
from aetui.widgets.tiles import Tiles
from engine.registry import VARIANTS
from engine.runs.jobs import TrainJob
from engine.runs.snapshot_file import NAME, index_of
from engine.runs.snapshot_writer import SnapshotWriter
from engine.runs.snapshots import Samples, read_samples
from engine.runs.store import RunStore

CODE = np.linspace(0.01, 0.5, 32, dtype=np.float32)


@pytest.fixture(autouse=True)
def compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every vanilla run stands beside an older one."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "truecolor")
    monkeypatch.setattr(type(VARIANTS["vanilla"]), "compared_with", "vanilla")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return fake_store(tmp_path)


def _samples(level: float = 0.5, units: int = 64, **views: Any) -> Samples:
    weights = np.full((units, 28, 28, 1), level, np.float32)
    return pictures(1).with_views(**{"weights": weights, "activations": CODE, **views})


def _trained(
    store: RunStore, number: int, samples: Samples, *, dataset: str = "mnist", going: bool = False
) -> RunState:
    job = TrainJob(variant="vanilla", preset="book", dataset=dataset, config={"epochs": 3})
    run = FakeRun(store, f"20260101T00000{number}Z-vanilla-000{number}", job)
    run.stamp(run.started())
    for epoch in (1, 2, 3):
        ended = run.epoch(epoch)
        assert ended.health is not None
        SnapshotWriter(run.folder).write(epoch, samples)
        run.stamp(msgspec.structs.replace(ended, health=msgspec.structs.replace(ended.health, target_rate=0.2)))
    if not going:
        run.stamp(run.finished("completed", 3))
    state = read_run(store.find(run.run_id), asked=False).run
    return state.as_found("running") if going else state


class WeightsApp(App[None]):
    CSS = "Screen { overflow: hidden; }"

    def __init__(self, store: RunStore) -> None:
        super().__init__()
        self.store = store

    def compose(self) -> ComposeResult:
        yield Weights()

    @property
    def panel(self) -> Weights:
        return self.query_one(Weights)

    def tiles(self, which: str) -> Tiles:
        return self.query_one(f"#{which}", Tiles)

    def greys(self, which: str) -> Counter[str]:
        """Cells by background, below the caption."""
        tiles, cells = self.tiles(which), Counter[str]()
        for y in range(1, tiles.size.height):
            for text, style, _ in tiles.render_line(y):
                cells[style.bgcolor.name if style.bgcolor else ""] += len(text)
        return cells

    def caption(self, which: str) -> str:
        return self.tiles(which).render_line(0).text.rstrip()

    @property
    def histogram(self) -> str:
        return str(self.query_one(Activations).content)


async def _show(pilot: Pilot[None], run: RunState | None, samples: Samples | None, failure: str = "") -> WeightsApp:
    app = pilot.app
    assert isinstance(app, WeightsApp)
    app.panel.show(View(run, run.last_epoch if run else 0, samples, failure))
    await app.workers.wait_for_complete()
    await pilot.pause()
    return app


async def test_both_runs_stand_on_one_scale(store: RunStore) -> None:
    _trained(store, 1, _samples(level=1.0))
    run, samples = _trained(store, 2, _samples(level=0.5)), _samples(level=0.5)
    async with WeightsApp(store).run_test(size=(120, 30)) as pilot:
        app = await _show(pilot, run, samples)
        assert "±1" in app.caption("own")
        assert app.caption("compared") == "20260101T000001Z-vanilla-0001 · epoch 3"
        assert "#ffffff" in app.greys("compared")
        assert "#bdbdbd" in app.greys("own")
        assert "#ffffff" not in app.greys("own")
        assert app.tiles("own").size == app.tiles("compared").size


async def test_the_newest_run_that_fits_is_compared(store: RunStore) -> None:
    _trained(store, 1, _samples())
    _trained(store, 2, _samples())
    _trained(store, 3, _samples(weights=np.ones((4, 8, 8, 1), np.float32)))
    _trained(store, 4, _samples(weights=None))
    _trained(store, 5, _samples(), dataset="fashion-mnist")
    damaged = _trained(store, 6, _samples())
    file = store.root / damaged.run_id / NAME
    content = bytearray(file.read_bytes())
    content[index_of(file).places[3].end - 1] ^= 1
    file.write_bytes(content)
    run = _trained(store, 7, _samples())
    found = comparison.find_compared(store, run, (28, 28, 1))
    assert found is not None
    assert found.name.endswith("0002")
    assert comparison.find_compared(store, run, (32, 32, 3)) is None


async def test_the_store_is_read_once_for_a_run_and_never_on_the_loop(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _trained(store, 1, _samples())
    runs, threads = [_trained(store, number, _samples()) for number in (2, 3)], []

    def find(*arguments: Any, whole: Callable[..., Any] = comparison.find_compared) -> Any:
        threads.append(get_ident())
        return whole(*arguments)

    monkeypatch.setattr("aetui.panels.weights.find_compared", find)
    async with WeightsApp(store).run_test(size=(120, 30)) as pilot:
        for run in runs:
            for _ in range(3):
                await _show(pilot, run, _samples())
        assert len(threads) == 2
        assert get_ident() not in threads


async def test_without_another_run_the_caption_says_how_to_get_one(store: RunStore) -> None:
    run = _trained(store, 1, _samples())
    async with WeightsApp(store).run_test(size=(120, 30)) as pilot:
        app = await _show(pilot, run, _samples())
        assert "train vanilla on mnist" in app.caption("own")
        assert not app.tiles("compared").display


async def test_nothing_is_looked_for_where_there_is_nothing_to_compare(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(VARIANTS["vanilla"]), "compared_with", "")
    _trained(store, 1, _samples())
    run = _trained(store, 2, _samples())
    async with WeightsApp(store).run_test(size=(120, 30)) as pilot:
        app = await _show(pilot, run, _samples())
        assert not app.tiles("compared").display
        assert "train" not in app.caption("own")


@pytest.mark.parametrize(
    ("size", "beside", "histogram"),
    [((240, 40), True, True), ((120, 30), True, True), ((78, 14), False, True), ((40, 14), False, False)],
)
async def test_what_there_is_no_room_for_gives_way(
    store: RunStore, size: tuple[int, int], beside: bool, histogram: bool
) -> None:
    _trained(store, 1, _samples())
    run = _trained(store, 2, _samples())
    async with WeightsApp(store).run_test(size=size) as pilot:
        app = await _show(pilot, run, _samples())
        assert app.tiles("own").display
        assert app.tiles("compared").display is beside
        assert app.query_one(Activations).display is histogram
        assert "±0.5" in app.caption("own")
        assert app.greys("own").total() > 100
        for widget in app.panel.children:
            assert app.panel.region.contains_region(widget.region)


async def test_the_histogram_marks_the_target_and_shows_the_other_run_where_there_is_room(store: RunStore) -> None:
    _trained(store, 1, _samples(activations=CODE * 2))
    run = _trained(store, 2, _samples())
    async with WeightsApp(store).run_test(size=(240, 40)) as pilot:
        app = await _show(pilot, run, _samples())
        lines = app.histogram.splitlines()
        assert "activation of 32 units" in lines[0]
        assert "vanilla" in lines[0]
        assert any(line.startswith("▸0.20") for line in lines)
        await pilot.resize_terminal(100, 12)
        await pilot.pause()
        assert "vanilla" not in app.histogram
        assert len(app.histogram.splitlines()) <= 12


async def test_what_is_missing_is_said(store: RunStore) -> None:
    run = _trained(store, 1, _samples())

    def said(app: WeightsApp) -> str:
        return str(app.query_one("#nothing").render())

    async with WeightsApp(store).run_test(size=(120, 30)) as pilot:
        app = await _show(pilot, None, None)
        assert said(app) == PLACEHOLDER
        await _show(pilot, run, None, "the file is damaged")
        assert said(app) == "the file is damaged"
        await _show(pilot, run, _samples(weights=None, activations=None))
        assert said(app) == MISSING
        assert app.query_one("#nothing").display
        assert not app.query_one(Activations).display
        await _show(pilot, run, _samples(weights=None))
        assert app.query_one(Activations).display
        await _show(pilot, run, _samples())
        assert not app.query_one("#nothing").display


async def test_a_run_that_goes_on_is_drawn_seldom_but_the_past_at_once(store: RunStore) -> None:
    run = _trained(store, 1, _samples(), going=True)
    async with WeightsApp(store).run_test(size=(120, 30)) as pilot:
        app = await _show(pilot, run, _samples(level=0.1))
        await _show(pilot, run, _samples(level=0.2))
        await _show(pilot, run, _samples(level=0.3))
        assert "±0.2" in app.caption("own")
        app.panel.show(View(run, 1, _samples(level=0.4), ""))
        assert "±0.4" in app.caption("own")


async def test_nothing_is_drawn_again_for_what_is_shown_already(store: RunStore) -> None:
    run, samples = _trained(store, 1, _samples()), _samples()
    async with WeightsApp(store).run_test(size=(120, 30)) as pilot:
        app = await _show(pilot, run, samples)
        with patch.object(app.tiles("own"), "refresh") as refresh:
            await _show(pilot, run, samples)
            await _show(pilot, run, _samples())
            refresh.assert_not_called()
            await _show(pilot, run, _samples(units=3))
            refresh.assert_called()


@pytest.mark.parametrize("system", ["truecolor", "256", "standard", None])
@pytest.mark.parametrize("no_color", [False, True])
async def test_every_kind_of_terminal_shows_the_tiles(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, system: str | None, no_color: bool
) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    run = _trained(store, 1, _samples())
    app = WeightsApp(store)
    monkeypatch.setattr(
        "aetui.widgets.tiles.colour_mode", lambda _: {"standard": "16", None: "none"}.get(system, system)
    )
    async with app.run_test(size=(120, 30)) as pilot:
        rng = np.random.default_rng(0)
        await _show(pilot, run, _samples(weights=rng.normal(0, 0.1, (64, 28, 28, 1)).astype(np.float32)))
        texts = "".join(app.tiles("own").render_line(y).text for y in range(1, 20))
        assert set(texts) & set("▀" if system else "░▒▓")


async def test_an_epoch_of_the_store_can_be_shown(store: RunStore) -> None:
    run = _trained(store, 1, pictures(2))
    async with WeightsApp(store).run_test(size=(120, 30)) as pilot:
        app = await _show(pilot, run, read_samples(store.root / run.run_id, 2))
        assert app.caption("own").startswith("unit 1 · first 10 units")
