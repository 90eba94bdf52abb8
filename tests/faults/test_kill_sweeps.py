"""A sweep that is killed; `kill_sweeps.py` in this folder is for many kills."""

from __future__ import annotations

from pathlib import Path

import pytest
from kill_sweeps import rows
from run_process import Home, came_true

from engine.runs.store import RunStore
from engine.sweeps import sweep, trials

pytestmark = [pytest.mark.slow, pytest.mark.long]

LONG = 150
COMMAND = (
    *("sweep", "vanilla", "--dataset", "digits", "--preset", "small", "--epochs", "2", "--seed", "3"),
    *("--over", "learning_rate=log:1e-4..1e-2", "--trials", "3", "--seeds", "2", "--sampler", "random"),
)
TWICE = """
import sys
from aetui.__main__ import main
resume = sys.argv[:]
for sys.argv in (resume, [*resume[:3], "--runs-dir", {elsewhere!r}, *{command!r}]):
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""
"""The command line, and then an undisturbed sweep in another store by the same process: TensorFlow is loaded once."""


@pytest.mark.timeout(400)
def test_a_sweep_that_is_killed_in_the_middle_of_a_trial_ends_with_the_same_table(tmp_path: Path) -> None:
    home, elsewhere = Home(tmp_path, checkpoint_seconds=0.0), tmp_path / "elsewhere"
    first = home.start(*COMMAND, "--name", "killed")
    try:
        assert came_true(lambda: len(begun(home.store)) > 1 or not first.running, LONG), first.said
        assert first.running, first.said
        first.kill()
        assert first.orphans() == []
    finally:
        first.end()
    (known,) = sweep.kept(home.store)
    assert not sweep.lives(home.store, known.id)
    assert "running" in {trial.state for trial in trials.read(sweep.folder(home.store, known.id)).values()}
    home.driver = TWICE.format(elsewhere=str(elsewhere), command=COMMAND)
    second = home.start("sweep", "--resume", "killed")
    try:
        assert second.wait(LONG) == 0, second.said
    finally:
        second.end()
    found, wanted = rows(home.store), rows(RunStore(elsewhere))
    assert found == wanted
    assert [line.split(",")[1] for line in found[1:]] == ["completed"] * 3
    runs = home.store.summaries()
    assert {run.group for run in runs} == {known.id}
    assert all(run.status == "completed" and not run.metrics for run in runs), "the test part is not looked at"


def begun(store: RunStore) -> list[str]:
    return [path.parent.name for path in store.root.glob("*/events.jsonl")]
