"""The app as a whole: ways out, configuration, help, palette, names from outside."""

from __future__ import annotations

import msgspec
import pytest
from fakes import FakeEngine
from pilots import Make, ready, train, until
from textual.widgets import Button

from aetui import keymap
from aetui.screens.dialogs import Notice, QuitDialog
from aetui.screens.help import HelpScreen
from aetui.state.run_state import WorkbenchState
from aetui.widgets.param_form import ParamForm
from aetui.widgets.status_line import StatusLine
from aetui.widgets.variant_list import VariantList
from engine.events import EngineReady, Logged
from engine.runs.jobs import TrainJob

EVIL = "[@click=app.quit]x[/] [/red] [b"


async def test_quitting_with_a_run_going_asks_first(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        await pilot.press("q")
        assert isinstance(app.screen, QuitDialog)
        await pilot.press("escape")
        assert not isinstance(app.screen, QuitDialog)
        assert ("close", 10.0) not in engine.calls
        await pilot.press("q", "enter")
        await until(pilot, lambda: app._exit)
        assert ("close", 10.0) in engine.calls


async def test_a_run_can_be_left_running(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        await pilot.press("q", "r")
        await until(pilot, lambda: app._exit)
        assert ("close", 10.0) not in engine.calls
        assert app.left is not None
        assert [order.run_id for order in app.left.orders] == [engine.run.run_id]


async def test_quitting_without_a_run_asks_nothing(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("q")
        assert app._exit


def test_only_what_happened_gives_the_app_another_state(make_app: Make) -> None:
    app = make_app()
    with pytest.raises(AttributeError):
        app.state = WorkbenchState()
    app.hear(EngineReady(device="CPU", seconds=1))
    assert app.state.engine == "ready"


async def test_help_lists_every_key_and_user_keys_count(make_app: Make) -> None:
    app = make_app(config='[keys]\ntrain = "ctrl+t"\n')
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        await pilot.press("t")
        assert not engine.runs
        await pilot.press("ctrl+t")
        assert len(engine.runs) == 1
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen)
        text = "\n".join(static.render().plain for static in app.screen.query("Static"))
        for action in keymap.ACTIONS:
            assert f"{keymap.keys(action, app.key_overrides)}  {action.help} [{action.id}]" in text
        assert "^t  train" in text


async def test_keys_of_dialogs_and_lists_can_be_changed(make_app: Make) -> None:
    keys = {"close": "f5", "help": "f6", "stay": "f7", "switch": "f8", "choose": "f9", "runs": "f10", "curves": "f11"}
    app = make_app(config="[keys]\n" + "".join(f'{name} = "{key}"\n' for name, key in keys.items()))
    async with app.run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=1)
        await pilot.press("m", "enter")
        assert isinstance(app.focused, VariantList)
        await pilot.press("f9")
        assert isinstance(app.focused, ParamForm)
        assert "f10 Runs" in app.screen.query_one(StatusLine).render().plain
        for closing in ("f6", "f5"):
            await pilot.press("f6", "escape")
            assert isinstance(app.screen, HelpScreen)
            assert "f5 closes" in str(app.screen.query_one(".dialog").border_subtitle)
            await pilot.press(closing)
            assert app.screen is app.desk
        await pilot.press("f11", "f8")
        assert "f8 switches · f5 closes" in str(app.screen.query_one(".dialog").border_subtitle)
        await pilot.press("f11", "q", "escape")
        assert isinstance(app.screen, QuitDialog)
        assert "Stay (f7)" in [str(button.label) for button in app.screen.query(Button)]
        await pilot.press("f7")
        assert app.screen is app.desk


async def test_a_broken_configuration_file_is_named_and_the_app_runs(make_app: Make) -> None:
    app = make_app(config='[keys]\nfly = "f"\n')
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Notice))
        assert isinstance(app.screen, Notice)
        assert "fly" in app.screen.message
        await pilot.press("enter")
        await ready(pilot)


async def test_the_palette_has_what_can_be_done_now_each_under_its_own_name(make_app: Make) -> None:
    from aetui.screens.command_palette import Actions

    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        found = [hit async for hit in Actions(app.desk).discover()]
        assert not {"pause", "stop", "resume", "workbench"} & {str(hit.display).split("  ")[0] for hit in found}
        hits = [hit async for hit in Actions(app.desk).search("train")]
        await max(hits, key=lambda hit: hit.score).command()
        engine = app.engine
        assert isinstance(engine, FakeEngine)
        engine.play(engine.run.started())
        engine.play_epochs(1, 3)
        await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.last_epoch == 3)
        more = [str(hit.display).split("  ")[0] async for hit in Actions(app.desk).discover()]
        assert {"pause", "stop", "one epoch back", "one epoch forward"} <= set(more)
        assert len(more) == len(set(more))


async def test_a_name_is_never_markup(make_app: Make) -> None:
    app = make_app()
    other = FakeEngine(lambda event: None, app.store)
    other.submit(TrainJob(variant="vanilla", dataset="digits"))
    info = other.run.folder / "run.json"
    info.write_bytes(
        info.read_bytes().replace(b'"name":""', msgspec.json.encode(EVIL + "\x1b[31m").join([b'"name":', b""]))
    )
    other.play(msgspec.structs.replace(other.run.started(), name=EVIL + "\x1b[31m", device=EVIL))
    other.play_epochs(1, 1)
    other.play(Logged(level="warning", text=EVIL + "\x1b]0;t\a"), other.run.finished("stopped", 1))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: app.desk.run_shown)
        assert app.desk.query_one("#loss")._border_subtitle.plain == EVIL + "�[31m"
        for key, panel in (("p", "Parameters"), ("L", "EventLog")):
            await pilot.press(key)
            text = app.desk.query_one(panel).query_one("Static").render()
            assert EVIL in text.plain
            assert "\x1b" not in text.plain
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 1)
        assert EVIL[:10] in "".join(line.text for line in app.screen.query("RunTable").first()._strips)
        app.notice(EVIL, EVIL)
        await pilot.pause()
        assert app.screen.query_one(".dialog")._border_title.plain == EVIL


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_every_way_out_asks_while_a_run_is_going(make_app: Make, key: str) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=1)
        await pilot.press(key)
        assert isinstance(pilot.app.screen, QuitDialog)
        assert not pilot.app._notifications
