from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.estimator import shared
from engine.session import Engine


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs, data and cache of this test alone; its engines end with it."""
    monkeypatch.setenv("AETUI_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(shared, "_ENGINES", {})
    monkeypatch.setattr(shared, "_PASSING", [tmp_path / "passing"])
    yield
    for made in shared._ENGINES.values():
        made.engine.close()


@pytest.fixture
def without_tensorflow(scripted_backend: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The backend of all engines: it trains nothing, its codes are the first three numbers of an item."""
    monkeypatch.setattr(shared, "Engine", partial(Engine, backend=lambda device: scripted_backend))
    return scripted_backend


@pytest.fixture
def x() -> Any:
    """Rows in units of their own."""
    return np.random.default_rng(0).normal(50, 10, (40, 5))
