"""A run of 100,000 epochs, opened and looked through, in processor time: this machine may have other work."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from benchmarks.long_run import ID, write_long_run
from fakes import FakeEngine
from pilots import until

from aetui.app import Workbench
from aetui.follow.reading import read_run
from engine.runs.store import RunStore

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]
EPOCHS = 100_000


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        gc.collect()
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return median(taken)


def test_a_run_of_100_000_epochs_is_opened_in_half_the_time_that_json_takes_to_read_its_lines(tmp_path: Path) -> None:
    events = write_long_run(tmp_path, EPOCHS) / "events.jsonl"
    record = RunStore(tmp_path).find(ID)
    opening = seconds(lambda: read_run(record, asked=True))
    reading = seconds(lambda: [json.loads(line) for line in events.read_bytes().splitlines()])
    per_epoch = events.stat().st_size / EPOCHS
    print(
        f"opened in {opening:.2f} s, read by json in {reading:.2f} s: {opening / reading:.2f}; {per_epoch:.0f} B/epoch"
    )
    assert opening < 0.5 * reading
    assert per_epoch <= 400


async def per_key(root: Path, epochs: int, panel: str) -> float:
    """Seconds of processor time for a step of the time cursor with this panel open."""
    write_long_run(root, epochs)
    store, config = RunStore(root), root / "config.toml"
    config.touch()
    app = Workbench(lambda emit: FakeEngine(emit, store), store, None, open_run=ID, config=config)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.last_epoch == epochs)
        await pilot.press(panel, "left")
        await pilot.pause(1)
        began = time.process_time()
        for _ in range(20):
            await pilot.press("left")
        await pilot.pause()
        return (time.process_time() - began) / 20


@pytest.mark.parametrize("panel", ["h", "p"])
async def test_a_key_in_it_costs_at_most_twice_as_much_as_in_a_run_of_100(tmp_path: Path, panel: str) -> None:
    short, long = [await per_key(tmp_path / str(epochs), epochs, panel) for epochs in (100, EPOCHS)]
    print(f"a key with panel {panel}: {1000 * short:.1f} ms of 100 epochs, {1000 * long:.1f} ms of {EPOCHS:,}")
    assert long < 2 * short
