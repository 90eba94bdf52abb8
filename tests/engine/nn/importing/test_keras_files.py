"""Networks that plain Keras made, imported and asked, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import json, sys, zipfile
from pathlib import Path

import h5py
import keras
import numpy as np

from engine.datasets.cache import DatasetCache
from engine.errors import EngineError
from engine.kinds.reading import Reading
from engine.nn import runtime
from engine.queries.messages import Encode, Reconstruct
from engine.queries.service import QueryService
from engine.nn.importing.run import write
from engine.nn.tensorflow_backend import KerasBackend
from engine.runs.store import RunStore

folder, layers = Path(sys.argv[1]), keras.layers
runtime.load("cpu")
keras.utils.set_random_seed(1)
encoder = keras.Sequential(
    [keras.Input((28, 28, 1)), layers.Conv2D(4, 3, strides=4), layers.Flatten(), layers.Dense(9), layers.ReLU()]
)
decoder = keras.Sequential([keras.Input((9,)), layers.Dense(784, "sigmoid"), layers.Reshape((28, 28, 1))])
items = keras.Input((28, 28, 1))
whole = keras.Model(items, decoder(encoder(items)), name="whole")
whole.save(folder / "whole.keras")
flat = keras.Sequential([keras.Input((784,)), layers.Dense(40, name="first"), layers.Dense(5), layers.Dense(784)])
flat.save(folder / "flat.keras")
own = keras.Sequential([keras.Input((784,)), layers.Dense(8), layers.Lambda(abs), layers.Dense(784)])
own.save(folder / "own.keras")
keras.Sequential([keras.Input((784,)), layers.Dense(8)]).save(folder / "half.keras")
given = keras.Input((784,))
both = layers.Concatenate()([layers.Dense(8)(given), layers.Dense(4)(given)])
keras.Model(given, layers.Dense(784)(both)).save(folder / "branch.keras")

with zipfile.ZipFile(folder / "flat.keras") as archive:
    contents = {name: archive.read(name) for name in archive.namelist()}
(folder / "w.h5").write_bytes(contents["model.weights.h5"])
with h5py.File(folder / "w.h5", "a") as file:
    file["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/")
for name, changed in {
    "linked": {"model.weights.h5": (folder / "w.h5").read_bytes()},
    "torn": {"model.weights.h5": contents["model.weights.h5"][:3000]},
    "untold": {"config.json": b"[]"},
}.items():
    with zipfile.ZipFile(folder / f"{name}.keras", "w") as archive:
        for member, content in {**contents, **changed}.items():
            archive.writestr(member, content)

store, found = RunStore(folder / "runs"), {}


def brought(file, **settings):
    wanted = {"dataset": "digits", "data_dir": None, "code": None, "name": "", "device": "CPU", **settings}
    return write(folder / f"{file}.keras", store, **wanted)


for name in ("own", "half", "branch", "linked", "torn", "untold"):
    try:
        brought(name)
        found[name] = "came in"
    except EngineError as error:
        found[name] = error.message
found["left"] = [path.name for path in store.root.iterdir()] if store.root.exists() else []
record, told = brought("whole", name="mine")
other, _ = brought("flat", code="first")
data = DatasetCache(None).load("digits", Reading())
test = data.as_floats(data.test.items[:])


def asked(query, record):
    answer = QueryService(KerasBackend("cpu"), store, DatasetCache(None)).answer(query, None, lambda *_: None)
    try:
        while True:
            next(answer)
    except StopIteration as stop:
        return stop.value
    except TypeError:
        return answer


codes = asked(Encode(run_id=record.id), record).codes
outputs = asked(Reconstruct(run_id=record.id, count=20), record).outputs
found |= {
    "status": record.status,
    "name": record.name,
    "metrics": record.end.metrics,
    "health": record.last_epoch.health is not None,
    "code": [record.events()[0][0].code_size, other.events()[0][0].code_size],
    "codes": float(np.abs(codes - encoder.predict(test, verbose=0)).max()),
    "outputs": float(np.abs(outputs - whole.predict(test[:20], verbose=0)).max()),
    "mse": float(np.square(whole.predict(test, verbose=0) - test).mean()),
    "told": told,
    "files": sorted(path.name for path in record.folder.iterdir()),
}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("keras")
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "CUDA_VISIBLE_DEVICES": "-1"}
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    answers: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answers


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_an_imported_network_answers_as_it_did_in_keras(found: dict[str, Any]) -> None:
    assert (found["status"], found["name"]) == ("completed", "mine")
    assert found["code"] == [9, 40]
    assert found["codes"] <= 1e-5
    assert found["outputs"] <= 1e-5
    assert found["metrics"]["test_mse"] == pytest.approx(found["mse"], rel=1e-4)
    assert "pca_mse" in found["metrics"]
    assert found["health"]
    assert "the output of its layer re_lu, 9 numbers of an item's 784" in found["told"][0]
    assert found["files"] == ["checkpoint.safetensors", "events.jsonl", "network.json", "run.json", "snapshots.bin"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_is_no_autoencoder_of_standard_layers_is_refused_and_leaves_nothing(found: dict[str, Any]) -> None:
    assert "found Lambda" in found["own"]
    assert "output has the shape of its input" in found["half"]
    assert "branch" in found["branch"]
    assert "elsewhere is a link" in found["linked"]
    assert "weights are not those of its layers" in found["torn"]
    assert "describes no network" in found["untold"]
    assert found["left"] == []
