from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.analysis import embedding
from engine.errors import UsageError


def test_a_method_whose_package_is_not_here_or_too_few_items_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="needs 10 items or more, here are 9"):
        embedding.check("tsne", 9)
    monkeypatch.setattr(embedding, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'aetui\[umap\]'"):
        embedding.check("umap", 1_000)


def test_its_process_leaves_half_of_the_cores_to_a_training_and_tells_why_it_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell = tmp_path / "python"
    shell.write_text("#!/bin/sh\necho $OMP_NUM_THREADS threads, $OMP_WAIT_POLICY\n")
    shell.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(shell))
    threads = max(1, (os.cpu_count() or 1) // 2)
    with pytest.raises(UsageError, match=f"ended without a map: {threads} threads, passive"):
        embedding.embedded("tsne", np.zeros((20, 3), np.float32), lambda done: True)


@pytest.mark.slow
def test_umap_keeps_neighbours_together_without_tensorflow_which_its_package_loads_for_itself() -> None:
    pytest.importorskip("umap", reason="the extra umap is not installed")
    program = (
        "import sys, numpy as np; from engine.analysis.embedding import fitted;"
        "codes = np.random.default_rng(0).normal(0, 0.1, (60, 5)).astype(np.float32); codes[30:] += 5;"
        "points = fitted('umap', codes); apart = np.linalg.norm(points[:, None] - points, axis=2);"
        "np.fill_diagonal(apart, np.inf); assert ((apart.argmin(axis=1) >= 30) == (np.arange(60) >= 30)).all();"
        "assert not sys.modules['tensorflow']"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


@pytest.mark.slow
def test_a_map_keeps_neighbours_together_tells_how_far_it_is_and_can_be_given_up() -> None:
    group = np.repeat([0, 1], 30)
    codes = np.random.default_rng(0).normal(0, 0.1, (60, 5)).astype(np.float32) + 5 * group[:, None].astype(np.float32)
    told: list[float] = []
    points = embedding.embedded("tsne", codes, lambda done: told.append(done) is None)
    assert points is not None
    assert points.shape == (60, 2)
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(apart, np.inf)
    assert (group[apart.argmin(axis=1)] == group).all()
    assert max(told) > 0.5
    assert embedding.embedded("tsne", codes, lambda done: False) is None
