"""The bounds notice what they are for."""

from __future__ import annotations

import mmap
import time
from pathlib import Path

import numpy as np
import pytest
from hostile import bounds
from hostile.bounds import BYTES, outcome

from engine.errors import BadData


def test_the_projects_own_error_is_an_outcome_and_no_other() -> None:
    def fail(error: Exception) -> None:
        raise error

    assert isinstance(outcome(lambda: fail(BadData("x", "y"))), BadData)
    for other in (KeyError("x"), MemoryError(), RecursionError()):
        with pytest.raises(type(other)):
            outcome(lambda other=other: fail(other))


def test_room_that_is_made_and_not_used_is_noticed() -> None:
    with pytest.raises(AssertionError, match="allocated"):
        outcome(lambda: np.empty(BYTES + 1, np.uint8))


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the system does not tell")
def test_memory_that_python_does_not_count_is_noticed() -> None:
    def fill() -> None:
        with mmap.mmap(-1, BYTES + 2**24) as room:
            for start in range(0, len(room), mmap.PAGESIZE):
                room[start] = 1

    with pytest.raises(AssertionError, match="resident"):
        outcome(fill)


def test_time_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def spend() -> None:
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass

    monkeypatch.setattr(bounds, "SECONDS", 0.01)
    with pytest.raises(AssertionError, match="seconds"):
        outcome(spend)
