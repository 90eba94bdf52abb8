"""What may be done only now and then."""

from __future__ import annotations

import pytest

from engine.runs.every import Every


def test_every_lets_through_at_its_pace_and_what_must_not_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("engine.runs.every.time.monotonic", lambda: now)
    due = Every(2)
    assert due()
    now = 101.0
    assert not due()
    assert due(always=True)
    now = 102.5
    assert not due()
    now = 103.0
    assert due()
