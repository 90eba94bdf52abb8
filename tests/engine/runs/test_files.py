"""docs/files.md, held against what runs hold and what the program knows of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from engine.datasets.numbers.columns import Columns
from engine.kinds import KINDS
from engine.ratings import rating_files
from engine.registry import VARIANTS
from engine.runs.files import FILES, row_of
from engine.runs.store import RunStore
from engine.text.lexicon import MARKS, Lexicon

PAGE = Path(__file__).parents[3] / "docs" / "files.md"
NAMES = Path(__file__).parents[1] / "nn" / "weight_names.json"
CASES = {"topk": "sparse", "greedy": "stacked", "fixed noise": "denoising", "warm-up": "variational"} | {
    "running means": "vq",
    "masked": "sentence",
    "bag of words": "sentence",
}
"""Whose weights these are, where the case has not the model's name."""


def documented() -> list[str]:
    """The names in the first column of the first table."""
    table = PAGE.read_text("utf-8").split("| file |")[1].split("\n\n")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)


def weights_block() -> str:
    """The rows of the table of weights: the layers of each model with the names of their weights."""
    layers: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for case, names in json.loads(NAMES.read_text()).items():
        for name in names:
            layer, _, weight = name.rpartition("/")
            layers[CASES.get(case, case)][layer].add(weight)
    rows = []
    for model in VARIANTS:
        told = "; ".join(f"`{layer}/` {', '.join(sorted(weights))}" for layer, weights in sorted(layers[model].items()))
        rows.append(f"| {model} | {told} |")
    return "\n".join(rows)


def test_the_page_has_the_files_that_the_table_has() -> None:
    assert sorted(documented()) == sorted(row.name for row in FILES)


def test_the_page_names_the_weights_of_every_model() -> None:
    expected = weights_block()
    found = re.search(r"<!-- weights -->\n(.*?)\n?<!-- end -->", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert found[1] == expected, f"put this between the marks in {PAGE.name}:\n{expected}"


def test_names_are_told_apart_exactly() -> None:
    assert row_of("samples/epoch-00012.npz") is row_of("samples/epoch-0012.npz") is not None
    for strange in ("samples/epoch-12.npz", "Samples/probe.npz", "run.json\n", "./run.json", "run_json", ""):
        assert row_of(strange) is None


def test_kinds_name_the_files_that_they_keep(tmp_path: Path, small_ratings: Any) -> None:
    for key in ("text", "vectors", "ratings"):
        (tmp_path / key).mkdir()
    Lexicon((*MARKS, "word"), np.zeros((3, 2), np.float32), "nowhere", segmentation="by nobody").write(
        tmp_path / "text"
    )
    Columns(columns=(), normalise="none", id="").write(tmp_path / "vectors")
    rating_files.write(small_ratings(users=4, items=5), tmp_path / "ratings")
    for key in ("text", "vectors", "ratings"):
        assert sorted(path.name for path in (tmp_path / key).iterdir()) == sorted(KINDS[key].files)


@pytest.mark.slow
def test_a_real_run_leaves_the_files_of_the_page_and_no_others(tmp_path: Path) -> None:
    train = ["train", "vanilla", "--dataset", "digits", "--preset", "small", "--epochs", "1"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "data")}
    command = [sys.executable, "-m", "aetui", "--runs-dir", str(tmp_path / "runs"), *train]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    [run] = RunStore(tmp_path / "runs").runs()
    left = {path.name for path in run.folder.iterdir()}
    weights = {"checkpoint.safetensors", "best.safetensors"}
    assert left == {"run.json", "events.jsonl", "steps.npz", "snapshots.bin", "weights", *weights}
    assert left - {"weights"} <= set(documented())
    assert [path.name for path in (run.folder / "weights").iterdir()] == ["epoch-0001.safetensors"]
    with safe_open(run.folder / "best.safetensors", "numpy") as file:
        names = sorted(file.keys())
    assert names == json.loads(NAMES.read_text())["vanilla"]
