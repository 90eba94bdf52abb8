"""What can be typed after a colon, and how it is completed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pilots import engine_desk, ready, train, until
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from aetui.app import Workbench
from aetui.explaining import pages as explaining
from aetui.screens import commands
from aetui.screens.command_line import CommandField, CommandLine
from aetui.screens.commands import Typed, completed
from engine.errors import EngineError

Make = Callable[..., Workbench]


@pytest.mark.parametrize(
    ("text", "found", "line"),
    [
        ("th", ["theme"], "theme "),
        ("qu", ["quit"], "quit"),
        ("p", ["panel", "pause"], "pa"),
        ("pa", ["panel", "pause"], "pa"),
        ("set rate", ["set learning_rate "], "set learning_rate "),
        ("set e", ["set epochs ", "set hidden "], "set e"),
    ],
)
def test_tab_completes_as_far_as_all_that_could_be_meant_agree(text: str, found: list[str], line: str) -> None:
    assert completed(text, found) == line


def typed(pilot: Pilot[None]) -> Typed:
    app = pilot.app
    assert isinstance(app, Workbench)
    return Typed(app, app.desk)


def hint(pilot: Pilot[None]) -> str:
    return str(pilot.app.screen.query_one("#hint").render())


async def enter(pilot: Pilot[None], *lines: str) -> None:
    """One line right after the other: nothing waits for anything."""
    for line in lines:
        await pilot.press("colon")
        pilot.app.screen.query_one(CommandField).post_message(events.Paste(line))
        await pilot.press("enter")
    await pilot.pause()


async def test_commands_do_what_the_keys_do(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        desk = engine_desk(pilot)
        await enter(pilot, "model variational", "preset book", "dataset digits", "set rate 2e-3", "set epochs 7")
        assert desk.variant.key == "variational"
        values = desk._form.values
        assert (values["preset"], values["dataset"], values["epochs"]) == ("book", "digits", 7)
        assert values["learning_rate"] == 2e-3
        await enter(pilot, "train")
        await until(pilot, lambda: engine.runs)
        engine.play(engine.run.started())
        engine.play_epochs(1, 4)
        await until(pilot, lambda: desk.run_shown and desk.run_shown.last_epoch == 4)
        await enter(pilot, "panel health", "2", "theme nord")
        assert (desk._tabs.open_key, desk.epoch, pilot.app.theme) == ("health", 2, "nord")
        await enter(pilot, "live", "runs", f"open {engine.run.run_id}")
        await until(pilot, lambda: pilot.app.screen is desk)
        assert desk.cursor is None


async def test_what_cannot_be_done_is_said_in_the_line_and_changes_nothing(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=2)
        at = typed(pilot)
        before = dict(at.app.desk._form.values)
        for line, said in {
            "trian": "perhaps train is meant",
            "train now": "takes no argument",
            "resume": "cannot be done here and now",
            "set": "expected a setting and its value",
            "set speed 1": "there is no such setting",
            "set epochs many": "expected a whole number",
            "preset lucky": "expected",
            "model gpt": "there are vanilla, sparse",
            "open": "expected a run",
            "open nothing": "nothing",
            "panel codebook": "there is no panel",
            "epoch x": "number of an epoch",
            "9": "from 1 to 2, got 9",
            "theme mud": "there is no theme",
        }.items():
            with pytest.raises(EngineError, match=said):
                commands.do(at, line)
        assert at.app.desk._form.values == before
        await enter(pilot, "set epochs 0")
        assert isinstance(pilot.app.screen, CommandLine)
        assert "1 to 100,000" in hint(pilot)
        await pilot.press("backspace", "9", "enter")
        await pilot.pause()
        assert at.app.desk._form.values["epochs"] == 9


async def test_a_text_that_was_set_on_the_line_does_not_swallow_the_next_command(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        form = engine_desk(pilot)._form
        await pilot.press("s")
        await enter(pilot, "set normal 3")
        assert (form.param.name, form.values["normal"]) == ("normal", "3")
        await enter(pilot, "set normal 5", "set epochs 8")
        assert (form.values["normal"], form.values["epochs"]) == ("5", 8)
        form.select("normal")
        await pilot.press("a", "colon", "b")
        assert form.edit is not None
        assert form.edit.text == "a:b"


async def test_all_pages_that_there_are_can_be_read_where_one_is_not(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await enter(pilot, "explain nonsense")
        said = pilot.app.screen.query_one("#hint", Static)
        pages = explaining.pages()
        assert "there are: " in hint(pilot)
        assert list(pages)[-1] in hint(pilot)
        assert said.size.height >= len(hint(pilot)) / said.size.width


async def test_tab_goes_through_what_may_be_meant_and_the_arrows_through_what_was_typed(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert commands.candidates(typed(pilot), "set activ") == ["set activation "]
        assert "stop" not in commands.candidates(typed(pilot), "")
        await enter(pilot, "panel log", "panel health")
        await pilot.press("colon", *"mo", "tab")
        field = pilot.app.screen.query_one("CommandField")
        assert field.value == "model"
        await pilot.press("tab")
        assert field.value == "model"
        await pilot.press("space", *"va", "tab")
        assert field.value == "model vanilla"
        await pilot.press("tab")
        assert field.value == "model variational"
        await pilot.press("shift+tab", "up")
        assert field.value == "panel health"
        await pilot.press("up", "up")
        assert field.value == "panel log"
        await pilot.press("down", "down")
        assert field.value == "model vanilla"
        await pilot.press("escape")
        await pilot.pause()
        assert engine_desk(pilot).variant.key == "vanilla"
