"""What the two lines say: the status line of the engine and its work, the epoch bar of the run shown."""

from __future__ import annotations

from aetui.render.text import plain
from aetui.state.run_state import RunState, WorkbenchState
from aetui.state.waiting import Wait
from aetui.widgets.epoch_progress import ProgressView
from aetui.widgets.status_line import STATE_STYLES
from engine.errors import counted
from engine.events import DataProgress

STAGE_WIDTH = 16
ACTIVITY_WIDTH = 40


def state_and_detail(state: WorkbenchState, shown: RunState | None, asked: tuple[str, str]) -> tuple[str, str]:
    """A key of `STATE_STYLES`, and the words for it where its own do not do.

    `asked` is the run that something was asked of, and what the engine is about to do.
    """
    run = state.active
    if shown is not None and (shown.at_work_here or (run is None and shown.elsewhere)):
        run = shown
    return _state(state, run), _detail(state, run, shown, asked)


def _state(state: WorkbenchState, run: RunState | None) -> str:
    if state.engine == "failed":
        return "failed"
    if run and run.status != "queued":
        return run.status
    if state.data or state.engine == "loading" or (run and run.activity):
        return "loading"
    return "queued" if run else state.engine


def _detail(state: WorkbenchState, run: RunState | None, shown: RunState | None, asked: tuple[str, str]) -> str:
    if run and asked[0] == run.run_id:
        return asked[1]
    doing = plain(run.activity, ACTIVITY_WIDTH) if run and run.status in ("queued", "running") else ""
    if run and run.status != "queued":
        return (doing or STATE_STYLES[run.status][1]) + _whose(state, run, shown)
    return _loading(state.data) if state.data else doing


def _loading(data: DataProgress) -> str:
    """Whose data (those of a run that is asked have no name here), what is done with them, and how far it is."""
    whose = f"{plain(data.dataset)}: " if data.dataset else ""
    share = f" {100 * data.done // data.total} %" if data.total else ""
    return f"{whose}{plain(data.activity, ACTIVITY_WIDTH)}{share}"


def _whose(state: WorkbenchState, run: RunState, shown: RunState | None) -> str:
    """Which run it is if not simply ours on the screen, and how many come after it."""
    if run.elsewhere:
        return f" elsewhere · process {run.pid}" if run.pid else " elsewhere"
    other = "" if shown and shown.run_id == run.run_id else " another run"
    at_once = f" · {len(state.at_work)} at once" if len(state.at_work) > 1 else ""
    return f"{other}{at_once} · {len(state.waiting)} queued" if state.waiting else f"{other}{at_once}"


def progress_view(
    run: RunState | None, log_key: str = "L", health_key: str = "h", wait: Wait | None = None
) -> ProgressView:
    """What the epoch bar shows of `run`, or of what it waits for."""
    if run is None:
        return ProgressView()
    if wait is not None and not (run.moving and run.epochs):
        return ProgressView(state=wait.text, share=wait.share, waiting=True)
    progress, last = run.progress, run.epochs[-1] if run.epochs else None
    steps = progress.steps if progress else run.steps_per_epoch
    return ProgressView(
        epoch=progress.epoch if progress else run.last_epoch,
        epochs=run.planned if run.seq else 0,
        step=progress.step if progress else steps,
        steps=steps,
        samples_per_second=progress.samples_per_second if progress else last.samples_per_second if last else 0,
        seconds_left=run.seconds_left,
        unit=run.kind.unit,
        loss=run.steps.mean[-1] if progress and len(run.steps) else None,
        learning_rate=progress.learning_rate if progress else 0.0,
        validation=last.validation.get("loss") if last else None,
        best=run.best.validation["loss"] if run.best else None,
        best_epoch=run.best.epoch if run.best else None,
        stage=_stage(run),
        state=_standing(run, log_key),
        alarms=f"{counted(len(run.alarms_now), 'alarm')} ({health_key})" if run.alarms_now else "",
    )


def _stage(run: RunState) -> str:
    """The name of the stage under way, if there are several."""
    if len(run.stages) < 2:
        return ""
    if run.progress:
        return plain(run.progress.stage, STAGE_WIDTH)
    return plain(run.epochs[-1].stage if run.epochs else run.stages[0].name, STAGE_WIDTH)


def _standing(run: RunState, log_key: str) -> str:
    """What stands in place of step, rate and time left while there is none."""
    if run.activity and run.status in ("queued", "running"):
        return plain(run.activity)
    if run.status == "running":
        return "" if run.moving else "starting"
    if run.status == "held":
        return f"held: {plain(run.message)}"
    if run.status in ("failed", "diverged"):
        return f"✕ {run.status} · see Log ({log_key})"
    return f"{run.status}, stopped early" if stopped_early(run) else run.status


def stopped_early(run: RunState) -> bool:
    """Whether it ended because its patience did."""
    return run.status == "completed" and bool(run.config.get("patience")) and 0 < run.last_epoch < run.planned
