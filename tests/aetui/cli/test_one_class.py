"""From a training on one class alone to what does not fit, as a user does it."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_200)]


def test_zeros_learned_alone_tell_other_digits(home: dict[str, str], command: list[str], tmp_path: Path) -> None:
    def succeeds(*arguments: str) -> str:
        done = subprocess.run(
            [*command, *arguments], env=home, capture_output=True, text=True, timeout=500, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "AUROC" in succeeds("train", "vanilla", "--dataset", "digits", "--normal", "0", "--epochs", "30", "-q")
    assert "--set normal=0" in succeeds("runs", "show", "last", "--command")
    out = tmp_path / "found.csv"
    told = succeeds("detect", "last", "--baselines", "--top", "3", "-o", str(out))
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 355
    zeros = [row["anomaly"] == "1" for row in rows if row["label"] == "0"]
    others = [row["anomaly"] == "1" for row in rows if row["label"] != "0"]
    assert sum(zeros) <= 4
    assert sum(others) > len(others) / 2
    assert float(told.split("AUROC ")[1][:6]) > 0.9
