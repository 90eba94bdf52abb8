from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pilots import until

from aetui.screens.sweep import SweepScreen, SweepView
from engine import params, registry
from engine.runs.jobs import TrainJob
from engine.runs.store import RunStore
from engine.sweeps import ranges, sweep
from engine.sweeps.trials import Asked, Judged, Record, Result


def kept(store: RunStore, name: str, values: list[float | None]) -> sweep.Sweep:
    """A sweep of ten trials, so many of which are judged: diverged where there is no value."""
    known = params.describe(registry.preset("vanilla", "small"))
    over = ranges.all_parsed(["learning_rate=log:1e-4..1e-2", "hidden_dim=8,16,32"], known)
    job = TrainJob(variant="vanilla", dataset="digits", preset="small", name=name)
    found = sweep.begin(sweep.plan(job, over, store, trials=10, sampler="random"), store)
    record = Record(sweep.folder(store, found.id))
    for number, value in enumerate(values):
        settings = {"learning_rate": 10 ** -(2 + number / 5), "hidden_dim": (8, 16, 32)[number % 3]}
        record.add(Asked(number=number, settings=settings))
        result = Result(run=found.run_id(number, 11), seed=11, value=value, epoch=2, epochs=3)
        message = "" if value is not None else "the loss is no longer finite"
        state: Any = "completed" if value is not None else "diverged"
        record.add(Judged(number=number, state=state, results=(result,), message=message))
    record.close()
    return found


def drawn(app: Any) -> str:
    views = app.screen.query(SweepView)
    return str(views.first().render().plain) if views else ""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("values", [[], [0.5], [0.5, 0.3, None, 0.4, 0.2, 0.6]])
async def test_a_sweep_is_drawn_at_every_size_with_none_one_and_failing_trials(
    make_app: Callable[..., Any], tmp_path: Path, size: tuple[int, int], values: list[float | None]
) -> None:
    app = make_app()
    kept(app.store, "first", values)
    async with app.run_test(size=size) as pilot:
        app.push_screen(SweepScreen("", {}))
        await until(pilot, lambda: isinstance(app.screen, SweepScreen) and "first" in drawn(app))
        text = drawn(app)
        assert f"{len(values)} of 10 trials" in text
        lines = text.splitlines()
        assert len(lines) <= size[1]
        assert max(map(len, lines)) <= size[0]
        known = [value for value in values if value is not None]
        if known:
            assert f"★ trial {values.index(min(known))}" in text
        else:
            assert "no trial is completed yet" in text
        assert ("diverged" in text) == (None in values)


async def test_without_a_sweep_the_screen_says_how_one_begins(make_app: Callable[..., Any]) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(SweepScreen("", {}))
        await until(pilot, lambda: isinstance(app.screen, SweepScreen) and ":sweep vanilla --over" in drawn(app))
        await pilot.press("o", "enter", "x", "j", "G")
        await pilot.press("escape")
        assert not isinstance(app.screen, SweepScreen)


async def test_the_screen_follows_ranks_and_turns_to_other_sweeps(make_app: Callable[..., Any]) -> None:
    app = make_app()
    kept(app.store, "older", [0.9])
    found = kept(app.store, "newer", [0.5, 0.3])
    async with app.run_test(size=(120, 40)) as pilot:
        app.push_screen(SweepScreen("newer", {}))
        await until(pilot, lambda: isinstance(app.screen, SweepScreen) and "newer" in drawn(app))
        view = app.screen.query_one(SweepView)
        assert view.chosen.trial == 1
        await pilot.press("o")
        assert view.chosen.trial == 1
        await pilot.press("g")
        assert view.chosen.trial == 1, "the best one is the first"
        record = Record(sweep.folder(app.store, found.id))
        record.add(Asked(number=2, settings={"learning_rate": 1e-3, "hidden_dim": 8}))
        record.close()
        await until(pilot, lambda: "waiting" in drawn(app))  # no process carries it out
        await pilot.press("l")
        await until(pilot, lambda: "older" in drawn(app))
