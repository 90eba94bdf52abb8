"""Training as a script does it: real processes, real digits."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

EPOCHS = 300
"""About ten seconds: a checkpoint is written after five."""


IN_ONE_PROCESS = """
import json, sys
from aetui.__main__ import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["aetui", *arguments]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""
"""Several command lines: TensorFlow is loaded once."""


def in_one_process(home: dict[str, str], *commands: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    one_after_the_other = [sys.executable, "-c", IN_ONE_PROCESS, json.dumps(commands)]
    return subprocess.run(one_after_the_other, env=home, capture_output=True, text=True, timeout=400, check=False)


def events(text: str, kind: str) -> list[dict[str, Any]]:
    return [event for event in map(json.loads, text.splitlines()) if event["type"] == kind]


def test_train_look_lengthen_and_use_a_run(aetui: Any, home: dict[str, str], tmp_path: Path) -> None:
    trained = aetui(
        "train", "vanilla", "--epochs", "2", "--seed", "5", "--set", "hidden_dim=16", "--name", "mine", "--json"
    )
    assert trained.returncode == 0, trained.stderr
    [started], [finished] = events(trained.stdout, "run_started"), events(trained.stdout, "run_finished")
    assert started["dataset"] == "digits"
    assert {"epochs": 2, "seed": 5, "hidden_dim": 16}.items() <= started["config"].items()
    assert (finished["outcome"], finished["epochs"]) == ("completed", 2)
    assert [event["epoch"] for event in events(trained.stdout, "epoch_ended")] == [1, 2]
    assert "epoch 2/2" in trained.stderr
    assert "port.cc" not in trained.stderr

    listed = aetui("runs").stdout
    assert "completed" in listed
    assert "mine" in listed

    longer = aetui("resume", "mine", "--epochs", "3", "--quiet")  # a global option may stand after the command
    assert (longer.returncode, longer.stderr) == (0, "")
    assert "completed, 3 epochs" in longer.stdout
    shown = aetui("runs", "show", "last").stdout
    assert started["run_id"] in shown
    assert "hidden_dim" in shown

    sheet, arrays = tmp_path / "sheet.png", tmp_path / "all.npz"
    reconstruct = (
        ("reconstruct", "mine", "-n", "4", "-o", str(sheet)),
        ("reconstruct", "mine", str(sheet), "-o", str(arrays)),
    )
    assert in_one_process(home, *reconstruct).returncode == 0
    with Image.open(sheet) as image:
        assert image.height < image.width
    with np.load(arrays) as loaded:
        assert loaded["codes"].shape == (1, 16)


def started(
    command: list[str], home: dict[str, str], enough: Callable[[dict[str, Any]], bool]
) -> subprocess.Popen[str]:
    """A training process that has told what is `enough`."""
    process = subprocess.Popen(
        [*command, "train", "vanilla", "--epochs", str(EPOCHS), "--json"],
        env=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if enough(json.loads(line)):
            return process
    raise AssertionError("it ended before")


@pytest.mark.slow
def test_ctrl_c_stops_the_run_keeps_the_weights_and_ends_with_130(
    aetui: Any, command: list[str], home: dict[str, str]
) -> None:
    process = started(command, home, lambda event: event.get("epoch") == 5)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=200)
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    [finished] = events(rest, "run_finished")
    assert finished["outcome"] == "stopped"
    assert aetui("reconstruct", "last", "-o", f"{home['HOME']}/sheet.png").returncode == 0


@pytest.mark.slow
def test_codes_of_a_trained_model_go_out_and_come_back_as_images(home: dict[str, str], tmp_path: Path) -> None:
    codes, images, samples = (str(tmp_path / name) for name in ("codes.tsv", "images.npz", "samples.npy"))
    settings = ("--epochs", "1", "--dataset", "digits", "--set", "latent_dim=2")
    commands = [
        ("train", "variational", *settings),
        ("encode", "last", "-n", "6", "-o", codes),
        ("decode", "last", codes, "-o", images),
        ("sample", "last", "-n", "3", "-o", samples),
        ("probe", "last"),
    ]
    done = in_one_process(home, *commands)
    assert done.returncode == 0, done.stderr
    assert "PCA of the same size" in done.stdout
    assert Path(codes).read_text().startswith("label\tz1\tz2\n")
    with np.load(images) as loaded:
        assert loaded["images"].shape == (6, 28, 28, 1)
    assert 0 <= np.load(samples).min() < np.load(samples).max() <= 1
    assert "SOFTMAX" in done.stdout


def test_doctor_finds_a_device_and_the_bundled_data(aetui: Any) -> None:
    printed = aetui("doctor").stdout
    assert "✓ device" in printed
    assert "with scikit-learn" in printed
