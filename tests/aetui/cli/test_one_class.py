"""From a training on one class alone to what does not fit, as a user does it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_zeros_learned_alone_tell_other_digits(aetui: Callable[..., Any], tmp_path: Path) -> None:
    train = aetui("train", "vanilla", "--dataset", "digits", "--normal", "0", "--epochs", "30", "-q")
    assert train.returncode == 0, train.stderr
    assert "AUROC" in train.stdout
    shown = aetui("runs", "show", "last")
    assert "normal" in shown.stdout
    assert "--set normal=0" in shown.stdout
    out = tmp_path / "found.csv"
    found = aetui("detect", "last", "--baselines", "--top", "3", "-o", str(out))
    assert found.returncode == 0, found.stderr
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 355
    zeros = [row["anomaly"] == "1" for row in rows if row["label"] == "0"]
    others = [row["anomaly"] == "1" for row in rows if row["label"] != "0"]
    assert sum(zeros) <= 4
    assert sum(others) / len(others) > 0.5
    assert float(found.stdout.split("AUROC ")[1][:6]) > 0.9
