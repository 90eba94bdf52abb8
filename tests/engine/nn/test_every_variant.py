"""What every autoencoder keeps: a run cut anywhere goes on bit for bit, a stored model answers the same elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from engine import params, registry
from engine.backend import Checkpoint, EpochReport, Training
from engine.datasets.data import Data
from engine.events import EpochEnded
from engine.nn.tensorflow_backend import KerasBackend
from engine.ratings.rating_data import RatingsData
from engine.registry import VARIANTS
from engine.runs.checkpoint import read_checkpoint, write_checkpoint

SHAPE = (8, 8, 1)
NAMES: dict[str, list[str]] = json.loads(Path(__file__).with_name("weight_names.json").read_text())
"""Of the weights in a checkpoint of each case: other programs read them, and later versions."""
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    **{key: (key, "book", {}) for key in VARIANTS},
    "vq": ("vq", "book", {"filters": 8, "entries": 16, "dimensions": 4, "precision": "float32"}),
    "running means": ("vq", "tuned", {"filters": 8, "entries": 16, "dimensions": 4}),
    "topk": ("sparse", "topk", {"hidden_dim": 20, "k": 3}),
    "greedy": ("stacked", "greedy", {"layers": "9-4", "pretrain_epochs": 1}),
    "fixed noise": ("denoising", "book", {"resample": False, "corruption": "salt_and_pepper"}),
    "warm-up": ("variational", "book", {"warmup": 3, "schedule": "cosine"}),
    "sentence": ("sentence", "book", {"units": 7}),
    "masked": (
        "sentence",
        "small",
        {"units": 7, "cell": "gru", "word_dropout": 0.3, "decoder_units": 4, "directions": "forward"},
    ),
    "bag of words": (
        "sentence",
        "small",
        {"units": 7, "pooling": "attention", "bag_of_words": 0.5, "weighting": "idf", "vocabulary": 13},
    ),
}

OTHER_PROCESS = """
import json, sys
from pathlib import Path
import numpy as np
from engine import params, registry
from engine.runs.checkpoint import read_checkpoint
from engine.nn.tensorflow_backend import KerasBackend

folder = Path(sys.argv[1])
backend = KerasBackend("cpu")
for name, (variant, preset, settings) in json.loads((folder / "cases.json").read_text()).items():
    config = params.configure(registry.preset(variant, preset), settings)
    checkpoint = read_checkpoint(folder / f"{name}.safetensors")
    items = np.load(folder / f"{registry.variant(variant).accepts[0]}.npy")
    model = backend.model(registry.variant(variant), config, items.shape[1:], checkpoint)
    codes = model.encode(items)
    np.savez(folder / f"{name}.npz", codes=codes, outputs=model.decode(codes))
"""


def settings(name: str) -> tuple[str, str, dict[str, Any]]:
    variant, preset, changed = CASES[name]
    return variant, preset, {"epochs": 4, "batch_size": 10, "precision": "float32", **changed}


def data_for(name: str, small_data: Any, small_text: Any, small_ratings: Any) -> Data:
    accepts = VARIANTS[CASES[name][0]].accepts
    if "ratings" in accepts:
        return RatingsData(small_ratings(users=25, items=30), "items")
    # 40 sentences to train on, as short last batches (tests/engine/nn/test_trainer.py) are compiled for themselves.
    data: Data = small_text(57) if "text" in accepts else small_data(items=30, shape=SHAPE)
    return data


@pytest.fixture(scope="module")
def backend() -> KerasBackend:
    """One for all, as in a program: a run that goes on takes over the graph of the one it goes on with.

    Weights that a checkpoint lacked would have their values of the end, not of the cut.
    """
    return KerasBackend("cpu")


def training(backend: KerasBackend, name: str, data: Data, checkpoint: Checkpoint | None = None) -> Training:
    variant, preset, changed = settings(name)
    config = params.configure(registry.preset(variant, preset), changed)
    return backend.training(registry.variant(variant), config, data, checkpoint)


def figures(run: Training) -> list[EpochEnded]:
    """The epochs to the end, without what depends on the clock."""
    reports = [report for report in run.run() if isinstance(report, EpochReport)]
    return [msgspec.structs.replace(report.event, seconds=0, samples_per_second=0) for report in reports]


@pytest.mark.parametrize(
    "name", [name if name in VARIANTS else pytest.param(name, marks=pytest.mark.slow) for name in CASES]
)
def test_a_run_cut_inside_any_epoch_goes_on_bit_for_bit_and_its_weights_keep_their_names(
    backend: KerasBackend, name: str, small_data: Any, small_text: Any, small_ratings: Any, tmp_path: Path
) -> None:
    data = data_for(name, small_data, small_text, small_ratings)
    run = training(backend, name, data)
    expected = []
    for number, report in enumerate(run.run()):
        if isinstance(report, EpochReport):
            expected.append(msgspec.structs.replace(report.event, seconds=0, samples_per_second=0))
        write_checkpoint(tmp_path / f"{number:02}.safetensors", run.checkpoint())
    checkpoints = sorted(tmp_path.iterdir())
    end = run.checkpoint()
    del run
    assert sorted(each for each in end.arrays if not each.startswith("optimizer/")) == NAMES.get(name)
    stored = [read_checkpoint(path) for path in checkpoints]
    second = [one for one in stored if one and one.position.epoch == 2]
    inside, between = next(one for one in second if one.position.step), second[0]
    assert between.position.step == 0
    for checkpoint in (inside, between) if name == "greedy" else (inside,):
        rest = training(backend, name, data, checkpoint)
        continued = figures(rest)
        assert continued == expected[-len(continued) :]
        arrays = rest.checkpoint().arrays
        for weights, array in end.arrays.items():
            np.testing.assert_array_equal(arrays[weights], array, err_msg=weights)
        del rest


@pytest.mark.slow
def test_a_model_stored_at_any_stage_answers_the_same_in_a_new_process(
    backend: KerasBackend, small_data: Any, small_text: Any, small_ratings: Any, tmp_path: Path
) -> None:
    expected, cases = {}, {}
    for name in CASES.keys() - {"fixed noise", "warm-up"}:  # they train otherwise; the models are the same
        data = data_for(name, small_data, small_text, small_ratings)
        items = data.as_floats(data.test.items)
        np.save(tmp_path / f"{data.kind}.npy", items)
        run = training(backend, name, data)
        for epoch, _ in enumerate((report for report in run.run() if isinstance(report, EpochReport)), start=1):
            if epoch in (1, 4):
                key = f"{name} {epoch}"
                cases[key] = settings(name)
                write_checkpoint(tmp_path / f"{key}.safetensors", run.checkpoint())
                codes = run.model.encode(items)
                expected[key] = codes, run.model.decode(codes)
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    subprocess.run([sys.executable, "-c", OTHER_PROCESS, tmp_path], check=True, capture_output=True)
    for key, (codes, outputs) in expected.items():
        with np.load(tmp_path / f"{key}.npz") as found:
            np.testing.assert_array_equal(found["codes"], codes, err_msg=key)
            np.testing.assert_array_equal(found["outputs"], outputs, err_msg=key)
