"""What panels share that show one item of the probe set at a time, as values in the user's units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from aetui.panels.table import PANELS, View
from aetui.render.text import plain
from aetui.taking.of_pictures import class_names, nothing
from aetui.taking.taken import Table, Taken
from aetui.widgets.scroller import Scroller

PLACEHOLDER = "Items appear after the first epoch"
NO_MORE, NO_LESS = "this is the last item", "this is the first item"

Values = NDArray[np.float64]


class Shown(NamedTuple):
    """The probe set of an epoch: `seen`, `targets`, `outputs` (items, …, numbers) as the model has them, `known` of the
    same shape, and for each number a name, a mean and a scale that make it a value."""

    names: list[str]
    means: Values
    scales: Values
    seen: NDArray[np.float32]
    targets: NDArray[np.float32]
    outputs: NDArray[np.float32]
    known: NDArray[np.bool_]
    baseline: NDArray[np.float32] | None
    baseline_name: str

    @property
    def noisy(self) -> bool:
        """Whether the model saw something else than it was to answer."""
        return bool((self.seen != self.targets).any())

    def values(self, numbers: NDArray[np.float32]) -> Values:
        """(…, numbers) in the user's units."""
        return self.means + self.scales * numbers.astype(np.float64)

    def error(self, item: int) -> float:
        """Mean squared error of an item over what is known, as the model has its numbers."""
        squares = np.square(self.outputs[item] - self.targets[item])[self.known[item]]
        return float(squares.mean()) if squares.size else 0.0


def shown(view: View) -> Shown | None:
    """What there is of the epoch; None before the first, and of runs that kept no names."""
    samples, names = view.samples, view.views.get("columns")
    if samples is None or names is None or len(names) != samples.inputs.shape[-1]:
        return None
    scales = view.views.get("scales", np.tile(np.array([0, 1], np.float32), (len(names), 1))).astype(np.float64)
    known = view.views.get("known", np.ones(samples.targets.shape, bool))
    beside = view.views.get("baseline_name")
    return Shown(
        [plain(str(name)) for name in names.tolist()],
        scales[:, 0],
        scales[:, 1],
        samples.inputs.astype(np.float32),
        samples.targets.astype(np.float32),
        samples.outputs.astype(np.float32),
        known,
        view.views.get("baseline"),
        plain(str(beside[0])) if beside is not None else "PCA",
    )


class Items(Scroller):
    """One item of the probe set; page up and page down show others."""

    DEFAULT_CSS = """
    Items { scrollbar-size-vertical: 1; }
    Items > Static { height: auto; text-wrap: nowrap; }
    """

    key: ClassVar[str]
    """Of the panel."""

    def __init__(self) -> None:
        super().__init__()
        self._view: View | None = None
        self._item = 0
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(PLACEHOLDER, classes="quiet", markup=False)

    def lines(self, view: View, found: Shown, item: int, size: tuple[int, int]) -> list[Content]:
        """What is drawn of an item below its heading, in so many columns and rows."""
        raise NotImplementedError

    def show(self, view: View) -> None:
        """Draw the item of the epoch under the cursor, or say why there is nothing."""
        before = self._view
        if before is None or (before.run and before.run.run_id) != (view.run and view.run.run_id):
            self._item = 0
        self._view = view
        self._draw()

    def on_resize(self) -> None:
        """What has room depends on the size."""
        self._draw()

    def step_size(self, by: int) -> str:
        """Nothing here has a size of its own."""
        del by
        return ""

    def turn_page(self, by: int) -> str:
        """The next item, or the one before."""
        found = shown(self._view) if self._view else None
        if found is None:
            return ""
        wanted = self._item + by
        if not 0 <= wanted < len(found.outputs):
            return NO_MORE if by > 0 else NO_LESS
        self._item = wanted
        self._draw()
        return ""

    def action_page_down(self) -> None:
        """The next item, where a page would scroll this by its height."""
        self.turn_page(1)

    def action_page_up(self) -> None:
        """The item before."""
        self.turn_page(-1)

    def taken(self, view: View) -> Taken:
        """All items of the probe set, number by number in the user's units, and the arrays as the model has them."""
        found = shown(view)
        if found is None or view.samples is None:
            return nothing(self.key, view)
        targets, outputs = found.values(found.targets), found.values(found.outputs)
        rows = [
            (place[0] + 1, *(at + 1 for at in place[1:-1]), found.names[place[-1]], targets[place], outputs[place])
            for place in np.ndindex(targets.shape)
            if found.known[place]
        ]
        step = ("step",) * (targets.ndim - 2)
        arrays = {"inputs": found.seen, "targets": found.targets, "outputs": found.outputs, "known": found.known}
        table = Table(("item", *step, "column", "input", "output"), rows)
        return Taken(self.key, PANELS[self.key].label, view.epoch, table=table, arrays=arrays)

    def _draw(self) -> None:
        view = self._view
        if view is None or not self.is_mounted or not self.size:
            return
        text, found = self.query_one(Static), shown(view)
        what = id(view.samples), view.missing, self._item, self.size, view.run and view.run.run_id
        if what == self._drawn:
            return
        self._drawn = what
        text.set_class(found is None, "quiet")
        if found is None:
            text.update(view.instead(PLACEHOLDER, "This run keeps no names of its numbers"))
            return
        self._item = min(self._item, len(found.outputs) - 1)
        head = Content.styled(self._heading(view, found), "$text-muted")
        room = self.size.width - 1, self.size.height - 1
        text.update(Content("\n").join([head, *self.lines(view, found, self._item, room)]))

    def _heading(self, view: View, found: Shown) -> str:
        """Which item it is, of which class, and how far the answer is off."""
        samples = view.samples
        label = ""
        if samples is not None and samples.classes is not None and len(samples.classes) > 1:
            label = plain(class_names([int(samples.labels[self._item])], samples, "")[0])
        parts = [f"item {self._item + 1} of {len(found.outputs)}", label, f"error {found.error(self._item):.4g}"]
        return " · ".join(part for part in parts if part)


def columns_wide(rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column of a text table is."""
    return [max(map(len, column)) for column in zip(*rows, strict=True)]
