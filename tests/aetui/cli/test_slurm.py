"""`aetui slurm`: what it submits, and a run that a time limit cuts into lives."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import fake_slurm
import pytest
from click.testing import Result

from engine.events import RunHandedOver, RunResumed, complete_epochs
from engine.runs.store import RunRecord, RunStore

EPOCHS = 100
REQUEUES = 3


def test_the_script_is_shown_and_nothing_is_left_behind(instantly: Callable[..., Result], store: RunStore) -> None:
    shown = instantly("slurm", "--print", "--tasks", "2", "--gpus", "2", "train", "vanilla", "--epochs", "3")
    assert shown.exit_code == 0
    for words in ("--ntasks-per-node=2", "--device gpu:all", "--set epochs=3", "TF_CONFIG", "--dataset digits"):
        assert words in shown.stdout
    assert not store.root.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export", "last"), "expected train or resume"),
        (("train", "vanilla", "--detach"), "leave it out"),
        (("train", "vanilla", "--seeds", "3"), "one run at a time"),
        (("train", "vanilla", "--isolate"), "leave --jobs and --isolate out"),
        (("train", "vanilla", "--set", "hidden_dim=0"), "1 to 65,536"),
        (("resume", "nothing"), "no run is called"),
        (("train", "vanilla", "--id", "last"), "expected 3 to 100"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_it_is_submitted(
    instantly: Callable[..., Result], arguments: tuple[str, ...], words: str
) -> None:
    assert words in str(instantly("slurm", *arguments).exception)


def curve(record: RunRecord) -> list[dict[str, float]]:
    return [dict(ended.train) for ended in complete_epochs(record.events()[0])]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(900)  # each life loads TensorFlow
def test_a_run_of_requeues_and_a_kill_at_the_limit_has_the_curve_of_an_undisturbed_one(
    command: list[str], home: dict[str, str], tmp_path: Path
) -> None:
    def aetui(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *arguments], env=home, capture_output=True, text=True, check=False)

    settings = ("vanilla", "--dataset", "digits", "--epochs", str(EPOCHS), "--seed", "4", "--set", "batch_size=32")
    assert aetui("train", *settings, "--id", "undisturbed").returncode == 0
    runs = tmp_path / ".local/share/aetui/runs"
    home |= fake_slurm.installed(tmp_path / "slurm")
    home |= {"FAKE_LIMIT": "12", "FAKE_DEAF": str(REQUEUES), "FAKE_RUNS": str(runs)}
    submitted = aetui("slurm", "--notice", "60", "train", *settings, "--id", "cut")
    assert submitted.returncode == 0, submitted.stderr
    assert "4711" in submitted.stdout
    assert fake_slurm.wait(tmp_path / "slurm", 400)
    log = (runs / "slurm" / "cut.log").read_text()
    assert fake_slurm.lives(tmp_path / "slurm") == [75] * REQUEUES + [-9], log
    store = RunStore(runs)
    record = store.find("cut")
    until = time.monotonic() + 30
    while record.lives and time.monotonic() < until:  # what was killed takes a moment to let go of all its memory
        time.sleep(0.1)
    assert record.status == "interrupted"
    del home["FAKE_LIMIT"]
    subprocess.run(["sbatch", str(runs / "slurm" / "cut.sh")], env=home, check=True, capture_output=True)
    assert fake_slurm.wait(tmp_path / "slurm", 400)
    history = record.events()[0]
    assert sum(isinstance(event, RunHandedOver) for event in history) == REQUEUES
    assert sum(isinstance(event, RunResumed) for event in history) == REQUEUES + 1
    assert record.status == "completed"
    assert curve(record) == curve(store.find("undisturbed"))
    assert json.dumps(record.end.metrics) == json.dumps(store.find("undisturbed").end.metrics)  # type: ignore[union-attr]
    again = aetui("train", *settings, "--id", "cut")
    assert (again.returncode, "is complete" in again.stderr) == (0, True)
    other = aetui("train", *settings, "--id", "cut", "--seed", "5")
    assert (other.returncode, "seed 4, not 5" in other.stderr) == (2, True)
