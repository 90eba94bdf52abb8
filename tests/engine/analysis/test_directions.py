from __future__ import annotations

import numpy as np
import pytest

from engine.analysis import directions


def test_of_wide_items_only_as_many_directions_are_looked_for_as_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    half = np.random.default_rng(2).normal(0, 1, (40, 30)) * np.linspace(0.1, 3, 40)[:, None]
    all_of_them = directions.strongest(half @ half.T, 3)
    monkeypatch.setattr(directions, "WIDE", 10)
    asked_for = directions.strongest(half @ half.T, 3)
    assert np.allclose(np.abs(all_of_them.T @ asked_for), np.eye(3), atol=1e-6)
