"""Peak resident memory of a training, against that of importing TensorFlow plus the data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.benchmark, pytest.mark.data]

# Not getrusage: its figure is inherited from the process that starts this one.
PEAK = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
MNIST_KIB = 70_000 * (28 * 28 + 1) / 1024


def peak_kib(code: str, tmp_path: Path) -> float:
    command = [sys.executable, "-c", f"{code}\n{PEAK}"]
    environment = {**os.environ, "AETUI_RUNS": str(tmp_path)}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    return float(printed.splitlines()[-1])


def test_training_takes_at_most_half_more_than_tensorflow_and_the_data(tmp_path: Path) -> None:
    if "AETUI_DATA" not in os.environ:
        pytest.skip("set AETUI_DATA to a folder with mnist.npz")
    train = "from aetui.cli import app; app('train vanilla --dataset mnist --epochs 3'.split(), standalone_mode=False)"
    ratios = []
    for _ in range(3):
        bare = peak_kib("import tensorflow", tmp_path)
        ours = peak_kib(train, tmp_path)
        ratios.append(ours / (bare + MNIST_KIB))
        print(f"import tensorflow {bare / 1024:.0f} MiB, train vanilla {ours / 1024:.0f} MiB, ratio {ratios[-1]:.2f}")
    assert sorted(ratios)[1] <= 1.5
