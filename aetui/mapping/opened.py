"""Codes on their way into a map, and what is told and taken of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from aetui.mapping.codes import Codes, classes
from aetui.render.plane.window import Cells, Window
from aetui.taking.taken import Table, Taken
from engine.errors import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.datasets.data import Report
    from engine.density.pyramid import Found, Pyramid

MOST_ROWS = 1_000_000
"""Items that are offered as a table; of more there are arrays."""


class Opened(NamedTuple):
    """A map that can be shown."""

    codes: Codes
    pyramid: Pyramid
    axes: tuple[str, str]
    remark: str = ""
    """What is not as could be expected."""

    @property
    def titles(self) -> tuple[str, ...]:
        """What it is, in several lengths, the longest first."""
        count, size = self.codes.array.shape
        both = " × ".join(each for each in self.axes if each)
        whole = f"{self.codes.title} · {counted(count, 'code')} of {counted(size, 'number')}"
        return f"{whole} · {both}", whole, f"{count:,} codes"


def opened(codes: Codes, columns: Sequence[int], report: Report) -> Opened:
    """The codes as a map, by two of their numbers if `columns` are given; reads and counts them all.

    Raises:
        EngineError: there are no such columns.
        Stopped: from `report`.
    """
    from engine.density.building import MOST_CLASSES, build
    from engine.density.projecting import plane

    points = plane(codes.array, columns, report)
    found = None if codes.labels is None else classes(codes.labels)
    members, names = found or (None, ())
    remark = ""
    if codes.labels is not None and (found is None or len(names) > MOST_CLASSES):
        remark = f"more than {MOST_CLASSES} labels: no colours of classes"
    pyramid = build(points, members, names, report)
    return Opened(codes, pyramid, points.names, remark)


def told_of_cell(pyramid: Pyramid, cells: Cells, point: tuple[float, float]) -> str:
    """What lies in the cell of a point: "143 here: 7 ×120, 2 ×23"."""
    from engine.density.pyramid import Grid

    grid, at = cells.key, cells.at(*point)
    if not isinstance(grid, Grid) or at is None:
        return ""
    row, column = grid.rows - 1 - at[0], at[1]
    cell = grid._replace(x=grid.x + column * grid.width, y=grid.y + row * grid.height, columns=1, rows=1)
    count = int(pyramid.counts(cell)[0, 0])
    if not count or len(pyramid.names) < 2:
        return f"{count:,} here"
    each = pyramid.by_class(cell)[:, 0, 0]
    order = (-each).argsort(kind="stable")[:3]
    parts = [f"{pyramid.names[place]} ×{each[place]:,}" for place in order.tolist() if each[place]]
    more = " …" if (each > 0).sum() > len(parts) else ""
    return f"{count:,} here: {', '.join(parts)}{more}"


class _Rows(Sequence[Sequence[object]]):
    """Made when they are asked for."""

    def __init__(self, columns: Sequence[NDArray[Any] | Sequence[object]]) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns[0])

    def __getitem__(self, place: Any) -> Any:
        return [column[place] for column in self._columns]

    def __iter__(self) -> Iterator[Sequence[object]]:
        listed = (column if isinstance(column, list) else column.tolist() for column in self._columns)  # type: ignore[union-attr]
        return iter(zip(*listed, strict=True))


def taken(opened: Opened, window: Window) -> Taken:
    """The items in a rectangle: their numbers, counted from 0 in the order of the file, and where they lie."""
    found = opened.pyramid.within((window.x0, window.y0), (window.x1, window.y1))
    title = f"{counted(len(found.items), 'item')} of the marked rectangle"
    if not len(found.items):
        return Taken("items", title, missing="no item lies in the marked rectangle")
    arrays = {"items": found.items, "points": found.points}
    if found.labels is not None:
        arrays["classes"] = found.labels
    return Taken("items", title, table=_table(opened, found) if len(found.items) <= MOST_ROWS else None, arrays=arrays)


def _table(opened: Opened, found: Found) -> Table:
    heads, columns = ["item", "x", "y"], [found.items, found.points[:, 0], found.points[:, 1]]
    rows: list[NDArray[Any] | Sequence[object]] = [*columns]
    if found.labels is not None:
        heads.append("label")
        rows.append([opened.pyramid.names[place] for place in found.labels.tolist()])
    if (names := opened.codes.names()) is not None:
        heads.append("name")
        rows.append([names[place] for place in found.items.tolist()])
    return Table(tuple(heads), _Rows(rows))
