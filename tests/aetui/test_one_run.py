"""What t trains, the tabs and all that is drawn are about one run, or about the chosen model without any."""

from __future__ import annotations

import pytest
from fakes import FakeEngine, FakeRun, pictures, readings
from pilots import Make, choose_epochs, engine_desk, ready, train, until
from textual.pilot import Pilot
from walks import contradictions, stale_lines

from aetui.app import Workbench
from aetui.screens.run_view import UNFIT
from aetui.widgets.image_grid import ImageGrid
from aetui.widgets.param_form import ParamForm
from aetui.widgets.scatter import Scatter
from engine.runs.jobs import TrainJob


def finish(app: Workbench, variant: str, dataset: str = "digits") -> FakeEngine:
    """Leave a finished run of `variant` in the store."""
    engine = FakeEngine(lambda event: None, app.store)
    engine.submit(TrainJob(variant=variant, dataset=dataset))
    engine.play(engine.run.started())
    engine.play_epochs(1, 2)
    engine.play(engine.run.finished("completed", 2))
    return engine


async def choose(pilot: Pilot[None], place: int) -> None:
    """The model at `place` of the list, by keys."""
    await pilot.press("m", "g", *["down"] * place)
    await pilot.pause()


async def test_a_model_without_runs_takes_a_run_of_another_kind_off_the_screen(make_app: Make) -> None:
    app = make_app()
    finish(app, "sentence", "pydocs")
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await choose(pilot, 5)
        await until(pilot, lambda: app.desk.run_shown and app.desk._samples)
        for keys in (("m", "g"), ("G",), ("k",), ("k",) * 5):
            await pilot.press(*keys)
            await until(pilot, lambda: app.desk._tabs.panel)
            assert contradictions(app) == []
        assert app.desk.run_shown is None


@pytest.mark.parametrize(("place", "variant"), [(2, "denoising"), (6, "variational"), (5, "sentence")])
async def test_a_touched_form_stays_with_its_model_when_the_next_run_begins(
    make_app: Make, place: int, variant: str
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        first = engine.run
        await choose(pilot, 1)
        await pilot.press("t", "t")
        await choose(pilot, place)
        await choose_epochs(pilot, "9")
        engine.emit(first.stamp(first.finished("completed", 2)))
        engine.play(engine.run.started())
        await until(pilot, lambda: app.state.active and app.state.active.status == "running")
        assert (app.desk.variant.key, contradictions(app)) == (variant, [])
        await pilot.press("t", "t")
        jobs = [job for call, job in engine.calls if call == "submit"]
        assert (jobs[-1].variant, jobs[-1].config.get("epochs")) == (variant, 9)


async def test_choosing_the_model_that_trains_shows_its_run_again(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        await choose(pilot, 3)
        assert app.desk.run_shown is None
        assert "another run" in app.status("").detail
        await choose(pilot, 0)
        assert app.desk.run_id == engine.run.run_id
        assert app.desk.query_one(ParamForm).values["epochs"] == engine.run.epochs


async def test_codes_of_one_run_never_stand_beside_another(make_app: Make) -> None:
    app = make_app()
    finish(app, "stacked")
    other = finish(app, "convolutional")
    moved = pictures(2).with_views(points=pictures(2).views["points"][::-1] * 3)
    other.run.kept = lambda epoch: moved
    other.play(other.run.epoch(2))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await choose(pilot, 3)
        await until(pilot, lambda: app.desk._samples)
        await pilot.press("c")
        plane = app.desk.query_one("#code-plane", Scatter)
        await until(pilot, lambda: plane._cloud is not None)
        await choose(pilot, 4)
        await until(pilot, lambda: app.desk._samples and abs(plane._cloud.points).max() > 6)
        await pilot.pause(0.1)
        assert contradictions(app) == stale_lines(app) == []


async def test_samples_of_another_kind_than_the_run_are_not_drawn(make_app: Make) -> None:
    app = make_app()
    engine = FakeEngine(lambda event: None, app.store)
    engine.submit(TrainJob(variant="vanilla", dataset="digits"))
    engine.run.kept = readings
    engine.play(engine.run.started())
    engine.play_epochs(1, 1)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        grid = engine_desk(pilot).query_one(ImageGrid)
        await until(pilot, lambda: grid.placeholder == UNFIT)
        assert not grid._rows


async def test_a_run_that_is_not_trained_here_is_shown_and_the_form_keeps_its_model(make_app: Make) -> None:
    app = make_app(open_run="last")
    run = FakeRun(
        app.store, "20260101T000000Z-imported-0001", TrainJob(variant="imported", preset="file", dataset="digits")
    )
    for event in (run.started(), run.epoch(1), run.finished("completed", 1)):
        run.stamp(event)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.variant == "imported")
        assert app.desk.variant.key == "vanilla"
        await pilot.press("t")
        await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.variant == "vanilla")
