"""Runs that another process trains, or is to begin, are stopped from the command line."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from fakes import FakeRun

from engine.errors import UsageError
from engine.runs import handover
from engine.runs.jobs import HandOver, Order, TrainJob
from engine.runs.store import RunStore
from engine.runs.waiting import Waiting, find

JOB = TrainJob(variant="vanilla", dataset="digits")


@pytest.mark.parametrize("begins", [False, True])
def test_a_run_that_waits_in_another_process_can_be_stopped(
    instantly: Callable[..., Result], store: RunStore, begins: bool
) -> None:
    other = Waiting(store.root)
    for run_id in ("r1", "r2"):
        other.announce(Order(run_id=run_id, job=JOB))

    def other_process() -> bool:
        while not other.unwanted():
            time.sleep(0.01)
        if begins:  # in that very moment, and then it hears of it
            run = FakeRun(store, "r1", JOB)
            run.stamp(run.started())
            run.stamp(run.epoch(1))
            run.stamp(run.finished("stopped", 1))
        return other.over("r1")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(other_process)
        result = instantly("stop", "r1")
    assert result.exit_code == 0, result.exception
    assert ("before it began" in result.stdout, "stopped, " in result.stdout) == (not begins, begins)
    assert (find(store.root, "r1"), find(store.root, "r")) == ("", "r2")
    other.close()
    assert isinstance(instantly("stop", "r2").exception, UsageError)


@pytest.mark.slow
def test_a_run_that_was_left_before_its_first_step_is_stopped_at_once(aetui: Any, home: dict[str, str]) -> None:
    store = RunStore(Path(home["HOME"], ".local/share/aetui/runs"))
    order = handover.order(JOB, store)
    handover.launch(store.root, None, "cpu", HandOver([order], clean=True))
    while not find(store.root, order.run_id):
        time.sleep(0.05)
    stopped = aetui("stop", order.run_id)
    assert (stopped.returncode, "before it began" in stopped.stdout) == (0, True), stopped.stderr
    assert store.runs() == []
