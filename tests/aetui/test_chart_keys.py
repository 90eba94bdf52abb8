"""What keys and mouse do with the chart in the workbench."""

from __future__ import annotations

from pilots import Make, bar, engine_desk, train, until
from textual.pilot import Pilot

from aetui.widgets.loss_chart import LossChart


def chart(pilot: Pilot[None]) -> LossChart:
    found = engine_desk(pilot).query_one(LossChart)
    assert isinstance(found, LossChart)
    return found


def title(pilot: Pilot[None]) -> str:
    return chart(pilot).render_line(0).text


async def test_keys_change_how_the_run_is_looked_at_and_say_so(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=20)
        await until(pilot, lambda: chart(pilot).data.series)
        for said, corner in (
            ("loss axis logarithmic", "  log"),
            ("loss axis linear", "  linear"),
            ("loss axis linear, chosen by its range", "epoch 20"),
        ):
            await pilot.press("l")
            assert bar(pilot) == said
            assert title(pilot).rstrip().endswith(corner)
        for said in ("time in steps", "time in seconds", "time in epochs"):
            await pilot.press("T")
            assert bar(pilot) == said
        await pilot.press("M")
        assert bar(pilot) == "curves smoothed over 3 epochs"
        assert "smooth 3" in title(pilot)
        await pilot.press("M", "M")
        assert bar(pilot) == "curves as they are"
        await pilot.press("plus")
        assert "zoom" in title(pilot)
        await pilot.press("0")
        assert "zoom" not in title(pilot)


async def test_zoom_is_for_what_has_the_focus(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=3)
        desk = engine_desk(pilot)

        def shown() -> tuple[bool, bool]:
            return desk.query_one("#loss").display, desk.query_one("#panels").display

        await until(pilot, lambda: chart(pilot).has_focus)
        assert shown() == (True, True)
        await pilot.press("z")
        assert shown() == (True, False)
        await pilot.press("z")
        assert shown() == (False, True)
        await pilot.press("z")
        assert shown() == (True, True)
        await pilot.press("s", "z")
        assert shown() == (False, True)


async def test_a_click_moves_the_time_cursor_and_one_on_the_newest_epoch_follows_the_run(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=20)
        engine.play(engine.run.finished("stopped", 20))
        desk = engine_desk(pilot)
        await until(pilot, lambda: chart(pilot).data.series and not chart(pilot).data.going)
        await pilot.click(LossChart, offset=(chart(pilot).size.width // 2, 5))
        await until(pilot, lambda: desk.cursor)
        assert 8 <= desk.cursor <= 13
        assert f"epoch {desk.cursor}" in title(pilot)
        await pilot.click(LossChart, offset=(chart(pilot).size.width - 1, 5))
        await until(pilot, lambda: desk.cursor is None)
