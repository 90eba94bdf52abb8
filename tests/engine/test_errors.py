from __future__ import annotations

from engine.errors import counted


def test_one_has_no_plural() -> None:
    assert [counted(n, "epoch") for n in (0, 1, 2, 60_000)] == ["0 epochs", "1 epoch", "2 epochs", "60,000 epochs"]
