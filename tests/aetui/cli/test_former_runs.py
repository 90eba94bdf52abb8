"""Run folders of earlier versions, before rooms, arrays and terms had the names of today: they open, answer, go on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine.events import EpochEnded, RunStarted
from engine.runs.snapshots import read_samples
from engine.runs.store import RunStore

FORMER = Path(__file__).parent / "former"
DATA = Path(__file__).parent / "former_data"
THIRD_EPOCH = 0.458119877747127, 0.44681382179260254
"""Training and validation loss, as the version that wrote the run went on with it."""

THIRD_OF_BAG = {
    "train": {
        "loss": 3.682103673617045,
        "words": 0.30349033574263257,
        "with_padding": 0.23046433180570602,
        "bag_of_words": 3.3786133527755737,
    },
    "validation": {
        "loss": 3.6696372032165527,
        "words": 0.29360532760620117,
        "with_padding": 0.22469691932201385,
        "bag_of_words": 3.3760318756103516,
    },
}
"""The same of `bag`, whose second term was called guessing."""

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


def test_its_terms_settings_and_metrics_have_the_names_of_today(runs: Path) -> None:
    record = RunStore(runs).find("bag")
    epochs = [event for event in record.events()[0] if isinstance(event, EpochEnded)]
    assert [list(ended.train) for ended in epochs] == [list(THIRD_OF_BAG["train"])] * 2
    assert list(epochs[0].validation) == list(THIRD_OF_BAG["validation"])
    assert record.config["bag_of_words"] == 1
    assert record.end is not None
    assert record.end.metrics["test_bag_of_words"] > 3
    started = record.events()[0][0]
    assert isinstance(started, RunStarted)
    assert started.config == record.config
    assert started.metadata["vectors"].startswith("trained on text")


def test_its_bag_of_words_head_goes_on_with_the_very_losses_and_answers(aetui: Any, runs: Path) -> None:
    done = aetui("-q", "--data-dir", str(DATA), "resume", "bag", "--epochs", "3", "--json")
    assert done.returncode == 0, done.stderr
    [third] = [event for event in map(json.loads, done.stdout.splitlines()) if event["type"] == "epoch_ended"]
    for part, terms in THIRD_OF_BAG.items():
        assert third[part] == pytest.approx(terms, rel=1e-5)
    answer = aetui("-q", "similarity", "bag", "the old cat sees the dog", "the dog sees the old cat")
    assert "0.998365" in answer.stdout, answer.stderr
