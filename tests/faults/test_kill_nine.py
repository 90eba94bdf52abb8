"""A few kills; `kill_nine.py` in this folder is for many."""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path
from random import Random

import pytest
import scripted_runs
from kept_run import differences, faults, kept, strays, torn_bytes, unfinished
from kill_nine import Recipe
from run_process import Home, Process, came_true
from scripted_runs import assert_whole

from engine.events import RunHeld
from engine.runs.store import RunStore

pytestmark = pytest.mark.slow

RECIPE = Recipe("vanilla", 20, ("--set", "hidden_dim=32"))
LONG = 100
"""Seconds that loading TensorFlow, and training, may take on a busy machine."""
TWICE = """
import sys
import engine.runs.loop
from aetui.__main__ import main
engine.runs.loop.CHECKPOINT_SECONDS = 0.0
resume = sys.argv[:]
for sys.argv in (resume, [*resume[:3], *{command!r}]):
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""
"""The command line, and then an undisturbed run in the same process: TensorFlow is loaded once."""


def limit_files(pid: int, size: int) -> None:
    """No file that `pid` writes may become longer than `size` bytes: what a full disk is to it."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


def begun_and_killed(process: Process, after: float) -> bool:
    """Kill `process` some seconds after its run has begun; False if it came to its end before."""
    try:
        came_true(lambda: "run_started" in process.said or "run_resumed" in process.said, 30)
        time.sleep(after)
        alive = process.running
        process.kill()
        assert process.orphans() == []
        return alive
    finally:
        process.end()


def test_a_run_that_is_killed_again_and_again_ends_whole(tmp_path: Path) -> None:
    """Processes without TensorFlow, so that there can be several."""
    store, draw, kills = RunStore(tmp_path / "runs"), Random(0), 0
    while not store.runs() or store.runs()[0].status != "completed":
        run_id = store.runs()[0].id if kills else ""
        process = Process(scripted_runs.command(store, run_id), dict(os.environ), tmp_path / f"said-{kills}")
        kills += begun_and_killed(process, draw.uniform(0, 0.4))
        (record,) = store.runs()
        torn_bytes(record)  # every whole line is an event
        assert record.status in ("interrupted", "completed")
    assert kills > 1
    assert_whole(record)
    assert strays(record.folder) == []


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process can be set on Linux alone")
def test_a_run_that_is_killed_and_then_finds_the_disk_full_ends_as_if_nothing_had_been(tmp_path: Path) -> None:
    home = Home(tmp_path, checkpoint_seconds=0.0)
    first = home.start(*RECIPE.command)
    try:
        came_true(lambda: any(home.store.root.glob("*/checkpoint.safetensors")) or not first.running, LONG)
        came_true(lambda: bool(unfinished(home.store.root)) or not first.running, LONG, every=0.0002)
        assert first.running, first.said
        first.kill()
        assert first.orphans() == []
    finally:
        first.end()
    record = home.record
    assert record is not None
    torn_bytes(record)
    assert record.status == "interrupted"

    home.driver = TWICE.format(command=RECIPE.command)
    second = home.start("resume", record.id)
    try:
        came_true(lambda: "goes on in epoch" in second.said or not second.running, LONG)
        limit_files(second.pid, max(4096, (record.folder / "events.jsonl").stat().st_size + 50))
        assert came_true(lambda: isinstance(record.passing, RunHeld), 30), second.said
        assert came_true(lambda: "File too large" in second.said, 5), second.said
        limit_files(second.pid, resource.RLIM_INFINITY)
        assert second.wait(LONG) == 0, second.said
    finally:
        second.end()
    undisturbed = home.store.runs()[0]
    assert undisturbed.id != record.id
    for run in (record, undisturbed):
        assert faults(run, RECIPE.epochs) == []
    assert differences(kept(record), kept(undisturbed)) == []
    assert unfinished(tmp_path) == []
