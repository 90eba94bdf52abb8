"""Sweeps that the screen begins in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from aetui.follow import sweeps
from engine.errors import EngineError
from engine.runs.store import RunStore

SAYS = "import sys, time; print({said!r}, file=sys.stderr, flush=True); time.sleep(0.3); sys.exit({status}) # "


def test_a_process_that_says_what_is_wrong_is_no_sweep_though_it_takes_a_moment_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = SAYS.format(said="aetui: Setting hidden_dim: no", status=2)
    monkeypatch.setattr(sweeps, "_START", start + "{path}")
    with pytest.raises(EngineError, match="Setting hidden_dim: no"):
        sweeps.begin(RunStore(tmp_path), None, ["vanilla"])
