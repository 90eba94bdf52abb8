"""Nothing that a run, a file or the engine says commands the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from escapes import HOSTILE, MARK, escaped, hostile_store
from fakes import FakeEngine
from pilots import ready, train, until
from textual.pilot import Pilot

from aetui.app import Workbench
from aetui.screens.dialogs import Notice
from engine.errors import RunError, SettingError, UsageError
from engine.events import DataProgress, EngineFailed, EngineReady, Logged, RunHeld
from engine.queries import messages
from engine.queries.messages import Cosine, Nearest, Neighbour, Reading, Words

SIZE = (200, 50)


def drawn(pilot: Pilot[Any]) -> str:
    """The text of all cells, as the compositor hands them to the terminal."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line if not segment.control) for line in lines)


async def harmless(pilot: Pilot[Any]) -> str:
    """The screen once it shows hostile text, which must be harmless."""
    await until(pilot, lambda: MARK in drawn(pilot))
    await pilot.pause()
    text = drawn(pilot)
    assert not escaped(text), text
    return text


@pytest.fixture
def hostile(make_app: Callable[..., Workbench], tmp_path: Any) -> Callable[[str], Workbench]:
    hostile_store(tmp_path / "runs")
    return lambda number: make_app(open_run=f"2026010{number}")


async def begun(pilot: Pilot[Any]) -> Workbench:
    """The app once its engine and its chart are there."""
    app = pilot.app
    assert isinstance(app, Workbench)
    await until(pilot, lambda: app.state.engine == "ready" and app.desk._chart is not None)
    return app


@pytest.mark.parametrize("number", [1, 2])
async def test_every_panel_of_a_stored_run_is_harmless(hostile: Callable[[str], Workbench], number: int) -> None:
    async with hostile(str(number)).run_test(size=SIZE) as pilot:
        app = await begun(pilot)
        await until(pilot, lambda: app.desk.run_shown and app.desk._samples)
        app.desk._curves.update(curve.name for curve in app.desk.run_shown.curves)
        for kind in app.desk._tabs.kinds:
            app.desk.action_panel(kind.key)
            await harmless(pilot)
        await pilot.press("left", "C")
        assert "@click=app.quit" in await harmless(pilot)  # shown, and no link


async def test_the_list_of_runs_is_harmless(hostile: Callable[[str], Workbench]) -> None:
    async with hostile("1").run_test(size=SIZE) as pilot:
        await begun(pilot)
        await pilot.press("2")
        await until(pilot, lambda: drawn(pilot).count(MARK) >= 6)
        await harmless(pilot)


async def test_what_the_engine_says_is_harmless(make_app: Callable[..., Workbench]) -> None:
    async with make_app().run_test(size=SIZE) as pilot:
        engine = await train(pilot, epochs=1)
        app = await begun(pilot)
        engine.emit(EngineReady(device=HOSTILE, seconds=1))
        await harmless(pilot)
        engine.emit(EngineReady(device="CPU", seconds=1))
        engine.emit(DataProgress(dataset=HOSTILE, activity=HOSTILE, done=1, total=2, run_id=engine.run.run_id))
        await harmless(pilot)
        progress = engine.run.progress(2, 3)
        engine.play(msgspec.structs.replace(progress, stage=HOSTILE), Logged(level="info", text=HOSTILE))
        await pilot.press("L")
        await harmless(pilot)
        engine.play(RunHeld(reason=HOSTILE))
        await harmless(pilot)
        app.desk.say(HOSTILE)
        await harmless(pilot)
        engine.play(engine.run.finished("failed", 1, HOSTILE))
        await until(pilot, lambda: isinstance(app.screen, Notice))
        await harmless(pilot)
        await pilot.press("escape")
        engine.emit(EngineFailed(title=HOSTILE, message=HOSTILE))
        await until(pilot, lambda: isinstance(app.screen, Notice))
        await harmless(pilot)


async def test_dialogs_hints_and_refusals_are_harmless(make_app: Callable[..., Workbench]) -> None:
    toml = '"' + "".join(f"\\U{ord(char):08x}" for char in HOSTILE) + '"'
    config = f"theme = {toml}\n{toml} = 1\n[keys]\ntrain = {toml}\n{toml} = {toml}\nhelp = [{toml}]"
    async with make_app(config=config).run_test(size=SIZE) as pilot:
        app = await begun(pilot)
        await until(pilot, lambda: isinstance(app.screen, Notice))
        await harmless(pilot)
        await pilot.press("escape")
        engine = await ready(pilot)
        for refusal in (SettingError("epochs", HOSTILE), UsageError(HOSTILE, HOSTILE)):
            engine.refuse = refusal
            await pilot.press("t")
            await harmless(pilot)
            await pilot.press("escape")
        engine.refuse = None


@pytest.mark.parametrize("size", [SIZE, (80, 24)])
async def test_answers_are_harmless(
    hostile: Callable[[str], Workbench], monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    read = Words(text=HOSTILE, words=(HOSTILE, "a"), known=(False, True), used=1)
    near = tuple(Neighbour(sentence=HOSTILE, cosine=0.5, document=HOSTILE, topics=(HOSTILE,) * 3) for _ in range(5))
    answers = {
        messages.Read: Reading(sentence=read, reading=HOSTILE, cosine=0.5, epoch=1),
        messages.Similarity: Cosine(cosine=0.1, average=0.2, first=read, second=read, epoch=1),
        messages.Neighbours: Nearest(sentence=read, neighbours=near, average=near, searched=9, epoch=1),
    }
    monkeypatch.setattr("fakes.answer", lambda query: answers[type(query)])
    async with hostile("2").run_test(size=size) as pilot:
        app = await begun(pilot)
        await until(pilot, lambda: app.desk.run_shown and app.desk._tabs.panel)
        await pilot.press("/", "a", "tab", "b", "enter")
        await harmless(pilot)
        await pilot.press("escape")
        app.desk.action_beside()
        await harmless(pilot)
        assert isinstance(app.engine, FakeEngine)
        app.engine.wrong = RunError(HOSTILE, HOSTILE)
        await pilot.press("/", "enter")
        await harmless(pilot)
