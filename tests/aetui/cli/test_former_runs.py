"""Run folders of an earlier version, before rooms and arrays had the names of today: they open, answer and go on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.runs.snapshots import read_samples
from engine.runs.store import RunStore

FORMER = Path(__file__).parent / "former"
THIRD_EPOCH = 0.458119877747127, 0.44681382179260254
"""Training and validation loss, as the version that wrote the run went on with it."""

COSINES = {"words": 0.918597, "averaged word vectors": 0.944781}
"""As that version said them."""


@pytest.fixture
def runs(home: dict[str, str]) -> Path:
    folder = Path(home["HOME"], ".local/share/aetui/runs")
    shutil.copytree(FORMER, folder)
    return folder


def test_its_pictures_are_read_with_the_points_of_the_baseline(runs: Path) -> None:
    record = RunStore(runs).find("old")
    views = read_samples(record.folder, 2).views
    assert views["points"].shape == views["baseline_points"].shape


def test_it_goes_on_with_the_very_losses(aetui: Any, runs: Path) -> None:
    done = aetui("-q", "resume", "old", "--epochs", "3", "--json")
    assert done.returncode == 0, done.stderr
    [third] = [event for event in map(json.loads, done.stdout.splitlines()) if event["type"] == "epoch_ended"]
    assert third["epoch"] == 3
    assert (third["train"]["loss"], third["validation"]["loss"]) == pytest.approx(THIRD_EPOCH, rel=1e-5)


def test_its_words_are_understood_without_its_text(aetui: Any, runs: Path) -> None:
    done: subprocess.CompletedProcess[str] = aetui(
        "-q", "similarity", "words", "return a copy of the string", "the string is a copy"
    )
    assert done.returncode == 0, done.stderr
    told = dict(re.findall(r"^(words|averaged word vectors) +([\d.]+)", done.stdout, re.MULTILINE))
    assert {name: float(cosine) for name, cosine in told.items()} == pytest.approx(COSINES, rel=1e-5)
