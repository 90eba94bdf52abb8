"""What is exported is the run's network: opened in processes that know nothing of this project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import EngineError
from engine.events import RunFinished
from engine.queries.messages import Export
from engine.runs.jobs import TrainJob

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PATIENCE = 600
"""Seconds: on a busy machine TensorFlow alone takes minutes to load."""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An engine and a trained run of a variant on the bundled digits."""
    from queue import SimpleQueue

    from engine.runs.store import RunStore
    from engine.session import Engine

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    events: SimpleQueue[Any] = SimpleQueue()
    engine = Engine(events.put, RunStore(tmp_path / "runs"), device="cpu", data_dir=None)
    engine.start()

    def train(variant: str, preset: str, **config: Any) -> tuple[Engine, RunFinished]:
        engine.submit(TrainJob(variant=variant, dataset="digits", preset=preset, config={"epochs": 1, **config}))
        while not isinstance(event := events.get(timeout=PATIENCE), RunFinished):
            pass
        return engine, event

    yield train
    engine.close()


def test_keras_opens_it_and_bytes_go_in_with_preprocessing(run: Any, tmp_path: Path) -> None:
    engine, trained = run("sparse", "topk", hidden_dim=20, k=3, precision="mixed_bfloat16")
    path = tmp_path / "out"
    answer = engine.query(Export(run_id=trained.run_id, format="keras", path=str(path), inside=True)).result(PATIENCE)
    assert answer.difference < 1e-5
    assert answer.items == 355
    assert "mixed_bfloat16" in answer.notes[-1]
    assert {"encoder.keras", "README.txt", "preprocessing.json", "export.json"} <= set(answer.files)
    assert json.loads((path / "export.json").read_text())["run"] == trained.run_id
    with pytest.raises(EngineError, match="there already"):
        engine.query(Export(run_id=trained.run_id, format="keras", path=str(path))).result(PATIENCE)


def test_another_network_is_not_taken_for_the_run(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.nn.exporting import npz_files

    engine, trained = run("vanilla", "small", hidden_dim=4)
    right = npz_files._dense

    def wrong(layer: Any, name: str, arrays: Any) -> Any:
        yield from right(layer, name, arrays)
        arrays[f"{name}/bias"] = arrays[f"{name}/bias"] + 1

    rules = npz_files.RULES
    dense = next(kind for kind in rules if kind.__name__ == "Dense")
    monkeypatch.setitem(rules, dense, wrong)
    with pytest.raises(EngineError, match="nothing was written"):
        engine.query(Export(run_id=trained.run_id, format="npz", path=str(tmp_path / "out"))).result(PATIENCE)
    assert not list(tmp_path.glob("*out*"))


def test_the_program_trains_to_a_loss_near_that_of_the_run(run: Any, tmp_path: Path) -> None:
    engine, trained = run("denoising", "small", epochs=3)
    path = tmp_path / "out"
    answer = engine.query(Export(run_id=trained.run_id, format="script", path=str(path))).result(PATIENCE)
    assert answer.difference < 1e-5
    from engine import datasets

    data = datasets.load("digits", None)
    arrays = {"x_train": data.train.items, "y_train": data.train.labels, "x_test": data.test.items}
    np.savez(tmp_path / "digits.npz", allow_pickle=False, **arrays)
    command = [sys.executable, "train.py", "--data", str(tmp_path / "digits.npz")]
    done = subprocess.run(command, cwd=path, capture_output=True, text=True, check=True)
    losses = [float(line.split()[-1]) for line in done.stdout.splitlines() if line.startswith("epoch")]
    assert len(losses) == 3
    assert losses[-1] == pytest.approx(trained.validation["loss"], rel=0.1)
    assert "nothing was written" in done.stdout
    assert not list(path.glob("*.keras"))
