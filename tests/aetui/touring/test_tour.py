"""The tour from its first step to its last, and ways out of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import FakeEngine, fake_store
from pilots import ready, until

from aetui import keymap
from aetui.touring.card import TourCard
from aetui.touring.steps import ENOUGH, STEPS, Seen
from aetui.touring.workbench import TourWorkbench


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TourWorkbench:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("engine.datasets.folders.SYSTEM_FOLDERS", ())
    store = fake_store(tmp_path / "runs")
    path = tmp_path / "config.toml"
    path.write_text('[keys]\npanel_weights = "alt+w"\n', "utf-8")
    return TourWorkbench(lambda emit: FakeEngine(emit, store), store, None, config=path)


def said(app: TourWorkbench) -> str:
    return app.desk.query_one(TourCard).render().plain  # type: ignore[union-attr]


async def test_it_goes_on_as_the_user_does_what_it_says_and_ends_where_it_is_left(app: TourWorkbench) -> None:
    async with app.run_test(size=(80, 24)) as pilot:

        async def step(number: int) -> None:
            await until(pilot, lambda: app.step + 1 == number)
            assert f"Tour {number} of {len(STEPS)}" in said(app)
            assert app.desk.query_one(TourCard).size.height <= 5

        engine = await ready(pilot)
        await step(1)
        await pilot.press("t")
        await until(pilot, lambda: engine.runs)
        assert engine.run.job.dataset == "digits"
        engine.play(engine.run.started())
        await step(2)
        engine.play_epochs(1, ENOUGH)
        await step(3)
        await pilot.press("left")
        await step(4)
        await pilot.press("end")
        await step(5)
        assert "alt+w" in said(app)  # the user's own key
        await pilot.press("alt+w")
        await step(6)
        await pilot.press("c")
        await step(7)
        await pilot.press("d")
        await step(8)
        await pilot.press("h")
        await step(9)
        await pilot.press("f1")
        await pilot.pause(0.3)
        assert app.step + 1 == 9  # it waits until the page was left
        await pilot.press("escape")
        await step(10)
        await pilot.press("e")
        await until(pilot, lambda: len(app.screen_stack) > 1)
        await pilot.pause(0.3)
        await pilot.press("escape")
        await step(11)
        await pilot.press("2")
        await pilot.pause(0.3)
        await pilot.press("1")
        await step(12)
        await pilot.press("escape")
        assert not app.touring


async def test_steps_can_be_skipped_and_the_tour_left_but_not_while_a_value_is_typed(app: TourWorkbench) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("N")
        assert app.step == 1
        await pilot.press("s", "down", "down", "9", "escape")
        assert app.touring  # that took back what was typed
        await pilot.press("escape")
        assert not app.touring
        await until(pilot, lambda: not app.desk.query(TourCard))
        await pilot.press("t")  # and all is as ever
        await until(pilot, lambda: app.engine and app.engine.runs)  # type: ignore[attr-defined]


def test_every_key_that_a_step_names_is_one() -> None:
    for step in STEPS:
        told = step.told({})
        assert "{" not in told
    assert keymap.first_key(keymap.BY_ID["train"], {}) in STEPS[0].told({})


def test_a_panel_that_is_open_already_has_to_be_opened_anew() -> None:
    [weights] = [step for step in STEPS if "{panel_weights}" in step.text]
    assert not weights.done([Seen(panel="weights")])
    assert weights.done([Seen(panel="digits"), Seen(panel="weights")])
