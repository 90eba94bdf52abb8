"""Where the codes of validation items lie at one epoch, beside the same items as PCA or averaged vectors see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widgets import Static

from aetui.panels.table import View
from aetui.render.metrics import whose
from aetui.render.scatter import class_marks
from aetui.render.text import plain
from aetui.state.run_state import RunState
from aetui.taking import of_pictures
from aetui.taking.taken import Taken
from aetui.widgets.scatter import Cloud, Legend, Scatter
from engine.datasets import known
from engine.errors import counted
from engine.runs.snapshots import Samples

PLACEHOLDER = "The codes appear after the first epoch"
NO_POINTS = "No codes were kept of this epoch; runs that are older than this panel have none."
NO_FINITE = "No code of this epoch is finite: there is nothing to draw. The log says whether the run diverged."
BOTH = 60
"""Columns that two plots need; with fewer the codes stand alone."""


class Latent(Container):
    """The latent panel."""

    DEFAULT_CSS = """
    Latent > Horizontal { height: 1fr; }
    Latent #image-plane { margin-left: 2; }
    Latent > Static { height: 1fr; content-align: center middle; text-align: center; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._samples: Samples | None = None
        self._shown: object = None

    def compose(self) -> ComposeResult:
        """A sentence for when nothing can be drawn; the codes, beside them the baseline's plane; the legend."""
        yield Static(PLACEHOLDER, classes="quiet")
        with Horizontal():
            yield Scatter(id="code-plane")
            yield Scatter(id="image-plane")
        yield Legend()

    def on_mount(self) -> None:
        """Hide plots and legend: nothing is there to be drawn yet."""
        self._say(PLACEHOLDER)

    def on_resize(self, _event: events.Resize) -> None:
        """The second plane may have room now, or none any more."""
        self._choose()

    def show(self, view: View) -> None:
        """Draw the codes of the epoch under the cursor and the baseline's plane, or say why there are none."""
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
        """The points of both planes with their classes."""
        run, samples = view.run, view.samples
        if run is None or samples is None or "points" not in samples.views:
            return of_pictures.nothing("latent", view)
        members, names = _members(samples, run.dataset)
        titles = _titles(run.code_size or samples.codes.shape[-1], len(names))[0], run.kind.points[0]
        return of_pictures.latent(view, members, names, titles)

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
        text = self.query_one(Static)
        if sentence:
            text.update(Content(sentence))
        text.display = bool(sentence)
        self.query_one(Horizontal).display = self.query_one(Legend).display = not sentence
        self._choose()

    def _choose(self) -> None:
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
