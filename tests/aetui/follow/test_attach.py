"""Runs that another process trains: found, followed and steered."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest
from fake_forks import ForkingEngine
from fakes import FakeEngine
from pilots import Make, bar, train, until

from aetui.app import Workbench
from aetui.widgets.status_line import StatusLine
from engine.events import RunHeld, RunPaused, RunResumed
from engine.runs.commands import take_command
from engine.runs.heartbeat import Heartbeat
from engine.runs.jobs import ForkJob, TrainJob


class OtherEngine(FakeEngine):
    """One whose run another process seems to hold."""

    lock: IO[bytes]


@contextmanager
def elsewhere(app: Workbench, variant: str = "vanilla") -> Iterator[OtherEngine]:
    other = OtherEngine(lambda event: None, app.store)
    other.submit(TrainJob(variant=variant, dataset="digits"))
    other.play(other.run.started())
    other.play_epochs(1, 1)
    with (other.run.folder / "events.jsonl").open("rb") as other.lock:
        fcntl.flock(other.lock, fcntl.LOCK_EX)
        yield other


async def test_a_run_of_another_process_is_followed_with_what_was_never_recorded(make_app: Make) -> None:
    app = make_app()
    with elsewhere(app) as other:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.desk.run_id == other.run.run_id)
            other.play_epochs(2, 3)
            await until(pilot, lambda: app.desk.run_shown and app.desk.run_shown.last_epoch == 3)
            assert app.state.active is None
            status = app.desk.query_one(StatusLine)
            await until(pilot, lambda: "training elsewhere" in status.render().plain)
            heartbeat = Heartbeat(other.run.folder)
            heartbeat.show(other.run.stamp(other.run.progress(4, 5)))
            await until(pilot, lambda: "step 5/10" in bar(pilot))
            heartbeat.close()


async def test_the_run_that_is_trained_elsewhere_is_shown_first(make_app: Make) -> None:
    app = make_app()
    with elsewhere(app, "sparse") as other:
        newer = FakeEngine(lambda event: None, app.store)
        newer.submit(TrainJob(variant="vanilla", dataset="digits"))
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.desk.run_id == other.run.run_id)
            assert app.desk.variant.key == "sparse"


async def test_a_parent_that_is_trained_elsewhere_goes_on_behind_its_fork(make_app: Make) -> None:
    app = make_app()
    with elsewhere(app) as other:
        parent = other.run.run_id
        forking = ForkingEngine(lambda event: None, app.store)
        fork = forking.submit(ForkJob(run_id=parent, epoch=1, config={"learning_rate": 0.1}))
        forking.play_fork()
        forking.play(forking.run.finished("stopped", 1))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.desk.run_id == parent)
            app.open_run(fork)
            await until(pilot, lambda: app.desk.run_id == fork)
            other.play_epochs(2, 3)
            await until(pilot, lambda: app.state.runs[parent].last_epoch == 3)


async def test_keys_ask_the_other_process(make_app: Make) -> None:
    app = make_app()
    with elsewhere(app) as other:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.desk.run_id == other.run.run_id)
            status = app.desk.query_one(StatusLine)
            await pilot.press("space")
            assert take_command(other.run.folder) == "pause"
            assert "pausing" in status.render().plain
            other.play(RunPaused(epoch=2, step=0))
            await until(pilot, lambda: "paused elsewhere" in status.render().plain)
            await pilot.press("space")
            assert take_command(other.run.folder) == "run"
            other.play(RunResumed(epoch=2, step=0, epochs=50))
            await until(pilot, lambda: "training elsewhere" in status.render().plain)
            await pilot.press("x")
            assert take_command(other.run.folder) == "stop"
            other.play(other.run.finished("stopped", 1))
            await until(pilot, lambda: "stopped" in bar(pilot))


async def test_the_top_line_of_the_table_says_what_the_table_does(make_app: Make) -> None:
    app = make_app()
    with elsewhere(app) as other:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.desk.run_id == other.run.run_id)
            await pilot.press("2")
            await until(pilot, lambda: app.screen.query("RunTable").first().row_count == 1)
            top = app.screen.query_one(StatusLine)
            other.play(RunPaused(epoch=2, step=0))
            await until(pilot, lambda: "paused elsewhere" in top.render().plain)
            await pilot.press("x")
            assert "stopping" in top.render().plain


async def test_a_process_that_dies_leaves_its_run_interrupted(make_app: Make) -> None:
    app = make_app()
    with elsewhere(app) as other:
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.desk.run_id == other.run.run_id)
            fcntl.flock(other.lock, fcntl.LOCK_UN)
            await until(pilot, lambda: "interrupted" in bar(pilot))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_run_that_cannot_be_kept_says_why(make_app: Make, size: tuple[int, int]) -> None:
    app = make_app()
    with elsewhere(app) as other:
        heartbeat = Heartbeat(other.run.folder)
        heartbeat.show(other.run.stamp(RunHeld(reason="No space left on device; make room")))
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: "held: No space left on device" in bar(pilot))
            assert "cannot be kept" in app.desk.query_one(StatusLine).render().plain
            heartbeat.show(other.run.stamp(other.run.progress(2, 5)))
            other.play_epochs(2, 2)
            await until(pilot, lambda: "held" not in bar(pilot))
            heartbeat.close()


async def test_a_run_that_was_trained_here_is_followed_when_another_process_goes_on_with_it(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        engine = await train(pilot, epochs=2)
        engine.play(engine.run.finished("stopped", 2))
        await until(pilot, lambda: "stopped" in bar(pilot))
        with (engine.run.folder / "events.jsonl").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            engine.run.stamp(RunResumed(epoch=3, step=0, epochs=50))  # written, and not told to this process
            app.open_run(engine.run.run_id)
            status = app.desk.query_one(StatusLine)
            await until(pilot, lambda: "training elsewhere" in status.render().plain)
            await pilot.press("x")
            assert take_command(engine.run.folder) == "stop"
