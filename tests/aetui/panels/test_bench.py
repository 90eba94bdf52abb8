"""The noise bench in the app: one kind of noise at a time, its level under the arrows, and what is missing said."""

from __future__ import annotations

from typing import Any

from pilots import Make, engine_desk, ready, stopped, until
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.panels.bench import NoiseBench
from aetui.panels.table import View
from aetui.widgets.image_grid import ImageGrid
from engine.errors import UsageError
from engine.queries.messages import Restore


def panel(pilot: Pilot[None]) -> NoiseBench:
    found: NoiseBench = engine_desk(pilot).query_one(NoiseBench)
    return found


def text(pilot: Pilot[None]) -> str:
    return str(panel(pilot).query_one(Static).render())


def asked(engine: Any) -> list[Restore]:
    return [query for call, query in engine.calls if call == "query" and isinstance(query, Restore)]


async def denoised(pilot: Pilot[None]) -> Any:
    """The app with a run that has learned to take noise off."""
    await ready(pilot)
    engine_desk(pilot)._models.choose("denoising")
    await pilot.pause()
    return await stopped(pilot, "completed")


async def test_the_trained_noise_is_asked_for_first_and_others_when_they_are_turned_to(make_app: Make) -> None:
    async with make_app().run_test(size=(200, 60)) as pilot:
        engine = await denoised(pilot)
        assert not asked(engine)
        await pilot.press("P")
        await until(pilot, lambda: "kind trained · 0.5 as trained (level) · 200 test images · 3 draws" in text(pilot))
        assert "15.00 ± 1.00*" in text(pilot)
        await until(pilot, lambda: panel(pilot).query_one(ImageGrid)._rows)
        assert dict(panel(pilot).query_one(ImageGrid)._rows)["noisy"][0].max() == 51
        await pilot.press("right", "right", "right")
        await until(pilot, lambda: "0.7 (level) ·" in text(pilot))
        await pilot.press("down")
        await until(pilot, lambda: "kind blur" in text(pilot))
        await pilot.press("up", "o")
        await until(pilot, lambda: "▸SSIM" in text(pilot))
        assert [query.kinds for query in asked(engine)] == [("trained",), ("blur",)]
        taken = panel(pilot).taken(View(engine_desk(pilot).run_shown, 2, None, ""))
        assert taken.table is not None
        assert taken.table.rows[0] == ("trained", 0.3, "denoising", 1, 13.0, 0.5)
        assert len(taken.plots) == 2


async def test_a_run_without_noise_is_told_so_and_restoring_can_be_stopped(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        engine = await denoised(pilot)
        engine.wrong = UsageError("No noise", "expected a run that learned to take noise off")
        await pilot.press("P")
        await until(pilot, lambda: "✕ expected a run that learned to take noise off" in text(pilot))
        engine.wrong, engine.late = None, True
        await pilot.press("u")
        await until(pilot, lambda: "u stops" in text(pilot))
        await pilot.press("u")
        assert asked(engine)[-1].stopped is not None
        assert asked(engine)[-1].stopped()
        engine.late = False
        await pilot.press("u")
        await until(pilot, lambda: "kind trained" in text(pilot))
