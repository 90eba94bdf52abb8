"""A store with runs of every kind, an engine that trains between two keys, and what the screen may never contradict."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from fakes import STEPS, FakeEngine, FakeRun, loss, pictures, readings

from aetui import keymap
from aetui.app import Workbench
from aetui.panels import table
from aetui.panels.digits import Digits
from aetui.panels.event_log import EventLog
from aetui.panels.health import HealthReport
from aetui.panels.latent import Latent
from aetui.panels.parameters import Parameters
from aetui.panels.samples import Divergences, PriorSamples
from aetui.panels.sentence_overview import SentenceOverview
from aetui.panels.sentences import Sentences
from aetui.panels.weights import Weights
from aetui.render.pixels import to_grey
from aetui.render.text import plain
from aetui.screens.dialogs import Farewell
from aetui.widgets import job_form
from aetui.widgets.epoch_progress import EpochProgress, ProgressView
from aetui.widgets.scatter import Scatter
from aetui.widgets.tiles import Tiles
from engine import registry
from engine.errors import UsageError
from engine.events import (
    DataProgress,
    EngineFailed,
    EpochEnded,
    Event,
    Logged,
    RunCancelled,
    RunHeld,
    RunPaused,
    RunResumed,
    SettingsChanged,
    Stage,
)
from engine.registry import VARIANTS
from engine.runs.jobs import ForkJob, Job, ResumeJob, TrainJob
from engine.runs.snapshot_file import NAME, index_of
from engine.runs.snapshots import Samples
from engine.runs.store import RunStore

IMAGES = ("inputs", "targets", "outputs")
DATA = {"text": "pydocs", "ratings": "made-ratings"}
"""What runs learned from, by the kind that their model accepts; digits for the others."""
EPOCHS = 3
"""Of the runs in the store."""


# What runs of each model keep.


@lru_cache
def kept(variant: str, epoch: int) -> Samples:
    """As the real thing keeps it: which views there are, and how large, depends on the model."""
    if "text" in VARIANTS[variant].accepts:
        return readings(epoch)
    full = pictures(epoch)
    bare = full.with_views(kl=None, generated=None)
    if "ratings" in VARIANTS[variant].accepts:
        rows: dict[str, Any] = {name: getattr(full, name).reshape(len(full.codes), -1) for name in IMAGES}
        return msgspec.structs.replace(bare, **rows).with_views(baseline=None, weights=None)
    match variant:
        case "denoising":
            noisy = msgspec.structs.replace(bare, inputs=np.clip(full.inputs + 0.5, 0, 2))
            return noisy.with_views(baseline=None)
        case "convolutional":
            small: dict[str, Any] = {name: getattr(full, name)[:, ::4, ::4] for name in IMAGES}
            baseline = full.views["baseline"][:, ::4, ::4]
            return msgspec.structs.replace(bare, **small).with_views(baseline=baseline, weights=None, activations=None)
        case "stacked":
            ones = msgspec.structs.replace(bare, codes=np.ones((10, 2), np.float32))
            return ones.with_views(points=full.views["points"][::-1])
        case "variational":
            return full
    return bare


class WalkedRun(FakeRun):
    """A run whose losses are its own, so that a curve tells whose it is."""

    def __init__(self, store: RunStore, run_id: str, job: TrainJob) -> None:
        super().__init__(store, run_id, job)
        self.kept = lambda epoch: kept(job.variant, epoch)
        self.factor = 1 + len(store.runs()) / 1000
        self.done = 0

    def epoch(self, number: int) -> EpochEnded:
        terms = {"loss": loss(number) * self.factor, "reconstruction": loss(number) * self.factor / 2}
        if self.job.variant == "variational":
            terms |= {"kl": loss(number) * self.factor / 2}
        self.done = number
        return msgspec.structs.replace(super().epoch(number), train=terms, validation=terms)

    def started(self) -> Event:
        event = super().started()
        stages = (Stage("layer 1", 1), Stage("fine-tuning", max(0, self.epochs - 1)))
        return msgspec.structs.replace(event, stages=stages) if self.job.variant == "stacked" else event


class WalkedEngine(FakeEngine):
    """Trains a queue, an event at a time: the walk calls `step`."""

    def __init__(self, emit: Callable[[Event], None], store: RunStore, rng: random.Random) -> None:
        super().__init__(emit, store)
        self.rng = rng
        self.queue: deque[tuple[WalkedRun, bool]] = deque()
        self.life: Iterator[Event] = iter(())
        self.paused = self.stopping = False

    def submit(self, job: Job) -> str:
        if isinstance(job, ResumeJob):
            run = self.runs[job.run_id]
            run.epochs = job.epochs or run.epochs
            self.queue.append((run, True))
            return job.run_id
        if isinstance(job, ForkJob):
            raise UsageError("Not kept", f"the weights of epoch {job.epoch} are not kept; 0 is the nearest")
        run_id = f"20260101T{len(self.runs):06d}Z-{job.variant}-{len(self.runs):04x}"
        self.runs[run_id] = run = WalkedRun(self.store, run_id, job)
        self.queue.append((run, False))
        return run_id

    def adjust(self, run_id: str, config: dict[str, Any]) -> None:
        run = self.runs[run_id]
        self.emit(run.stamp(SettingsChanged(epoch=run.done + 1, config=config)))

    def cancel(self, run_id: str) -> None:
        waiting = [entry for entry in self.queue if entry[0].run_id == run_id and entry is not self.queue[0]]
        if waiting:
            self.queue.remove(waiting[0])
            self.emit(RunCancelled(run_id=run_id))
        elif self.queue:
            self.stopping = True

    def move(self, run_id: str, by: int) -> list[str]:
        present, *waiting = self.queue if self.queue else [None]
        at = next((at for at, (run, _) in enumerate(waiting) if run.run_id == run_id), None)
        if at is not None:
            waiting.insert(max(0, at + by), waiting.pop(at))
            self.queue = deque([present, *waiting])
        return [run.run_id for run, _ in waiting]

    def pause(self, run_id: str) -> None:
        self.paused = True

    def resume(self, run_id: str) -> None:
        self.paused = False

    def step(self) -> None:
        """Let the next thing happen to the run that is trained, if any is."""
        if not self.queue:
            return
        run, resumed = self.queue[0]
        event = next(self.life, None)
        if event is None:
            self.life = self.live(run, resumed)
            event = next(self.life)
        self.emit(event if isinstance(event, RunCancelled | EngineFailed | DataProgress) else run.stamp(event))

    def live(self, run: WalkedRun, resumed: bool) -> Iterator[Event]:
        """All that happens to `run`, which leaves the queue with the last of it."""
        self.paused = self.stopping = False
        yield DataProgress(run_id=run.run_id, dataset=run.job.dataset, activity="reading", done=1, total=2)
        if self.stopping or self.rng.random() < 0.1:
            stopping = self.stopping
            self.queue.popleft()
            failed = EngineFailed(run_id=run.run_id, title="No data", message="the network is down")
            yield RunCancelled(run_id=run.run_id) if stopping else failed
            return
        yield RunResumed(epoch=run.done + 1, step=0, epochs=run.epochs) if resumed else run.started()
        for epoch in range(run.done + 1, min(run.epochs, run.done + 4) + 1):
            yield run.progress(epoch, STEPS // 2)
            if self.rng.random() < 0.2:
                yield Logged(level="warning", text="something to know")
            if self.rng.random() < 0.1:
                yield RunHeld(reason="the disk is full")
            if self.paused:
                yield RunPaused(epoch=epoch, step=1)
                for _ in range(20):
                    if self.paused and not self.stopping:
                        yield run.progress(epoch, STEPS // 2)
                if not self.stopping:
                    yield RunResumed(epoch=epoch, step=1, epochs=run.epochs)
            if self.stopping:
                break
            yield run.epoch(epoch)
        self.queue.popleft()
        outcome = "stopped" if self.stopping else self.rng.choice(("completed", "completed", "diverged", "failed"))
        yield run.finished(outcome, run.done, "a reason" if outcome in ("diverged", "failed") else "")


def populate(engine: WalkedEngine) -> None:
    """Runs of every model that are over, an interrupted one, and two whose samples are not what they should be."""
    for variant in VARIANTS:
        _lived(engine, variant, "completed")
    _lived(engine, "vanilla", "")
    damaged = _lived(engine, "sparse", "stopped")
    file = damaged.folder / NAME
    content = bytearray(file.read_bytes())
    for place in index_of(file).places.values():
        content[place.end - 1] ^= 1
    file.write_bytes(content)
    _lived(engine, "denoising", "stopped", keep=readings)
    engine.queue.clear()


def _lived(engine: WalkedEngine, variant: str, outcome: Any, keep: Callable[[int], Samples] | None = None) -> WalkedRun:
    dataset = DATA.get(VARIANTS[variant].accepts[0], "digits")
    preset = VARIANTS[variant].default_preset
    run_id = engine.submit(TrainJob(variant=variant, dataset=dataset, preset=preset, config={"epochs": EPOCHS}))
    run = engine.runs[run_id]
    if keep is not None:
        run.kept = keep
    run.stamp(run.started())
    for epoch in range(1, EPOCHS + 1):
        run.stamp(run.epoch(epoch))
    if outcome:
        metrics = {"test_mse": 0.01, "pca_mse": 0.02, "knn": 0.9}
        run.stamp(msgspec.structs.replace(run.finished(outcome, EPOCHS), metrics=metrics))
    return run


class WalkedWorkbench(Workbench):
    """One that no key ends."""

    def exit(self, *arguments: Any, **named: Any) -> None:
        while isinstance(self.screen, Farewell):
            self.pop_screen()

    def leave(self) -> None:
        """Be over."""
        super().exit()


# Keys.


MAPPED = [key for action in keymap.ACTIONS for key in keymap.split(action, {})]
TYPED = [*"0123456789.-", *"abehowyB", "backspace", "delete", "tab", "shift+tab", "home", "end", "ctrl+u", "pageup"]
OFTEN = ["t", "m", "s", "c", "d", "down", "up", "enter", "escape", "right", "left"]
PANEL_KEYS = [kind.shortcut for kind in table.PANELS.values()]


def some_keys(app: Workbench, rng: random.Random) -> list[str]:
    """The next few keys: any, or such as people press one after the other; dialogs are left sooner or later."""
    if app.screen is not app.desk and rng.random() < 0.25:
        return ["escape", "1"]
    match rng.randrange(14):
        case 0 | 1:
            return ["m", rng.choice(("g", "G")), *rng.choices(("down", "up", "j", "k"), k=rng.randrange(6))]
        case 2:
            value = rng.choice((["right"], ["left"], ["7", "enter"], ["3", "down"], ["0", "enter"], ["2", "5"]))
            return ["s", *["down"] * rng.randrange(12), *value]
        case 3:
            return rng.choices(("t", "t", "x", "X", "space", "r"), k=2)
        case 4:
            return [rng.choice(PANEL_KEYS)]
        case 5:
            return ["slash", *"oil", "enter", *rng.choice((["escape"], ["tab", *"fell", "enter", "escape", "b"]))]
        case 6:
            return ["2", *rng.choices(("down", "j", "G", "up"), k=2), rng.choice(("enter", "enter", "r", "x", "f5"))]
        case 7 | 8:
            return [rng.choice(OFTEN)]
        case 9:
            return [rng.choice(TYPED)]
        case 10 | 11:
            form = [
                "a",
                *rng.choice(("ru", "co", "mi")),
                *rng.choices(("tab", "enter", "down", "right", "ctrl+s"), k=5),
            ]
            done = (["enter"], ["n", *"you", "enter"], ["d", "y"], ["slash", "m", "escape"], form)
            return ["3", rng.choice(("g", "down")), *rng.choice(done), *rng.choice(done), *rng.choice(done)]
    return [rng.choice(MAPPED)]


# What may never be: each says it in words.


def contradictions(app: Workbench) -> list[str]:
    """Where the parts of the workbench are not about one run, or about the chosen model and no run."""
    return [text for text, true in _claims(app) if not true]


def _claims(app: Workbench) -> Iterator[tuple[str, bool]]:
    desk, run, variant = app.desk, app.desk.run_shown, app.desk.variant
    yield "the run shown is not known", bool(run) or not desk.run_id
    yield "the run shown is not of the chosen model", run is None or run.variant == variant.key
    yield "the list marks another model", desk._models.variant is variant
    form, params = desk._form, desk._form.params
    fields = job_form.fields(variant, form.values["preset"], form.values["dataset"])
    yield "the form has fields of another model", [p.name for p in params] == [p.name for p in fields]
    yield "the form has values of another model", set(form.values) == {param.name for param in fields}
    job = job_form.Draft(variant, form.values).job()
    yield "what t trains is another model", job.variant == variant.key
    kind = run.kind if run else registry.kind(variant.key, str(form.values["dataset"]))
    kinds = table.of_variant((*variant.panels, *kind.adds), kind.panels)
    yield "the tabs are another model's", desk._tabs.kinds == kinds
    yield "the open panel is not offered", desk._tabs.open_key in [kind.key for kind in kinds]
    yield "the panel on the screen is not the open one", desk._tabs.current in (None, f"panel-{desk._tabs.open_key}")
    name = plain(run.name or run.run_id) if run else ""
    title = desk._loss.border_subtitle
    yield f"the title {title!r} is not the run's", (title or "") == name
    yield from _curve_claims(app)
    yield from _panel_claims(app)


def _curve_claims(app: Workbench) -> Iterator[tuple[str, bool]]:
    desk, run = app.desk, app.desk.run_shown
    values = (
        {value for e in run.epochs for part in (e.train, e.validation) for value in part.values()} if run else set()
    )
    drawn = {float(y) for line in desk._chart.data.series for y in line.y} if desk._chart else set()
    yield "the chart has another run's curves", {y for y in drawn if y == y} <= values
    bar = desk.query_one(EpochProgress)._view
    if bar.state and not bar.epochs and bar.state == desk._hint_text:
        return
    if run is None:
        yield "the bar is about a run", bar == ProgressView()
    else:
        yield "the bar has another run's length", bar.epochs in (run.planned, 0)
        yield "the bar has another run's loss", bar.validation is None or bar.validation in values


def _panel_claims(app: Workbench) -> Iterator[tuple[str, bool]]:
    desk, run, panel = app.desk, app.desk.run_shown, app.desk._tabs.panel
    of = desk._samples.of if desk._samples else None
    samples = desk._samples.samples if desk._samples else None
    views = samples.views if samples else {}
    yield "the samples are another run's", of is None or of[0] == desk.run_id
    if panel is None or not panel.display:
        return
    match panel:
        case Digits():
            rows = dict(panel._grid._rows)
            answer = panel._answer[1] if panel._answer else None  # further on than what is kept
            kept = samples is not None and panel._first < len(samples.outputs)
            items = samples.outputs[panel._first :] if kept else answer.outputs if answer else None
            same = items is not None and np.array_equal(rows.get("output", ()), to_grey(items))
            before = samples is None and "data" in rows
            yield "the digits are not of the samples", not rows or same or before
        case Latent():
            plane = panel.query_one("#code-plane", Scatter)
            cloud = plane._cloud if plane.parent.display else None
            same = cloud is not None and np.array_equal(cloud.points, views.get("points", ()))
            yield "the codes are not of the samples", cloud is None or same
        case Weights():
            yield "the weights are not of the samples", panel._samples is samples
            drawn = panel.query_one("#own", Tiles)
            count = len(drawn._pictures) if drawn.display else 0
            yield "the tiles are not of the samples", not count or len(views["weights"]) == count
        case PriorSamples():
            rows = dict(panel.query_one("ImageGrid")._rows)
            yield "the new images are not of the samples", not rows or "generated" in views
            bars = panel.query_one(Divergences)
            known = bars._kl is not None and np.array_equal(bars._kl, views.get("kl", ()))
            yield "the divergences are not of the samples", not bars.display or known
        case Sentences():
            yield "the overview is not of the samples", panel.query_one(SentenceOverview)._samples is samples
            yield "the answers are another run's", set(panel.answers) <= {desk.run_id, (panel.beside or ("",))[0]}
        case HealthReport():
            yield (
                "the health is another run's",
                (panel._view.run if panel._view else None) is None or (panel._view.run.run_id == desk.run_id),
            )
        case Parameters():
            text = panel.query_one("Static").render().plain
            yield "the parameters are another run's", (run.run_id in text) if run else ("20260101T" not in text)
        case EventLog():
            yield "the log is another run's", not panel._lines or bool(run and set(panel._lines) <= set(run.log))


def stale_lines(app: Workbench) -> list[str]:
    """Lines that stand on the screen but would not if everything were drawn anew."""
    screen = app.screen
    before = [strip.text for strip in screen._compositor.render_strips()]
    for widget in screen.walk_children(with_self=True):
        widget._styles_cache.clear()
    after = [strip.text for strip in screen._compositor.render_strips()]
    return [f"{old!r} instead of {new!r}" for old, new in zip(before, after, strict=True) if old != new]


__all__ = ["WalkedEngine", "WalkedWorkbench", "contradictions", "populate", "some_keys", "stale_lines"]
