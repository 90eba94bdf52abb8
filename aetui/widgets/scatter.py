"""A cloud of points in the plane below a caption, and the legend of several such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from aetui.render.pixels import colour_mode
from aetui.render.scatter import Group, class_colours, scatter_plot
from aetui.render.text import plain

HIGH = 12
"""Rows from which the metrics have a line of their own."""
_GAP = "  "


class Cloud(NamedTuple):
    """What a `Scatter` shows. `points`: (n, 2); `members`: (n,), for each the index into `marks`."""

    points: NDArray[Any]
    members: NDArray[np.integer[Any]]
    marks: tuple[str, ...]
    titles: tuple[str, ...]
    """The same in several lengths, the longest first."""
    metrics: tuple[str, ...] = ()
    """What was measured about it, below the title; likewise."""
    y_ticks: bool = True

    def same(self, other: Cloud | None) -> bool:
        """Whether the other looks the same."""
        return (
            other is not None
            and self[2:] == other[2:]
            and np.array_equal(self.points, other.points, equal_nan=True)
            and np.array_equal(self.members, other.members)
        )


class _Drawn(NamedTuple):
    """What the strips depend on, beside the cloud."""

    size: Size
    theme: str
    letters: bool


class Scatter(Widget):
    """One cloud; only the lines that changed are sent to the terminal again."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"scatter--title", "scatter--axis"}

    DEFAULT_CSS = """
    Scatter { width: 1fr; height: 1fr; }
    Scatter > .scatter--title { color: $foreground 80%; }
    Scatter > .scatter--axis { color: $text-muted; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._cloud: Cloud | None = None
        self._drawn: _Drawn | None = None
        self._strips: list[Strip] = []

    def show(self, cloud: Cloud) -> None:
        """Show this one instead."""
        if cloud.same(self._cloud):
            return
        self._cloud, self._drawn = cloud, None
        if not self.is_mounted or not self.size:
            self.refresh()  # Textual keeps the lines that it drew of the one before, also while nothing is seen of them
            return
        before, after = self._strips, self._draw()
        if len(before) != len(after):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """One line of the caption or the plot, drawn anew only when something it depends on has changed."""
        strips = self._draw()
        strip = strips[y] if y < len(strips) else Strip([])
        # The style of the widget goes below: a segment without any breaks Textual's NO_COLOR filter.
        below = self.visual_style.rich_style
        return strip.apply_style(below).adjust_cell_length(self.size.width, below)

    def _draw(self) -> list[Strip]:
        wanted = _Drawn(self.size, self.app.theme, _few_colours(self.app))
        if wanted != self._drawn:
            self._strips, self._drawn = self._lines(wanted), wanted
        return self._strips

    def _lines(self, drawn: _Drawn) -> list[Strip]:
        if self._cloud is None:
            return []
        width, height = drawn.size
        caption = self._caption(self._cloud, drawn.size)
        chart = scatter_plot(
            self._cloud.points,
            self._cloud.members,
            _groups(self.app, self._cloud.marks),
            (width, height - len(caption)),
            axis=self._style("axis"),
            letters=drawn.letters,
            y_ticks=self._cloud.y_ticks,
        )
        return [*caption, *chart]

    def _caption(self, cloud: Cloud, size: Size) -> list[Strip]:
        title = self._style("title")
        if not cloud.metrics or size.height < HIGH:
            both = [f"{text} · {metrics}" for text in cloud.titles for metrics in cloud.metrics]
            return [Strip([Segment(_fitting([*both, *cloud.titles], size.width), title)])]
        first = Segment(_fitting(cloud.titles, size.width), title)
        return [Strip([first]), Strip([Segment(_fitting(cloud.metrics, size.width), self._style("axis"))])]

    def _style(self, part: str) -> Style:
        # Without the background: it may change while the strips are kept.
        return Style.from_color(self.get_component_rich_style(f"scatter--{part}").color)


class Legend(Widget):
    """The marks, the colours and the names of the groups, on at most two lines (one in little height)."""

    DEFAULT_CSS = """
    Legend { width: 1fr; height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._marks: tuple[str, ...] = ()
        self._names: tuple[str, ...] = ()

    def show(self, marks: Sequence[str], names: Sequence[str]) -> None:
        """Explain these instead; none at all takes no line."""
        wanted = (tuple(marks), tuple(plain(name) for name in names))
        if wanted != (self._marks, self._names):
            self._marks, self._names = wanted
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Lines that the groups take in `width` cells: names are cut until two do, or one in little height."""
        return len(self._arranged(width, container.height))

    def render(self) -> Content:
        """Marks in the colours of their groups, each before a name; a name that is its mark is left out."""
        room = self.parent.size.height if isinstance(self.parent, Widget) else 0
        groups = _groups(self.app, self._marks)
        reverse = Style(bold=True, reverse=not _few_colours(self.app))
        lines = []
        for line in self._arranged(self.size.width, room):
            entries = [
                Content.assemble((groups[i].mark, _css(groups[i].style + reverse)), name and f" {name}")
                for i, name in line
            ]
            lines.append(Content(_GAP).join(entries))
        return Content("\n").join(lines)

    def _arranged(self, width: int, room: int) -> list[list[tuple[int, str]]]:
        """Lines of group and name, the names as long as two lines allow."""
        names = ["" if mark == name.upper() else name for mark, name in zip(self._marks, self._names, strict=True)]
        for longest in (width, 8, 6, 4, 0):
            lines = _filled([plain(name, longest) for name in names], width)
            if len(lines) <= (2 if room > HIGH else 1):
                break
        return lines


def _filled(names: Sequence[str], width: int) -> list[list[tuple[int, str]]]:
    """As many on a line as fit."""
    lines: list[list[tuple[int, str]]] = []
    left = 0
    for place, name in enumerate(names):
        length = len(_GAP) + 1 + (1 + len(name) if name else 0)
        if length > left:
            lines.append([])
            left = width + len(_GAP)
        lines[-1].append((place, name))
        left -= length
    return lines


def _few_colours(app: App[object]) -> bool:
    """Whether groups cannot be told apart by colour."""
    return app.no_color or colour_mode(app.console.color_system) in ("16", "none")


def _groups(app: App[object], marks: Sequence[str]) -> list[Group]:
    if app.no_color or len(marks) < 2:
        return [Group(mark) for mark in marks]
    colours = class_colours(len(marks), dark=app.current_theme.dark)
    return [Group(mark, Style(color=colour)) for mark, colour in zip(marks, colours, strict=True)]


def _css(style: Style) -> str:
    words = ["bold"] * bool(style.bold) + ["reverse"] * bool(style.reverse)
    return " ".join([*words, *([style.color.name] if style.color else [])])


def _fitting(texts: Sequence[str], width: int) -> str:
    """The first of them that is not too wide, or the last cut."""
    return next((text for text in texts if len(text) <= width), plain(texts[-1], width))
