"""The short experiments of the pages, key by key, in a workbench whose engine plays runs."""

from __future__ import annotations

import re

import pytest
from pilots import Make, ready, until

from aetui import keymap
from aetui.explaining import pages
from aetui.screens.command_line import CommandLine
from engine.registry import VARIANTS

NAMES = {"esc": "escape", **keymap.NAMES}


def typed(name: str) -> list[str]:
    text = pages.page(name).text.partition("## Five minutes")[2]
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIANTS)
async def test_everything_that_a_page_has_one_type_can_be_done(make_app: Make, name: str) -> None:
    app = make_app()
    async with app.run_test(size=(100, 34)) as pilot:
        engine = await ready(pilot)
        for token in typed(name):
            if token.startswith(":"):
                await pilot.press("colon", *(NAMES.get(char, char) for char in token[1:]))
            elif len(token) > 1 and token not in ("enter", "home", "end", "left", "right", "pagedown", "esc", "tab"):
                await pilot.press(*(NAMES.get(char, char) for char in token))
            else:
                await pilot.press(NAMES.get(token, token))
            if token == "enter":
                await pilot.pause()
                # A command that cannot be done leaves its line open, and says why above it.
                assert not isinstance(app.screen, CommandLine), token
            if token == "t":
                await until(pilot, lambda: app.state.active is not None or app.state.waiting)
                engine.play(engine.run.started())
                engine.play_epochs(1, 3)
                engine.play(engine.run.finished("completed", 3))
                await until(pilot, lambda: app.state.active is None)
        started = [job for call, job in engine.calls if call == "submit"]
        assert started
        assert {job.variant for job in started} == {name}
