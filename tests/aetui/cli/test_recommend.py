"""`aetui recommend`, on an engine that needs no TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from fake_answers import STRANGER
from fakes import FakeEngine, FakeRun, fake_store
from typer.testing import CliRunner

from aetui.cli import app
from engine import session
from engine.errors import UsageError
from engine.runs.jobs import TrainJob

Aetui = Callable[..., Result]


@pytest.fixture
def aetui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Aetui:
    """Runs a command line in a folder with a run on ratings, `films`, and one on images."""
    monkeypatch.setattr("engine.storage.native_output.divert", lambda: None)
    monkeypatch.setattr(session, "Engine", lambda emit, store, **_: FakeEngine(emit, store))
    monkeypatch.chdir(tmp_path)
    store = fake_store(tmp_path / "runs")
    FakeRun(store, "films", TrainJob(variant="autorec", dataset="made-ratings"))
    FakeRun(store, "images", TrainJob(variant="vanilla", dataset="digits"))
    return lambda *arguments: CliRunner().invoke(app, ["--runs-dir", str(store.root), "-q", *arguments])


def test_items_are_listed_best_first_with_what_is_known_of_the_user(aetui: Aetui) -> None:
    result = aetui("recommend", "films", "u7", "-n", "2")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[:3] == [["RANK", "ITEM", "PREDICTED"], ["1", "film", "1", "4.90"], ["2", "film", "2", "4.80"]]
    assert "u7 rated 2 items, 200 are left; RMSE 1.00 over 1 rating held out of training" in result.stdout
    assert "between 1 and 5, after epoch 3" in result.stdout


def test_json_is_one_line_with_what_was_rated(aetui: Aetui) -> None:
    [line] = aetui("recommend", "films", "u7", "--json").stdout.splitlines()
    found = json.loads(line)
    assert (found["run"], found["user"], len(found["suggestions"])) == ("films", "u7", 10)
    assert found["rated"][1] == {"item": "seen late", "rating": 2.0, "predicted": 3.0, "held_out": True}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("recommend", "films", STRANGER), "u1, u2, u3"),
        (("recommend", "images", "u7"), "aetui train autorec"),
        (("reconstruct", "films", "other.csv"), "`aetui recommend films USER`"),
        (("reconstruct", "films", "-o", "sheet.png"), ".npy, .npz"),
        (("encode", "films", "other.csv"), "leave it out"),
        (("similarity", "films", "a", "b"), "`aetui recommend RUN USER`"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(aetui: Aetui, arguments: tuple[str, ...], words: str) -> None:
    result = aetui(*arguments)
    assert isinstance(result.exception, UsageError)
    assert words in str(result.exception)
