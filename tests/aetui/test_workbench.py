"""Settings and commands under the keyboard, on an engine that trains nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace

from pilots import Make, bar, choose_epochs, engine_desk, ready, shown_epoch, stopped, train, until
from textual import events

from aetui.panels.event_log import EventLog
from aetui.screens.dialogs import Notice
from aetui.state.fold import Read
from aetui.widgets.key_bar import KeyBar
from aetui.widgets.param_form import ParamForm
from aetui.widgets.status_line import StatusLine
from engine.errors import DataUnavailable, SettingError
from engine.events import RunCancelled, RunResumed
from engine.runs.jobs import ResumeJob, TrainJob


async def test_training_by_keyboard_submits_what_the_form_says(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await ready(pilot)
        await pilot.press("enter", "down", "down", "6", "4", "down", "right", "down", "down", "down", "3", "enter", "t")
        jobs = [job for call, job in engine.calls if call == "submit"]
        assert jobs == [
            TrainJob(
                variant="vanilla",
                dataset="digits",
                preset="small",
                config={"hidden_dim": 64, "activation": jobs[0].config["activation"], "epochs": 3},
            )
        ]
        assert jobs[0].config["activation"] != "linear"


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


async def test_a_run_taken_back_leaves_its_settings_and_brings_no_other_run(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot)
        desk = engine_desk(pilot)
        await choose_epochs(pilot, "7")
        await pilot.press("t", "x")
        shutil.rmtree(engine.run.folder)
        engine.emit(RunCancelled(run_id=engine.run.run_id))
        await until(pilot, lambda: not desk.workbench.state.waiting and desk.workbench.state.active is None)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert (desk.run_shown, desk.query_one(ParamForm).values["epochs"], desk.at_work) == (None, 7, True)
        assert "taken back" in bar(pilot)


async def test_a_run_that_stopped_early_says_what_it_takes_to_go_on(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        engine = await stopped(pilot, "completed")
        desk, app = engine_desk(pilot), pilot.app
        planned, config = desk.run_shown.planned, {**desk.run_shown.config, "patience": 1}
        app.hear(Read(replace(desk.run_shown, config=config)))
        calls = len(engine.calls)
        await pilot.press("r")
        await until(pilot, lambda: f"early in epoch 2 of {planned}; set more epochs" in desk._hint_text)
        assert len(engine.calls) == calls


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
        await until(pilot, lambda: "compiling" in bar(pilot))
        engine.play(engine.run.progress(3, 1))
        await until(pilot, lambda: "● training" in desk.query_one(StatusLine).render().plain)


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


async def test_other_data_bring_the_preset_that_suits_them_if_nothing_was_set(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        form = app.desk.query_one(ParamForm)
        assert (form.values["dataset"], form.values["preset"]) == ("digits", "small")
        await pilot.press("s", "down", "right")
        await pilot.pause()
        assert (form.values["dataset"], form.values["preset"]) == ("mnist", "book")
        await pilot.press("left")
        await pilot.pause()
        assert form.values["preset"] == "small"
