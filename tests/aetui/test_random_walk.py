"""Whatever keys are pressed: nothing raises, and the screen is about one run."""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path

import pytest
from fakes import fake_store
from pilots import until
from textual import events
from textual.keys import key_to_character
from walks import WalkedEngine, WalkedWorkbench, contradictions, populate, some_keys, stale_lines

from aetui import keymap
from aetui.screens.dialogs import QuitDialog
from engine.datasets.own import records
from engine.datasets.own.records import OwnSet

LONG = os.environ.get("AETUI_LONG")
FIRST, LAST = (int(text) for text in os.environ.get("AETUI_SEEDS", "0-99" if LONG else "1-4").split("-"))
"""The walks to take; AETUI_SEEDS=0-49 and 50-99 are halves of the long run, for two processes."""
SLOW = 0 if LONG or "AETUI_SEEDS" in os.environ else 1
"""Walks after the first, 12 s of computing each, come with the slow tests where nobody asks for certain ones."""
KEYS = int(os.environ.get("AETUI_KEYS", "1000" if LONG else "300"))
SIZES = [(120, 40), (80, 24), (200, 60), (60, 20), (40, 12), (30, 8)]


@pytest.fixture(autouse=True)
def no_caches_and_no_patience(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("engine.datasets.folders.SYSTEM_FOLDERS", ())
    for name, seconds in (("PROGRESS", 0.005), ("CURVE", 0.01), ("PICTURE", 0.02)):
        monkeypatch.setattr(f"aetui.screens.run_view.{name}_SECONDS", seconds)
    monkeypatch.setattr("aetui.screens.workbench.HINT_SECONDS", 0.2)
    monkeypatch.setattr("aetui.panels.weights.LIVE_SECONDS", 0.05)
    monkeypatch.chdir(tmp_path)  # where files are written
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=[pytest.mark.slow] * SLOW * (seed > FIRST)) for seed in range(FIRST, LAST + 1)],
)
async def test_no_keys_end_the_program_or_have_the_screen_contradict_itself(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    for name in ("mine", "ours"):
        records.write(OwnSet(name=name, reader="text", kind="text", title="sentences", path=str(tmp_path / name)))
    (tmp_path / "mine").write_text("A sentence.")
    store = fake_store(tmp_path / "runs")
    engine = WalkedEngine(lambda event: None, store, rng)
    if seed % 5 != 4:
        populate(engine)

    def make(emit):  # type: ignore[no-untyped-def]
        engine.emit = emit
        return engine

    app = WalkedWorkbench(make, store, None, config=tmp_path / "config.toml")
    coming: list[str] = []
    pressed: list[str] = []
    async with app.run_test(size=SIZES[seed % 2]) as pilot:
        await until(pilot, lambda: app.state.engine == "ready" and app.desk._chart and app.desk._tabs.panel)
        for number in range(KEYS):
            if rng.random() < 0.3:
                engine.step()
                pressed.append("(event)")
            elif rng.random() < 0.005:
                await pilot.resize_terminal(*rng.choice(SIZES))
                pressed.append("(resize)")
            else:
                coming = coming or some_keys(app, rng)
                pressed.append(press(app, coming.pop(0)))
            await settle(app)
            if rng.random() < 0.3:
                await until(pilot, lambda: not any(worker.is_running for worker in app.workers))
            if isinstance(app.screen, QuitDialog) and rng.random() < 0.8:
                pressed.append(press(app, "escape"))
                await settle(app)
            said = [*map(repr, app.faults), *contradictions(app)]
            if number % 20 == 0 and not said:
                said = stale_lines(app)
            assert not said, f"seed {seed}, after {' '.join(pressed[-40:])} ({number})"
            assert app.is_running
        app.leave()


def press(app: WalkedWorkbench, key: str) -> str:
    """As the terminal's driver would; no waiting for an idle machine."""
    character = keymap.CHARACTERS.get(key) or (key if len(key) == 1 else key_to_character(key))
    app.post_message(events.Key(key, character))
    return key


async def settle(app: WalkedWorkbench) -> None:
    """Until no widget has anything to do, for three rounds of the loop."""
    quiet = 0
    for _ in range(500):
        await asyncio.sleep(0)
        busy = any(not pump._message_queue.empty() for pump in (app, *app._registry))
        quiet = 0 if busy else quiet + 1
        if quiet == 3:
            return
