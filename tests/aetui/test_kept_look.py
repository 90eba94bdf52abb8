"""What the user chose is there again after a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from pilots import bar, engine_desk, ready, train, until

from aetui.app import Workbench
from aetui.state import kept

Make = Callable[..., Workbench]


async def test_theme_model_panel_zoom_and_axis_are_kept_and_the_configuration_is_not_written(
    make_app: Make, tmp_path: Path
) -> None:
    look = tmp_path / "state" / "screen.json"
    async with make_app(look=look).run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("down", "L", "z", "l")
        pilot.app.theme = "nord"
        await pilot.pause()
        pilot.app.exit()
    async with make_app(look=look).run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        desk = engine_desk(pilot)
        assert (pilot.app.theme, desk.variant.key, desk._tabs.open_key) == ("nord", "sparse", "log")
        assert desk.has_class("-zoom")
        assert desk._chart.log_scale
    async with make_app(look=look, config='theme = "gruvbox"').run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert pilot.app.theme == "gruvbox"
        pilot.app.exit()
    assert (tmp_path / "config.toml").read_text("utf-8") == 'theme = "gruvbox"'
    assert kept.read(look).theme == "nord"


async def test_an_alarm_of_the_newest_epoch_stands_on_the_tab_and_on_the_bar(make_app: Make) -> None:
    async with make_app().run_test(size=(150, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        desk = engine_desk(pilot)
        assert "▲" not in desk._tabs._title.plain + bar(pilot)
        ended = engine.run.epoch(2)
        engine.play(msgspec.structs.replace(ended, health=msgspec.structs.replace(ended.health, dead=100)))
        await until(pilot, lambda: "health ▲" in desk._tabs._title.plain)
        await until(pilot, lambda: "▲ 1 alarm (h)" in bar(pilot))
