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
from engine.checkpoint import read_checkpoint, write_checkpoint
from engine.datasets.image_data import ImageData
from engine.events import EpochEnded
from engine.nn.backend import KerasBackend
from engine.registry import VARIANTS
from engine.training import Checkpoint, EpochReport, Training

SHAPE = (8, 8, 1)
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    **{key: (key, "book", {}) for key in VARIANTS},
    "greedy": ("stacked", "greedy", {"layers": "9-4", "pretrain_epochs": 1}),
    "fixed noise": ("denoising", "book", {"resample": False, "corruption": "salt_and_pepper"}),
    "warm-up": ("variational", "book", {"warmup": 3, "schedule": "cosine"}),
}

OTHER_PROCESS = """
import json, sys
from pathlib import Path
import numpy as np
from engine import params, registry
from engine.checkpoint import read_checkpoint
from engine.nn.backend import KerasBackend

folder = Path(sys.argv[1])
backend, images = KerasBackend("cpu"), np.load(folder / "images.npy")
for name, (variant, preset, settings) in json.loads((folder / "cases.json").read_text()).items():
    config = params.configure(registry.preset(variant, preset), settings)
    checkpoint = read_checkpoint(folder / f"{name}.safetensors")
    model = backend.model(registry.variant(variant), config, images.shape[1:], checkpoint)
    codes = model.encode(images)
    np.savez(folder / f"{name}.npz", codes=codes, outputs=model.decode(codes))
"""


def settings(name: str) -> tuple[str, str, dict[str, Any]]:
    variant, preset, changed = CASES[name]
    return variant, preset, {"epochs": 4, "batch_size": 10, "precision": "float32", **changed}


def training(name: str, data: ImageData, checkpoint: Checkpoint | None = None) -> Training:
    variant, preset, changed = settings(name)
    config = params.configure(registry.preset(variant, preset), changed)
    return KerasBackend("cpu").training(registry.variant(variant), config, data, checkpoint)


def figures(run: Training) -> list[EpochEnded]:
    """The epochs to the end, without what depends on the clock."""
    reports = [report for report in run.run() if isinstance(report, EpochReport)]
    return [msgspec.structs.replace(report.event, seconds=0, samples_per_second=0) for report in reports]


@pytest.mark.parametrize("name", CASES)
def test_a_run_cut_inside_any_epoch_goes_on_bit_for_bit(name: str, small_data: Any, tmp_path: Path) -> None:
    data = small_data(items=30, shape=SHAPE)
    run = training(name, data)
    expected = []
    for number, report in enumerate(run.run()):
        if isinstance(report, EpochReport):
            expected.append(msgspec.structs.replace(report.event, seconds=0, samples_per_second=0))
        write_checkpoint(tmp_path / f"{number:02}.safetensors", run.checkpoint())
    checkpoints = sorted(tmp_path.iterdir())
    end = run.checkpoint()
    stored = [read_checkpoint(path) for path in checkpoints]
    second = [one for one in stored if one and one.position.epoch == 2]
    inside, between = next(one for one in second if one.position.step), second[0]
    assert between.position.step == 0
    for checkpoint in (inside, between) if name == "greedy" else (inside,):
        rest = training(name, data, checkpoint)
        continued = figures(rest)
        assert continued == expected[-len(continued) :]
        for weights, array in end.arrays.items():
            np.testing.assert_array_equal(rest.checkpoint().arrays[weights], array, err_msg=weights)


def test_a_model_stored_at_any_stage_answers_the_same_in_a_new_process(small_data: Any, tmp_path: Path) -> None:
    data = small_data(items=20, shape=SHAPE)
    images = data.test.images
    np.save(tmp_path / "images.npy", images)
    expected, cases = {}, {}
    for name in CASES:
        run = training(name, data)
        for epoch, _ in enumerate((report for report in run.run() if isinstance(report, EpochReport)), start=1):
            if epoch in (1, 4):
                key = f"{name} {epoch}"
                cases[key] = settings(name)
                write_checkpoint(tmp_path / f"{key}.safetensors", run.checkpoint())
                codes = run.model.encode(images)
                expected[key] = codes, run.model.decode(codes)
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    subprocess.run([sys.executable, "-c", OTHER_PROCESS, tmp_path], check=True, capture_output=True)
    for key, (codes, outputs) in expected.items():
        with np.load(tmp_path / f"{key}.npz") as found:
            np.testing.assert_array_equal(found["codes"], codes, err_msg=key)
            np.testing.assert_array_equal(found["outputs"], outputs, err_msg=key)
