from __future__ import annotations

import os
from pathlib import Path

import pytest
from many_runs import many_runs

from engine.runs.record import RunRecord
from engine.runs.store import RunStore


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    """A complete run with labels, weights, a file of the user's and a file of an earlier version."""
    root = tmp_path / "runs"
    many_runs(root, 1)
    [found] = RunStore(root).runs()
    (found.folder / "checkpoint.safetensors").write_bytes(os.urandom(50_000))
    (found.folder / "samples").mkdir()
    (found.folder / "samples" / "epoch-0007.npz").write_bytes(b"of an earlier version")
    (found.folder / "pulse").write_bytes(b"{}")
    (found.folder / "thoughts.txt").write_bytes(b"mine")
    found.relabel(name="the good one", tags=["good"], note="keep it")
    return RunStore(root).runs()[0]
