"""Where the codes of validation items lie at one epoch, beside the same items as PCA or averaged vectors see them; and
the way into the explorer (`aetui.panels.exploring`), which has the panel for itself while it is open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.panels.exploring import taking
from aetui.panels.exploring.drawn import HIGH
from aetui.panels.exploring.explorer import Explorer
from aetui.panels.table import View
from aetui.render.metrics import whose
from aetui.render.scatter import class_marks
from aetui.render.text import plain
from aetui.state.run_state import RunState
from aetui.taking import of_pictures
from aetui.taking.taken import Taken
from aetui.widgets.scatter import Cloud, Legend, Scatter
from engine.datasets import known
from engine.errors import UsageError, counted
from engine.runs.snapshots import Samples

PLACEHOLDER = "The codes appear after the first epoch"
NO_POINTS = "No codes were kept of this epoch; runs that are older than this panel have none."
NO_FINITE = "No code of this epoch is finite: there is nothing to draw. The log says whether the run diverged."
BOTH = 60
"""Columns that two plots need; with fewer the codes stand alone."""


ACTIONS = frozenset(
    action.act.partition("(")[0] for action in keymap.ACTIONS if action.scope == "latent" and action.id != "explore"
)


class Latent(Container):
    """The latent panel."""

    DEFAULT_CSS = """
    Latent > Horizontal { height: 1fr; }
    Latent #image-plane { margin-left: 2; }
    Latent > #nothing { height: 1fr; content-align: center middle; text-align: center; }
    Latent > Explorer { display: none; height: 1fr; }
    Latent.-exploring > Explorer { display: block; }
    """

    BINDINGS = keymap.bindings("latent")

    can_focus = True

    def __init__(self) -> None:
        super().__init__()
        self._samples: Samples | None = None
        self._shown: object = None
        self._view: View | None = None
        self._sentence = PLACEHOLDER
        """In the place of the plots."""
        self._digit = 0
        """The last one that was pressed: which of its keys an action has, nobody tells it."""

    def compose(self) -> ComposeResult:
        """A sentence for when nothing can be drawn; the codes, beside them the baseline's plane; the legend."""
        yield Static(PLACEHOLDER, classes="quiet", id="nothing")
        with Horizontal(id="planes"):
            yield Scatter(id="code-plane")
            yield Scatter(id="image-plane")
        yield Legend()
        yield Explorer()

    def on_mount(self) -> None:
        """Hide plots and legend: nothing is there to be drawn yet."""
        self._say(PLACEHOLDER)

    def on_resize(self, _event: events.Resize) -> None:
        """The second plane may have room now, or none any more."""
        self._choose()

    def show(self, view: View) -> None:
        """Draw the codes of the epoch under the cursor and the baseline's plane, or say why there are none."""
        before, self._view = self._view, view
        if (before and before.run and before.run.run_id) != (view.run and view.run.run_id):
            self._leave()
        elif self.exploring:
            self.query_one(Explorer).show(view)
        run, samples = view.run, view.samples
        last = run is not None and view.epoch == run.last_epoch
        what = (run and (run.dataset, run.code_size, run.going, run.metrics), last, view.missing)
        if samples is self._samples and what == self._shown:
            return
        self._samples, self._shown = samples, what
        if run is None or samples is None:
            self._say(view.missing or PLACEHOLDER)
        elif (points := samples.views.get("points")) is None:
            self._say(NO_POINTS)
        elif not np.isfinite(points).any():
            self._say(NO_FINITE)
        else:
            self._draw(run, samples, points, last=last)

    def taken(self, view: View) -> Taken:
        """The points of both planes with their classes; of the explorer its items, or those that are marked."""
        if self.exploring:
            return taking.explored(self.query_one(Explorer), view)
        run, samples = view.run, view.samples
        if run is None or samples is None or "points" not in samples.views:
            return of_pictures.nothing("latent", view)
        members, names = _members(samples, run.dataset)
        titles = _titles(run.code_size or samples.codes.shape[-1], len(names))[0], run.kind.points[0]
        return of_pictures.latent(view, members, names, titles)

    # The explorer.

    @property
    def exploring(self) -> bool:
        """Whether the explorer has the panel."""
        return self.has_class("-exploring")

    def _leave(self) -> None:
        self.remove_class("-exploring")
        self._choose()
        self.query_one(Explorer).forget()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without the explorer its keys are the time machine's, and there is something to explore once an epoch is
        over."""
        del parameters
        if action == "explore":
            return bool(self._view and self._view.run and self._view.run.epochs)
        return self.exploring if action in ACTIONS else True

    def on_key(self, event: events.Key) -> None:
        """Remember which digit it is; what it does, the table of keys says."""
        if event.character and event.character.isdecimal():
            self._digit = int(event.character)

    def action_explore(self) -> None:
        """Open the explorer; in it, a morph between two pins or a grid of three."""
        explorer = self.query_one(Explorer)
        if self.exploring:
            self._say_of(explorer.between())
        elif self._view is not None:
            self.add_class("-exploring")
            self._choose()
            explorer.show(self._view)
            if self.size.height < HIGH:
                self._say_of(f"{self._key('zoom')} gives the panel the whole screen")
            self.refresh_bindings()

    def action_leave_codes(self) -> None:
        """Close the explorer."""
        self._leave()

    def set_number(self, number: int, value: float) -> None:
        """A number of the code, from 1 on, to exactly this. Raises UsageError where the code has no such number, or it
        is not finite."""
        explorer = self.query_one(Explorer)
        refused = explorer.choose(number - 1) if math.isfinite(value) else "expected a finite number"
        if refused or explorer.place is None:
            raise UsageError("Code", refused or "the items of the map have not come yet")
        explorer.set(value)

    def action_walk(self, right: int, up: int) -> None:
        """Move the crosshair by so many cells."""
        self._say_of(self.query_one(Explorer).move(right, up))

    def action_pin(self) -> None:
        """Keep the code under the crosshair, or let go of it."""
        self._say_of(self.query_one(Explorer).pin())

    def action_onto_item(self) -> None:
        """Onto the nearest item, then onto the next."""
        self._say_of(self.query_one(Explorer).to_nearest())

    def action_number(self) -> None:
        """The number of the code that the digit names."""
        if self._digit:
            self._say_of(self.query_one(Explorer).choose(self._digit - 1))

    def action_turn_number(self, by: int) -> None:
        """The next number of the code, or the one before."""
        self._say_of(self.query_one(Explorer).turn(by))

    def action_slide(self, steps: float) -> None:
        """The chosen number by so many of its standard deviations; 0: to its mean."""
        self._say_of(self.query_one(Explorer).slide(steps))

    def action_manifold(self) -> None:
        """Pictures all over the plane."""
        self._say_of(self.query_one(Explorer).manifold())

    def action_corner(self) -> None:
        """A corner of a rectangle."""
        self._say_of(self.query_one(Explorer).corner())

    def action_colour_by(self) -> None:
        """Colour points by something else."""
        self._say_of(self.query_one(Explorer).next_colour())

    def action_map_by(self) -> None:
        """The map by another method."""
        self._say_of(self.query_one(Explorer).next_map())

    def action_other_map(self) -> None:
        """Move on the other map."""
        self._say_of(self.query_one(Explorer).other())

    def action_all_items(self) -> None:
        """All items, or a choice."""
        self._say_of(self.query_one(Explorer).all_items())

    def action_other_items(self) -> None:
        """Items of another part."""
        self._say_of(self.query_one(Explorer).next_part())

    def action_explore_again(self) -> None:
        """Ask the newest weights."""
        self.query_one(Explorer).ask()

    def action_code_back(self) -> None:
        """Drop what was made last."""
        self._say_of(self.query_one(Explorer).back())

    def step_size(self, by: int) -> str:
        """Nearer to what the explorer shows, or farther; the points of an epoch always fit."""
        if self.exploring:
            self.query_one(Explorer).zoom(by)
        return ""

    def turn_page(self, by: int) -> str:
        """The next items that are marked, or those before."""
        return self.query_one(Explorer).turn_page(by) if self.exploring else ""

    def _key(self, action: str) -> str:
        return keymap.first_key(keymap.BY_ID[action], getattr(self.app, "key_overrides", {}))

    def _say_of(self, text: str) -> None:
        self.query_one(Explorer).draw_due()
        say = getattr(self.screen, "say", None)
        if text and say is not None:
            say(text)

    # Drawing.

    def _draw(self, run: RunState, samples: Samples, points: NDArray[Any], *, last: bool) -> None:
        members, names = _members(samples, run.dataset)
        marks = tuple(class_marks(names)) or ("•",)
        units = run.code_size or samples.codes.shape[-1]
        points = points if units > 1 else _bands(points, members)
        metrics = _metrics(run, "", last=last)
        codes = Cloud(points, members, marks, _titles(units, len(names)), metrics, y_ticks=units > 1)
        self.query_one("#code-plane", Scatter).show(codes)
        if (baseline := samples.views.get("baseline_points")) is not None:
            metrics = _metrics(run, f"{run.kind.beside}_")
            beside = Cloud(baseline, members, marks, run.kind.points, metrics)
            self.query_one("#image-plane", Scatter).show(beside)
        self.query_one(Legend).show(marks[: len(names)], names)
        self._say("")

    def _say(self, sentence: str) -> None:
        """The sentence instead of the plots, or the plots."""
        text = self.query_one("#nothing", Static)
        if sentence:
            text.update(Content(sentence))
        self._sentence = sentence
        self._choose()

    def _choose(self) -> None:
        """The sentence, the plots, or the explorer."""
        plots = not self._sentence and not self.exploring
        self.query_one("#nothing").display = bool(self._sentence) and not self.exploring
        self.query_one("#planes").display = self.query_one(Legend).display = plots
        known = self._samples is not None and "baseline_points" in self._samples.views
        self.query_one("#image-plane").display = known and self.size.width >= BOTH


def _members(samples: Samples, dataset: str) -> tuple[NDArray[np.int64], list[str]]:
    """For each point its place among the names of the classes that occur; no names where no classes are known."""
    if (of_points := samples.views.get("point_labels")) is None:
        return np.zeros(len(samples.views["points"]), np.int64), []
    labels, members = np.unique(of_points, return_inverse=True)
    entry = known(dataset)
    classes: Sequence[str] = entry.classes if entry else ()
    if samples.classes is not None:
        classes = [plain(name) for name in samples.classes.tolist()]
    return members, [classes[i] if 0 <= i < len(classes) else str(i) for i in labels.tolist()]


def _bands(points: NDArray[Any], members: NDArray[np.int64]) -> NDArray[np.float64]:
    """Codes of one number in the plane: each class is a band of its own, spread evenly so that none hides another."""
    x = points.reshape(len(members), -1)[:, 0]
    spread = np.arange(len(members)) * 0.618 % 1  # the golden ratio: neighbours land far apart
    return np.stack([x, -members - 0.7 * spread], axis=1)


def _titles(units: int, classes: int) -> tuple[str, ...]:
    size = f"codes · {counted(units, 'unit')}"
    if units == 1 and classes > 1:
        return f"{size}, classes below each other", size, "codes"
    return (f"{size}, first two components", size, "codes") if units > 2 else (size, "codes")


def _metrics(run: RunState, prefix: str, *, last: bool = True) -> tuple[str, ...]:
    """What was measured at the end of the run, the model with which weights: "15-NN 0.858 · weights of epoch 3"; the
    same in several lengths, the longest first."""
    keys = f"{prefix}knn", "pca_mse" if prefix else "test_mse", f"{prefix}precision_at_10"
    knn, mse, precision = (run.metrics.get(key) for key in keys)
    parts = [f"15-NN {knn:.3f}"] if knn is not None else []
    parts += [f"topic precision@10 {precision:.3f}"] if precision is not None else []
    parts += [f"MSE {mse:#.3g}"] if mse is not None else []
    if not parts or run.going:
        return ()
    when = "" if prefix else whose(run.weights_epoch) or " at the end" * (not last)
    return tuple(" · ".join(parts) + text for text in (when, when.replace("weights of ", "")))
