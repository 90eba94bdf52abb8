"""Full garbage collections wait for a rest."""

from __future__ import annotations

import gc
import weakref

import pytest

from aetui.terminal import calm


class Cycle:
    def __init__(self) -> None:
        self.itself = self


async def test_garbage_waits_for_a_rest_of_the_keys_and_the_thresholds_are_given_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = gc.get_threshold()
    app = calm.Calm()
    async with app.run_test() as pilot:
        app.collect_at_rest()
        assert gc.get_threshold() == (*before[:2], calm.SELDOM)
        monkeypatch.setattr(calm.gc, "get_count", lambda: (0, 0, before[2]))
        monkeypatch.setattr(calm, "EVERY_SECONDS", 0.0)
        old = Cycle()
        gc.collect()  # so that it is of the oldest generation
        left = weakref.ref(old)
        del old
        await pilot.press("a")
        app._collect()
        assert left() is not None
        monkeypatch.setattr(calm, "REST_SECONDS", 0.0)
        app._collect()
        assert left() is None
    assert gc.get_threshold() == before
