"""The workbench under the keyboard, on an engine that trains nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fakes import FakeEngine, loss, pictures
from numpy.testing import assert_allclose
from textual import events
from textual.pilot import Pilot

from aetui import keymap, settings
from aetui.app import Workbench
from aetui.screens.dialogs import Notice, QuitDialog
from aetui.screens.help import HelpScreen
from aetui.screens.runs import COLUMNS, columns_for
from aetui.widgets.epoch_progress import EpochProgress
from aetui.widgets.event_log import EventLog
from aetui.widgets.image_grid import ImageGrid
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.loss_chart import LossChart
from aetui.widgets.param_form import ParamForm
from aetui.widgets.status_line import StatusLine
from engine.errors import DataUnavailable, RunError, SettingError
from engine.events import Logged, RunResumed
from engine.jobs import ResumeJob, TrainJob

Make = Callable[..., Workbench]


async def until(pilot: Pilot[None], true: Callable[[], Any]) -> None:
    """Wait for what other threads and throttles bring about."""
    for _ in range(100):
        if true():
            return
        await pilot.pause(0.02)
    raise AssertionError("it did not happen within two seconds")


async def ready(pilot: Pilot[None]) -> FakeEngine:
    """The app once its slow parts are there; returns its engine."""
    app = pilot.app
    assert isinstance(app, Workbench)
    await until(pilot, lambda: app.engine and app.state.engine == "ready" and app.desk.query(ImageGrid))
    engine = app.engine
    assert isinstance(engine, FakeEngine)
    return engine


async def train(pilot: Pilot[None], *, epochs: int = 0) -> FakeEngine:
    """The app with a run that has come so far."""
    engine = await ready(pilot)
    await pilot.press("t")
    engine.play(engine.run.started())
    engine.play_epochs(1, epochs)
    desk = engine_desk(pilot)
    await until(pilot, lambda: desk.run_shown and desk.run_shown.last_epoch == epochs)
    return engine


def engine_desk(pilot: Pilot[None]) -> Any:
    app = pilot.app
    assert isinstance(app, Workbench)
    return app.desk


def shown_epoch(pilot: Pilot[None]) -> int:
    """The epoch whose pictures are on the screen, told by the pictures themselves."""
    rows = engine_desk(pilot).query_one(ImageGrid)._rows
    if not rows:
        return 0
    output = dict(rows)["output"] / 255
    for epoch in range(1, 60):
        if abs(pictures(epoch).outputs[..., 0] - output).max() < 0.003:
            return epoch
    return -1


async def test_training_by_keyboard_submits_what_the_form_says(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        await pilot.press("enter", "down", "down", "6", "4", "down", "right", "down", "down", "down", "3", "t")
        jobs = [job for call, job in engine.calls if call == "submit"]
        assert jobs == [
            TrainJob(
                variant="vanilla",
                dataset="digits",
                preset="book",
                config={"hidden_dim": 64, "activation": jobs[0].config["activation"], "epochs": 3},
            )
        ]
        assert jobs[0].config["activation"] != "relu"


async def test_an_impossible_value_is_refused_at_its_field_with_the_range(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        form = engine_desk(pilot).query_one(ParamForm)
        await pilot.press("s", "down", "down", "0", "down")
        assert form.param.name == "hidden_dim"
        assert "1 to 65,536" in form.error
        assert form.error in form.render().plain.replace("✕ ", "")
        await pilot.press("t")
        assert not engine.runs
        await pilot.press("backspace", "7", "down")
        assert (form.error, form.values["hidden_dim"], form.param.name) == ("", 7, "activation")


async def test_what_the_engine_refuses_shows_at_the_field_or_in_a_dialog(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        engine.refuse = SettingError("reconstruction", "needs the sigmoid output")
        await pilot.press("t")
        form = engine_desk(pilot).query_one(ParamForm)
        assert (form.param.name, form.error, form.has_focus) == ("reconstruction", "needs the sigmoid output", True)
        engine.refuse = DataUnavailable("No data", "fetch it first")
        await pilot.press("t")
        assert isinstance(pilot.app.screen, Notice)
        assert pilot.app.screen.message == "fetch it first"
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, Notice)


async def test_a_run_streams_onto_chart_pictures_and_bar(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=3)
        desk = engine_desk(pilot)
        await until(pilot, lambda: shown_epoch(pilot) == 3)
        train_line, validation_line = desk.query_one(LossChart)._series
        assert_allclose(train_line.y, [loss(e) for e in (1, 2, 3)])
        assert (train_line.name, validation_line.name) == ("train", "validation")
        engine.play(engine.run.progress(4, 5))
        await until(pilot, lambda: "step 5/10" in desk.query_one(EpochProgress).render().plain)
        assert "training" in desk.query_one(StatusLine).render().plain


async def test_the_cursor_shows_the_pictures_of_its_epoch_and_end_returns_to_the_newest(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=15)
        await until(pilot, lambda: shown_epoch(pilot) == 15)
        await pilot.press("left", "left")
        await until(pilot, lambda: shown_epoch(pilot) == 13)
        assert engine_desk(pilot).query_one(LossChart).cursor == 13
        await pilot.press("shift+left")
        await until(pilot, lambda: shown_epoch(pilot) == 3)
        engine.play_epochs(16, 16)
        await pilot.pause(0.5)
        assert shown_epoch(pilot) == 3, "a run that goes on must not move the cursor"
        await pilot.press("home")
        await until(pilot, lambda: shown_epoch(pilot) == 1)
        await pilot.press("end")
        await until(pilot, lambda: shown_epoch(pilot) == 16)
        assert engine_desk(pilot).cursor is None


async def test_pause_continue_and_stop_reach_the_engine(make_app: Make) -> None:
    from engine.events import RunPaused

    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        run_id = engine.run.run_id
        await pilot.press("space")
        assert engine.calls[-1] == ("pause", run_id)
        engine.play(RunPaused(epoch=2, step=1))
        await until(pilot, lambda: engine_desk(pilot).run_shown.status == "paused")
        await pilot.press("space")
        assert engine.calls[-1] == ("resume", run_id)
        await pilot.press("x")
        assert engine.calls[-1] == ("cancel", run_id)


async def test_a_stopped_run_is_resumed_by_key(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        engine.play(engine.run.finished("stopped", 2))
        await until(pilot, lambda: engine_desk(pilot).run_shown.status == "stopped")
        await pilot.press("r")
        assert engine.calls[-1] == ("submit", ResumeJob(run_id=engine.run.run_id))


async def test_a_diverged_run_says_so_and_what_to_do(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        engine.play(engine.run.finished("diverged", 1, "take a smaller rate"))
        await until(pilot, lambda: isinstance(pilot.app.screen, Notice))
        await pilot.press("enter", "L")
        text = engine_desk(pilot).query_one(EventLog).query_one("Static").render().plain
        assert "take a smaller rate" in text


async def test_reopening_shows_the_last_run(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=4)
        engine.play(engine.run.finished("completed", 4))
        run_id = engine.run.run_id
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await until(pilot, lambda: shown_epoch(pilot) == 4)
        assert engine_desk(pilot).run_shown.status == "completed"
        await pilot.press("2")
        await until(pilot, lambda: pilot.app.screen.query("RunTable").first().row_count == 1)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "workbench")
        assert engine_desk(pilot).run_id == run_id


async def test_a_run_resumed_from_the_table_keeps_its_past(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=4)
        engine.play(engine.run.finished("stopped", 4))
        kept = engine.run
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        app.state = replace(app.state, runs={})
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 1)
        await pilot.press("r")
        engine.runs[kept.run_id] = kept
        assert (app.state.runs[kept.run_id].variant, app.state.runs[kept.run_id].planned) == ("vanilla", 50)
        engine.play(RunResumed(epoch=5, step=0, epochs=50))
        engine.play_epochs(5, 6)
        await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.last_epoch == 6)
        assert [e.epoch for e in app.desk.run_shown.epochs] == [1, 2, 3, 4, 5, 6]
        assert app.state.active is app.desk.run_shown


async def test_a_run_of_another_process_is_followed(make_app: Make) -> None:
    app = make_app()
    other = FakeEngine(lambda event: None, app.store)
    run_id = other.submit(TrainJob(variant="vanilla", dataset="digits"))
    other.play(other.run.started())
    other.play_epochs(1, 1)
    with (other.run.folder / "events.jsonl").open("rb") as held:
        import fcntl

        fcntl.flock(held, fcntl.LOCK_EX)
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.desk.run_id == run_id)
            other.play_epochs(2, 3)
            await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.last_epoch == 3)
            assert app.state.active is None
            status = app.desk.query_one(StatusLine)
            await until(pilot, lambda: "training elsewhere" in status.render().plain)
            assert "step" not in bar(pilot)
            assert "208,000 img/s · 5 s left" in bar(pilot)
            await pilot.press("x")
            assert "another process" in bar(pilot)
            fcntl.flock(held, fcntl.LOCK_UN)
            await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.status == "interrupted")


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


async def test_quitting_without_a_run_asks_nothing(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("q")
        assert app._exit


@pytest.mark.parametrize("size", [(40, 20), (80, 24), (120, 40), (240, 70)])
async def test_every_size_is_filled_without_a_scrollbar(make_app: Make, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await train(pilot, epochs=5)
        await until(pilot, lambda: shown_epoch(pilot) == 5)
        screen = engine_desk(pilot)
        assert (screen.show_vertical_scrollbar, screen.show_horizontal_scrollbar) == (False, False)
        for widget in (screen.query_one(LossChart), screen.query_one(ImageGrid)):
            assert widget.display
            assert screen.region.contains_region(widget.region)
        assert screen.query_one(LossChart).size.height >= 5
        assert screen.query_one(ImageGrid).size.height >= 10
        await pilot.press("s")
        await pilot.pause()
        assert screen.region.contains_region(screen.query_one(ParamForm).region)


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


async def test_a_broken_configuration_file_is_named_and_the_app_runs(make_app: Make) -> None:
    app = make_app(config='[keys]\nfly = "f"\n')
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, Notice))
        assert isinstance(app.screen, Notice)
        assert "fly" in app.screen.message
        await pilot.press("enter")
        await ready(pilot)


async def test_the_palette_has_what_can_be_done_now_each_under_its_own_name(make_app: Make) -> None:
    from aetui.commands import Actions

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


async def test_panels_change_by_key(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=2)
        tabs = engine_desk(pilot).query_one("PanelTabs")
        await pilot.press("p")
        assert tabs.current == "panel-parameters"
        text = tabs.panel.query_one("Static").render().plain
        assert "100,480" in text
        assert "201,616" in text
        await pilot.press("right_square_bracket")
        assert tabs.current == "panel-log"
        await pilot.press("right_square_bracket")
        assert tabs.current == "panel-digits"


async def test_a_second_run_is_asked_for_twice_waits_and_can_be_taken_back(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=1)
        desk, first = engine_desk(pilot), engine_desk(pilot).run_id
        await pilot.press("t")
        assert len(engine.runs) == 1
        assert "press t again" in bar(pilot)
        await pilot.press("t")
        assert (len(engine.runs), desk.run_id) == (2, first)
        assert "1 queued" in desk.query_one(StatusLine).render().plain
        await pilot.press("X")
        assert engine.calls[-1] == ("cancel", engine.run.run_id)
        assert not desk.workbench.state.waiting
        await pilot.press("X")
        assert engine.calls[-1] == ("cancel", engine.run.run_id)
        assert not pilot.app._notifications


async def test_the_next_run_of_the_queue_is_shown_when_it_begins(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        desk, first = engine_desk(pilot), engine.run
        await until(pilot, lambda: shown_epoch(pilot) == 2)
        await pilot.press("t", "t")
        second = engine.run.run_id
        engine.emit(first.stamp(first.finished("completed", 2)))
        engine.play(engine.run.started())
        await until(pilot, lambda: desk.run_id == second)
        assert shown_epoch(pilot) == 0
        assert "next run" in bar(pilot)


async def test_a_run_taken_back_while_it_loads_leaves_nothing(make_app: Make) -> None:
    from engine.events import RunCancelled

    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        desk = engine_desk(pilot)
        await pilot.press("t", "x")
        assert "stopping" in desk.query_one(StatusLine).render().plain
        shutil.rmtree(engine.run.folder)
        engine.emit(RunCancelled(run_id=engine.run.run_id))
        await until(pilot, lambda: not desk.workbench.state.runs)
        assert desk.run_shown is None
        assert "stopping" not in desk.query_one(StatusLine).render().plain


def bar(pilot: Pilot[None]) -> str:
    """What the epoch bar says."""
    return engine_desk(pilot).query_one(EpochProgress).render().plain


async def stopped(pilot: Pilot[None], outcome: str = "stopped", epochs: int = 2) -> FakeEngine:
    """The app with a run that has come to an end."""
    engine = await train(pilot, epochs=epochs)
    engine.play(engine.run.finished(outcome, epochs))
    await until(pilot, lambda: engine_desk(pilot).run_shown.status == outcome)
    return engine


EVIL = "[@click=app.quit]x[/] [/red] [b"


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
        assert app.screen.query("RunTable").first().get_row_at(0)[1].plain.startswith(EVIL[:15])
        app.notice(EVIL, EVIL)
        await pilot.pause()
        assert app.screen.query_one(".dialog")._border_title.plain == EVIL


async def test_resuming_keeps_the_runs_own_length_unless_the_user_set_another(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await choose_epochs(pilot, "4", "0")
        engine = await stopped(pilot)
        desk = engine_desk(pilot)
        await pilot.press("s")
        desk.query_one(ParamForm).select("preset")
        await pilot.press("right", "left")  # the preset's 50 epochs are back in the form
        await pilot.press("r")
        assert engine.calls[-1] == ("submit", ResumeJob(run_id=engine.run.run_id))
        assert desk.focused is not desk.query_one(ParamForm)


async def test_a_complete_run_is_made_longer_by_setting_more_epochs(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await choose_epochs(pilot, "2")
        engine = await stopped(pilot, "completed")
        desk = engine_desk(pilot)
        calls = len(engine.calls)
        await pilot.press("r")
        assert len(engine.calls) == calls
        await choose_epochs(pilot, "6", "0")
        assert "resume to 60" in desk.query_one(KeyBar).render().plain
        await pilot.press("r")
        assert engine.calls[-1] == ("submit", ResumeJob(run_id=engine.run.run_id, epochs=60))


async def choose_epochs(pilot: Pilot[None], *digits: str) -> None:
    await pilot.press("s")
    engine_desk(pilot).query_one(ParamForm).select("epochs")
    await pilot.press(*digits, "enter")


async def test_the_form_takes_the_settings_of_the_run_shown_but_not_over_the_users(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await choose_epochs(pilot, "7")
        await stopped(pilot)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        form = app.desk.query_one(ParamForm)
        await until(pilot, lambda: form.values["epochs"] == 7)
        await choose_epochs(pilot, "9")
        app.show_last("vanilla")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert form.values["epochs"] == 9


async def test_the_status_forgets_what_was_asked_once_it_happened(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        desk = engine_desk(pilot)
        await pilot.press("x")
        await until(pilot, lambda: "stopping" in desk.query_one(StatusLine).render().plain)
        engine.play(engine.run.finished("stopped", 2))
        await until(pilot, lambda: not desk.run_shown.going)
        await pilot.press("r")
        engine.play(RunResumed(epoch=3, step=0, epochs=50))
        await until(pilot, lambda: "starting" in bar(pilot))
        engine.play(engine.run.progress(3, 1))
        await until(pilot, lambda: "● training" in desk.query_one(StatusLine).render().plain)


async def test_a_refused_resumption_stays_on_the_screen_it_was_asked_from(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 1)
        engine.refuse = RunError("Run in use", "another has it")
        await pilot.press("r")
        assert app.current_mode == "runs"
        assert isinstance(app.screen, Notice)
        app.action_mode("workbench")
        await until(pilot, lambda: app.screen is app.desk)
        assert len(app._screen_stacks["runs"]) == 1


async def test_the_table_offers_to_resume_only_what_can_be(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        engine = await stopped(pilot, "completed")
        await pilot.press("2")
        await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 1)
        text = app.screen.query_one(KeyBar).render().plain
        assert "resume" not in text
        assert "1 workbench" in text
        calls = len(engine.calls)
        await pilot.press("r")
        assert len(engine.calls) == calls


def test_columns_give_way_in_order() -> None:
    cells = (
        "interrupted",
        "n" * 16,
        "vanilla book",
        "fashion_mnist",
        "50 / 50",
        "0.01234",
        "2026-01-01 00:00",
        "i" * 29,
    )
    row = dict(zip(COLUMNS, cells, strict=True))
    assert columns_for([row], 200) == list(COLUMNS)
    assert "begun" not in columns_for([row], 120)
    assert columns_for([row], 78)[:2] == ["status", "name"]
    assert {"status", "model", "epochs", "validation"} <= set(columns_for([row], 78))
    assert {"status", "epochs", "validation"} <= set(columns_for([row], 38))


async def test_what_failed_before_it_began_points_to_the_log(make_app: Make) -> None:
    from engine.events import EngineFailed

    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        desk = engine_desk(pilot)
        await pilot.press("t")
        engine.emit(EngineFailed(run_id=engine.run.run_id, title="No data", message="the network is down"))
        await until(pilot, lambda: isinstance(pilot.app.screen, Notice))
        await until(pilot, lambda: bar(pilot) == "✕ failed · see Log (L)")
        calls = len(engine.calls)
        await pilot.press("escape", "L", "r")
        assert len(engine.calls) == calls
        assert "the network is down" in desk.query_one(EventLog).query_one("Static").render().plain


async def test_pictures_of_the_old_run_go_with_it(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await stopped(pilot)
        await until(pilot, lambda: shown_epoch(pilot) == 2)
        await pilot.press("t")
        assert shown_epoch(pilot) == 0


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_every_way_out_asks_while_a_run_is_going(make_app: Make, key: str) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await train(pilot, epochs=1)
        await pilot.press(key)
        assert isinstance(pilot.app.screen, QuitDialog)
        assert not pilot.app._notifications


async def test_keys_typed_right_after_s_reach_the_form(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        form = app.desk.query_one(ParamForm)
        for key in ("s", "down", "down", "6", "4", "enter"):
            character = key if len(key) == 1 else None
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: form.values["hidden_dim"] == 64)


async def test_a_number_being_typed_says_how_to_undo_it(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        form = engine_desk(pilot).query_one(ParamForm)
        await pilot.press("s")
        form.select("hidden_dim")
        before = form.values["hidden_dim"]
        await pilot.press("1", "2")
        assert (form.edit.text, pilot.app.current_mode) == ("12", "workbench")
        assert f"esc undoes (back to {before})" in form.render().plain.replace("\n", " ")
        await pilot.press("escape")
        assert (form.edit, form.values["hidden_dim"]) == (None, before)


def test_keys_that_cannot_be_are_refused_one_by_one(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        'theme = "nord"\n[keys]\ntrian = "f"\nstop = "t"\nzoom = "fly"\nquit = ""\nlive = "?"\nchart = "ctrl+c"\n'
        'models = 5\nruns = "9"\nepoch_back = "left,h"\n'
    )
    wanted = settings.read(config, ["nord"])
    assert (wanted.theme, wanted.keys) == ("nord", {"runs": "9", "epoch_back": "left,h"})
    text = "\n".join(wanted.complaints)
    assert "perhaps train is meant" in text
    for names in ("stop and train", "live and help"):
        assert f"{names} would both be on" in text
    for name in ("stop", "zoom", "quit", "live", "chart", "models"):
        assert f"default keys are used for {name}" in text


def test_keys_can_change_places() -> None:
    assert keymap.accept({"train": "x", "stop": "t"}) == ({"train": "x", "stop": "t"}, [])
    kept, complaints = keymap.accept({"train": "x", "stop": "q"})
    assert (kept, len(complaints)) == ({}, 2)


def test_no_key_has_two_meanings_in_one_place() -> None:
    for scope in keymap.SCOPES:
        keys = [key for a in keymap.ACTIONS if a.scope in (scope, "everywhere") for key in a.keys.split(",")]
        assert len(keys) == len(set(keys))
