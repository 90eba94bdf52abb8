from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pilots import engine_desk, train, until
from textual import events

from aetui.app import Workbench
from aetui.screens.command_line import CommandField, CommandLine
from aetui.screens.dialogs import Notice
from engine.queries.messages import Export

Make = Callable[..., Workbench]


async def test_the_run_on_the_screen_is_exported_and_how_far_it_is_off_is_told(make_app: Make, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)

        async def enter(line: str) -> None:
            await pilot.press("colon")
            app.screen.query_one(CommandField).post_message(events.Paste(line))
            await pilot.press("enter")

        (tmp_path / "there").mkdir()
        await enter(f"export-model keras {tmp_path / 'there'}")
        await until(pilot, lambda: "there already" in str(app.screen.query_one("#hint").render()))
        assert isinstance(app.screen, CommandLine)
        await pilot.press("escape")
        await enter(f"export-model keras {tmp_path / 'out'}")
        await until(pilot, lambda: isinstance(app.screen, Notice))
        assert any("max |Δ| 0.002" in str(each.render()) for each in app.screen.query("Static"))
        [query] = [query for name, query in engine.calls if name == "query" and isinstance(query, Export)]
        assert (query.run_id, query.format, query.path) == (
            engine_desk(pilot).run_shown.run_id,
            "keras",
            str(tmp_path / "out"),
        )
