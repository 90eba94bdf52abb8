"""The noise bench: how well the model restores images over the level of a noise, and of noise it was not trained on."""

from __future__ import annotations

import numpy as np
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from aetui import keymap
from aetui.panels.asked import Asked, Words
from aetui.panels.table import View
from aetui.render import restoring
from aetui.render.arrangement import Wish, arrange, telling
from aetui.render.pixels import colour_mode, to_grey
from aetui.render.restoring import What
from aetui.render.text import plain
from aetui.taking import of_errors
from aetui.taking.taken import Taken
from aetui.widgets.image_grid import ImageGrid, ImageRow
from engine.queries.messages import Answer, PartName, Restoration, Restore, Restored

WORDS = Words(
    "There is no run yet. Train the model (t): then it restores images here that are spoiled in several ways.",
    "The first epoch is not over: there are no weights yet to restore images with.",
    "images are spoiled and restored",
    "TensorFlow is loading; images are restored when it is there",
)
PARTS: tuple[PartName, ...] = ("test", "validation")
COUNT = 200
"""Images: enough to tell methods apart by a tenth of a decibel; the command line takes more."""
DRAWS = 3
PICTURES = 12
LOW = 20
"""Lines below which there is one item, its pictures side by side."""


class NoiseBench(Asked):
    """Asks for one kind of noise at a time, when it is turned to."""

    BINDINGS = keymap.bindings("bench")
    WORDS = WORDS
    QUERY = Restore

    DEFAULT_CSS = """
    NoiseBench { layout: vertical; }
    NoiseBench > Static { height: auto; text-wrap: nowrap; }
    NoiseBench > Static.-told { text-wrap: wrap; color: $text-muted; }
    NoiseBench > ImageGrid { display: none; margin-top: 1; }
    NoiseBench.-low > ImageGrid { margin-top: 0; }
    NoiseBench.-measured > ImageGrid { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Restored] = {}
        """By the kind of noise."""
        self.kind = "trained"
        self.level = 0
        """Number of it, among those of the kind."""
        self.what: What = "psnr"
        self._part: PartName = "test"

    def compose(self) -> ComposeResult:
        """Figures and curves in one text, and pictures of the level below."""
        yield Static(WORDS.no_run, markup=False)
        yield ImageGrid()

    @property
    def restored(self) -> Restored | None:
        """What is known of the kind that is shown."""
        return self.found.get(self.kind)

    @property
    def shown(self) -> Restoration | None:
        """The curves of it."""
        return self.restored.found[0] if self.restored else None

    def taken(self, view: View) -> Taken:
        """Every figure of the kinds that were measured, draw by draw, and their curves."""
        return of_errors.restored(view, list(self.found.values()))

    # Asking.

    @property
    def has_answer(self) -> bool:
        """As `Asked`."""
        return self.restored is not None

    def query_of(self, run_id: str) -> Restore:
        """As `Asked`."""
        return Restore(
            run_id=run_id,
            part=self._part,
            kinds=(self.kind,),
            count=COUNT,
            draws=DRAWS,
            pictures=PICTURES,
            stopped=self._stopped.is_set,
        )

    def take(self, answer: Answer) -> None:
        """The curves of the kind; its pictures begin where the run was trained, else in the middle."""
        if not isinstance(answer, Restored):
            return
        new = self.kind not in self.found
        self.found[self.kind] = answer
        found = answer.found[0]
        if new:
            self.level = found.levels.index(found.trained) if found.trained in found.levels else len(found.levels) // 2
        self.level = min(self.level, len(found.levels) - 1)

    def forget(self) -> None:
        """As `Asked`."""
        super().forget()
        self.found, self.kind, self._part = {}, "trained", "test"

    def ended(self) -> None:
        """Other kinds are restored anew when they are turned to."""
        self.found = {}

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before there are curves their keys are the workbench's."""
        del parameters
        match action:
            case "level" | "what" | "kind":
                return bool(self.found)
            case "part" | "restore_again":
                return bool(self.found) or bool(self._waiting) or bool(self._failure)
        return True

    def action_level(self, by: int) -> None:
        """A stronger noise (1), or a weaker one."""
        if self.shown is not None:
            self.level = min(max(0, self.level + by), len(self.shown.levels) - 1)
            self._draw()

    def action_kind(self, by: int) -> None:
        """The next kind of noise, or the one before; it is asked for when it is turned to."""
        kinds = next(iter(self.found.values())).kinds if self.found else ()
        if not kinds:
            return
        self.kind = kinds[(kinds.index(self.kind) + by) % len(kinds)]
        self._failure = ""
        if self.shown is None:
            self._ask()
        else:
            self._stop()
            levels = self.shown.levels
            trained = self.shown.trained
            self.level = levels.index(trained) if trained in levels else len(levels) // 2
        self._draw()

    def action_what(self) -> None:
        """Curves of SSIM, or of PSNR."""
        self.what = "ssim" if self.what == "psnr" else "psnr"
        self._draw()

    def action_part(self) -> None:
        """Validation images, or test images again."""
        self._part = PARTS[(PARTS.index(self._part) + 1) % len(PARTS)]
        self.found = {}
        self._ask()
        self._draw()

    def action_restore_again(self) -> None:
        """Have the newest weights restore; while they do, stop that."""
        if self._waiting:
            self._stop()
            self._failure = "" if self.restored else f"stopped; {self._key('restore_again')} restores"
        else:
            self.found = {}
            self._ask()
        self._draw()

    def step_size(self, by: int) -> str:
        """Pictures here are as large as there is room."""
        del by
        return ""

    def turn_page(self, by: int) -> str:
        """There is one page."""
        del by
        return ""

    # Drawing.

    def _draw(self) -> None:
        view = self._view
        if view is None or not self.is_mounted or not self.size:
            return
        answer, found, told = self.restored, self.shown, self._told(view)
        what = id(answer), self.level, self.what, told, self.size, view.cells, view.zoomed
        if what == self._drawn:
            return
        self._drawn = what
        text, grid, height = self.query_one(Static), self.query_one(ImageGrid), self.size.height
        self.set_class(found is not None, "-measured")
        self.set_class(height < LOW, "-low")
        text.set_class(found is None, "-told")
        if answer is None or found is None:
            text.update("\n".join(told))
            return
        blocks = colour_mode(self.app.console.color_system) != "none"
        figures = 2 + len(answer.methods) + len(told)
        rows = figures if height < LOW else max(figures + (self.size.width < restoring.WIDE) * 6, height * 2 // 5)
        lines = restoring.lines(
            answer, found, self.level, self.what, told, (self.size.width, min(rows, height)), blocks=blocks
        )
        text.update(Content("\n").join(lines))
        self._draw_pictures(view, answer, found, grid, (self.size.width, height - len(lines) - (height >= LOW)))

    def _draw_pictures(
        self, view: View, answer: Restored, found: Restoration, grid: ImageGrid, room: tuple[int, int]
    ) -> None:
        """The clean images, the spoiled ones, and what each method makes of them, as large as there is room."""
        rows = [ImageRow("clean", answer.clean), ImageRow("noisy", found.seen[self.level])]
        for place, (key, label) in enumerate(answer.methods):
            if key != "noisy":
                rows.append(ImageRow(plain(label, 14), found.restored[place, self.level]))
        few = room[1] < LOW // 2
        wish = Wish(items=1 if few else 0)
        grey = [(row.label, to_grey(row.images)) for row in rows]
        fitting = len(rows) if few else telling(grey, max(1, room[0]), max(1, room[1]), wish)
        order = [2, 1, 0, *range(3, len(rows))] if fitting < 3 else range(len(rows))
        chosen = [rows[at] for at in order][:fitting]
        layout = arrange([(row.label, to_grey(row.images)) for row in chosen], max(1, room[0]), max(1, room[1]), wish)
        shown = max(1, layout.shown)
        grid.cells = view.cells
        grid.show([row._replace(images=np.asarray(row.images)[:shown]) for row in chosen], wish)

    def _told(self, view: View) -> tuple[str, ...]:
        """What is to be said of the state of things: before there are figures, what is missing."""
        missing, run, answer = self._missing(view, "restore_again"), view.run, self.restored
        if self._waiting and view.engine not in ("starting", "loading"):
            missing = f"{self.kind.replace('_', ' ')}: {missing}"
        if missing or run is None or answer is None:
            return (missing,)
        if answer.weights == "last" and run.last_epoch > answer.epoch:
            return (f"the run is at epoch {run.last_epoch:,}; {self._key('restore_again')} restores again",)
        return ()
