"""The view of a run under another screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pilots import bar, engine_desk, train, until
from textual.screen import Screen

from aetui.app import Workbench

Make = Callable[..., Workbench]


class Covering(Screen[None]):
    CSS = "Covering { background: black; }"


async def test_nothing_is_drawn_under_a_screen_that_covers_all_of_it_and_everything_afterwards(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        desk = engine_desk(pilot)
        await until(pilot, lambda: "1/" in bar(pilot))
        drawn: list[int] = []
        draw = desk._draw_chart

        def counted(chart: Any, run: Any) -> None:
            drawn.append(run.last_epoch)
            draw(chart, run)

        monkeypatch.setattr(desk, "_draw_chart", counted)
        await pilot.app.push_screen(Covering())
        engine.play_epochs(2, 3)
        await until(pilot, lambda: desk.run_shown.last_epoch == 3 and desk._unseen)
        assert drawn == []
        pilot.app.pop_screen()
        await until(pilot, lambda: drawn[-1:] == [3])
