"""The panes of a race beside its chart: pictures of the same items, settings that differ, metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from aetui.racing import figures, pictures
from aetui.racing.cars import Car
from aetui.racing.figures import Line
from aetui.racing.marks import MOST
from aetui.racing.pictures import Lane
from aetui.racing.sheet import Cell, broken, laid
from aetui.render import numbers
from aetui.render.arrangement import arrange
from aetui.render.pixels import to_grey
from aetui.render.text import plain
from aetui.widgets.image_grid import ImageGrid, ImageRow
from aetui.widgets.scroller import Scroller

MUTED = "$text-muted"
NO_PICTURES = "Pictures appear after the first epoch"


class Shots(Vertical):
    """A grid for the runs of each set of items; words or numbers for what is no picture."""

    DEFAULT_CSS = """
    Shots > ImageGrid { height: 1fr; display: none; }
    Shots > Static { height: auto; color: $text-muted; }
    Shots > #numbers { color: $foreground; height: 1fr; display: none; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lanes: Sequence[Lane] = ()
        self._epochs: Mapping[int, int] = {}
        self._item, self._live = 0, True
        self._said = self._numbers = Content("")
        self._counts: dict[tuple[object, ...], int] = {}
        """How many items have room, by what that depends on."""

    def compose(self) -> ComposeResult:
        """What is said of them, and all grids that there may be."""
        yield Static(Content(NO_PICTURES), id="said")
        for _ in range(MOST):
            yield ImageGrid()
        yield Static(id="numbers")

    def show(self, lanes: Sequence[Lane], epochs: Mapping[int, int], *, live: bool) -> None:
        """Show these; `epochs` were asked for, or the newest ones if `live`."""
        self._lanes, self._epochs, self._live = lanes, epochs, live
        self._draw()

    def turn(self, by: int) -> None:
        """The item `by` places on, where one is shown at a time."""
        most = max((len(lane.targets) for lane in self._lanes), default=1)
        self._item = max(0, min(self._item + by, most - 1))
        self._draw()

    def on_resize(self) -> None:
        """How much has room depends on the size."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted or not self.size:
            return
        drawn = [lane for lane in self._lanes if lane.drawable and not lane.worded]
        grids = list(self.query(ImageGrid))
        for at, grid in enumerate(grids):
            grid.display = at < len(drawn)
            if at < len(drawn):
                grid.show(self._fitting(drawn[at], grid, len(drawn)))
        rest = [lane for lane in self._lanes if not lane.drawable or lane.worded]
        told = [line for lane in rest for line in pictures.told(lane, self._item, self.size.width - 2)]
        text = self.query_one("#numbers", Static)
        text.display = bool(told)
        if (now := Content("\n").join(told)) != self._numbers:
            self._numbers = now
            text.update(now)
        # While runs are followed the line would come and go with each epoch, and move all pictures.
        lanes = () if self._live else self._lanes
        late = [caption for lane in lanes if (caption := pictures.caption(lane, self._epochs))]
        said = Content(NO_PICTURES if not self._lanes else " · ".join(late))
        line = self.query_one("#said", Static)
        line.display = bool(said.plain)
        if said != self._said:
            self._said = said
            line.update(said)

    def _fitting(self, lane: Lane, grid: ImageGrid, lanes: int) -> list[ImageRow]:
        """As many items as have room with the numbers of the runs beside or above them: without, nothing is told."""
        width, height = grid.size if grid.size else (self.size.width - 2, self.size.height // lanes)
        rows = pictures.rows(lane)
        wanted = (width, height, lane.targets.shape, tuple(row.label for row in rows))
        if wanted not in self._counts:
            grey = [(row.label, to_grey(row.images)) for row in rows]
            for count in range(len(lane.targets), 0, -1):
                layout = arrange([(label, images[:count]) for label, images in grey], width, height)
                if layout.label_width or layout.heading:
                    break
            self._counts = {wanted: count, **dict(list(self._counts.items())[: MOST - 1])}
        return [row._replace(images=row.images[: self._counts[wanted]]) for row in rows]


class Sheet(Scroller):
    """A table that is scrolled by pages."""

    DEFAULT_CSS = """
    Sheet { scrollbar-size-vertical: 1; }
    Sheet > Static { height: auto; text-wrap: nowrap; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.can_focus = False
        self._text = Content("")

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static()

    def put(self, lines: Sequence[Content]) -> None:
        """Show these lines, if they are others."""
        text = Content("\n").join(lines)
        if text != self._text:
            self._text = text
            self.query_one(Static).update(text)


def settings(cars: Sequence[Car], width: int) -> list[Content]:
    """The settings that differ, a column for each run."""
    known, rows = figures.readable(cars), figures.differing(cars)
    if not known:
        return [Content.styled("settings: none of these runs can be read", MUTED)]
    if len(known) < 2:
        return [Content.styled("settings: there is no second run to differ from", MUTED)]
    if not rows:
        return [Content.styled("the runs are set alike", MUTED)]
    head = [Cell("setting"), *(Cell(car.number, "bold") for car in known)]
    return laid(
        head, [[Cell(row.name), *(Cell(figures.setting(value)) for value in row.values)] for row in rows], width
    )


def metrics(cars: Sequence[Car], lines: Sequence[Line], width: int) -> list[Content]:
    """The metrics, below each what has to be beaten and how far seeds scatter."""
    known = figures.readable(cars)
    if not lines:
        return [Content.styled("metrics are measured when a run ends", MUTED)]
    head = [Cell("metric"), *(Cell(car.number, "bold") for car in known)]
    rows: list[list[Cell]] = []
    for line in lines:
        best = line.ahead.place if line.ahead is not None else None
        rows.append(
            [
                Cell(line.label),
                *(Cell(figures.told(line, car.place), "bold $accent" if car.place == best else "") for car in known),
            ]
        )
        if line.baselines:
            names = {name for name, _ in line.baselines.values()}
            label = plain(names.pop()) if len(names) == 1 else "baseline"
            rows.append([Cell(f"  {label}", MUTED), *(_rival(line, car.place, label) for car in known)])
        scatter = [figures.scatter(line, car.place) for car in known]
        if any(text != numbers.UNKNOWN for text in scatter):
            rows.append([Cell("  seeds", MUTED), *(Cell(text, MUTED) for text in scatter)])
    legend = [Content.styled(text, MUTED) for text in broken(figures.LEGEND, width)]
    return [*laid(head, rows, width), *(legend if any(line.ahead is not None for line in lines) else [])]


def _rival(line: Line, place: int, label: str) -> Cell:
    beats, text = line.beats(place), figures.rival(line, place)
    return Cell(text.replace(f" {label} ", " "), MUTED if beats is None else "$success" if beats else "$error")
