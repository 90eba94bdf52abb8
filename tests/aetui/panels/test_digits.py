"""The panel of pictures: pages, sizes, captions, and the data before the first epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_answers import TEST_ITEMS
from fakes import ITEMS, pictures
from PIL import Image
from pilots import Make, engine_desk, ready, shown_epoch, stopped, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.digits import Digits, _data
from aetui.panels.pages import stepped, turned
from aetui.panels.preview import Subject, read
from aetui.render import captions
from aetui.state.run_state import RunState
from aetui.widgets.image_grid import ImageGrid
from aetui.widgets.variant_list import VariantList
from engine.datasets.own import adding
from engine.events import EpochEnded
from engine.queries.messages import Corrupt, Reconstruct


def _panel(pilot: Pilot[None]) -> Digits:
    return engine_desk(pilot).query_one(Digits)


def _grid(pilot: Pilot[None]) -> ImageGrid:
    return _panel(pilot).query_one(ImageGrid)


def _caption(pilot: Pilot[None]) -> str:
    return _panel(pilot).query_one(Static).render().plain


def _ended(epoch: int) -> EpochEnded:
    return EpochEnded(
        stage="training",
        epoch=epoch,
        train={"loss": 0.1},
        validation={"loss": epoch / 8},
        steps=1,
        seconds=1.0,
        samples_per_second=1.0,
    )


def test_the_caption_is_of_the_epoch_under_the_cursor_and_the_test_metric_of_the_weights_that_were_tested() -> None:
    run = RunState("r", status="completed", code_size=128, weights_epoch=3)
    run = run.with_epochs([_ended(epoch) for epoch in (1, 2, 3)])
    run = RunState(**{**vars(run), "metrics": {"test_mse": 0.01, "pca_mse": 0.02}})
    samples = pictures(2)
    told = captions.of_epoch(run, 2, samples, 100)
    error = float(np.square(samples.outputs - samples.targets).mean())
    assert f"{error:.4g}"[:5] in told
    assert "validation loss 0.2500" in told
    assert "PCA-128" in told
    assert "test" not in told
    assert captions.of_epoch(run, 3, samples, 30) == "test MSE 0.01000"
    assert captions.of_epoch(run, 3, samples, 60) == "test MSE 0.01000 · PCA of the same size: 0.02000"
    assert captions.of_epoch(run, 3, samples, 90).endswith(" · weights of epoch 3")


def test_pages_end_where_the_items_do_and_begin_with_the_first() -> None:
    assert turned(0, 4, 10, 1) == (4, "")
    assert turned(8, 4, 10, 1)[0] == 8
    assert turned(3, 4, 10, -1) == (0, "")
    assert turned(0, 4, 10, -1)[1]
    assert stepped([8, 10, 14], 10, 1)[0] == 14
    assert stepped([8, 10, 14], 14, 1)[1] != stepped([8, 10, 14], 8, -1)[1]


async def test_pages_go_through_the_probe_set_and_on_into_the_test_part(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        engine = await stopped(pilot)
        await until(pilot, lambda: shown_epoch(pilot) == 2)
        shown = _grid(pilot).layout_now.shown
        for page in range(1, -(-ITEMS // shown)):
            await pilot.press("pagedown")
            first = dict(_grid(pilot)._rows)["output"][0] / 255
            assert abs(first - pictures(2).outputs[page * shown, ..., 0]).max() < 0.01
        await pilot.press("pagedown")
        await until(pilot, lambda: "test items 1–" in _caption(pilot))
        assert "weights of epoch 3, the best" in _caption(pilot)
        assert engine.calls[-1][1] == Reconstruct(run_id=engine.run.run_id, start=0, count=10)
        await pilot.press("pagedown")
        await until(pilot, lambda: f"test items {shown + 1}–" in _caption(pilot))
        assert dict(_grid(pilot)._rows)["input"][0].max() == round(255 * shown / TEST_ITEMS)
        for _ in range(20):
            await pilot.press("pageup")
        await until(pilot, lambda: shown_epoch(pilot) == 2)


async def test_size_cells_and_sign_change_by_key_and_are_said(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await stopped(pilot)
        await until(pilot, lambda: shown_epoch(pilot) == 2)
        desk, grid = engine_desk(pilot), _grid(pilot)
        before = grid.layout_now
        await pilot.press("tab")
        assert pilot.app.focused is engine_desk(pilot)._tabs
        await pilot.press("+")
        assert grid.layout_now.size > before.size
        assert grid.layout_now.shown < before.shown
        assert "pixels high" in desk._hint_text
        await pilot.press("-")
        assert grid.layout_now == before
        assert grid.kind.key == "quadrant"
        for rung in ("half", "quadrant", "sextant", "octant", "shade", "ascii"):
            await pilot.press("K")
            assert grid.kind.key == rung
        assert "ASCII" in desk._hint_text
        assert not any("▀" in grid.render_line(y).text for y in range(grid.size.height))
        await pilot.press("K", "exclamation_mark")
        assert "blue" in desk._hint_text
        line = next(y for y in range(grid.size.height) if "±0.5" in grid.render_line(y).text)
        pictured = [*grid.render_line(line)][1:]
        assert any(len({*colour.triplet}) > 1 for _, style, _ in pictured if (colour := style.color))


async def test_before_the_first_epoch_the_data_are_shown_as_they_are_and_as_the_model_will_see_them(
    make_app: Make,
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        await until(pilot, lambda: [label for label, _ in _grid(pilot)._rows] == ["data"])
        assert len(_grid(pilot)._rows[0][1]) == 10
        assert not any(isinstance(asked, Corrupt) for _, asked in engine.calls)
        engine.late = True
        engine_desk(pilot).query_one(VariantList).choose("denoising")
        await until(pilot, lambda: any(isinstance(asked, Corrupt) for _, asked in engine.calls))
        assert [label for label, _ in _grid(pilot)._rows] == ["data"]
        engine.answer_all()
        await until(pilot, lambda: [label for label, _ in _grid(pilot)._rows] == ["data", "as seen"])
        assert "gaussian noise" in _caption(pilot)


@pytest.mark.parametrize(("config", "noise"), [({}, ""), ({"epochs": -1}, None)])
def test_impossible_settings_and_absent_data_have_no_preview(config: dict[str, int], noise: str | None) -> None:
    found = read(Subject("vanilla", "small", "digits", config), None)
    assert (found and found.noise) == noise
    assert read(Subject("vanilla", "small", "text", {}), None) is None


def test_of_pairs_what_is_to_be_answered_is_shown_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for folder, grey in (("seen", 10), ("wanted", 200)):
        (tmp_path / folder).mkdir()
        for number in range(20):
            Image.new("L", (5, 4), grey).save(tmp_path / folder / f"{number}.png")
    adding.add("pairs", tmp_path / "seen", "images", {"target": str(tmp_path / "wanted")})
    found = read(Subject("vanilla", "small", "pairs", {}), None)
    assert found is not None
    rows = {row.label: row.images for row in _data(found).rows}
    assert [(label, images.shape, round(255 * images.max())) for label, images in rows.items()] == [
        ("data", (2, 4, 5, 1), 10),
        ("target", (2, 4, 5, 1), 200),
    ]


def test_data_that_were_replaced_are_read_anew(tmp_path: Path) -> None:
    path, shades = tmp_path / "images.npy", []
    for grey in (10, 200):
        np.save(path, np.full((30, 4, 5), grey, np.uint8))
        adding.add("mine", path, "arrays", {}, replace=True)
        found = read(Subject.of("vanilla", "small", "mine", {}), None)
        assert found is not None
        shades.append(int(found.items.max()))
    assert shades == [10, 200]
