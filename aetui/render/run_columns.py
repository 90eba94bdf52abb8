"""The table of runs as text: which columns have room, how wide they are, and a row in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from aetui.render import run_cells
from aetui.render.text import plain

if TYPE_CHECKING:
    from engine.runs.listing.rows import Row

KEYS = ("state", "name", "model", "data", "age", "duration", "epochs", "metric", "baseline", "changed", "tags")
"""The columns from left to right; each is what rows can be ordered by."""
GIVING_WAY = ("tags", "changed", "duration", "epochs", "data", "baseline", "age", "name")
"""Columns that are left out where there is no room, the first one first. Short of room, a name is the beginning of an
id: what tells runs of one model apart goes last."""
_FIRST = ("model", *(key for key in KEYS if key != "model"))
"""What gets more room than it needs, the first one first."""
RIGHT = frozenset({"duration", "epochs"})
"""Columns of figures."""
NARROW = 60
"""Cells below which a row is as short as can be."""
ROOMY = 100
"""Cells from which states have words and columns two cells between them."""
_SHORT_MODEL = 9
_NAME, _SHORT_NAME, _STAMP = 24, 11, slice(4, 15)
"""Of a run without a name, short of room: of its time all but the year."""
_SIGN = "├"
"""What stands before the name of a fork is as wide as this at least."""
_DIGIT = 1
"""Figures of one kind differ by so much: 0.01164, 0.009164."""
_CHANGED_LEAST, _CHANGED_MOST = 14, 48
_MODEL, _DATA, _TAGS, _EPOCHS, _BASELINE = 24, 16, 20, 15, 20
_AGE, _DURATION, _METRIC = 9, 10, 16
TURN, BACK = "▾", "▴"
"""Behind the column that rows are ordered by: in its own order, or the other way round."""


class State(NamedTuple):
    """How a state is told: a mark, a word, and a colour of the theme."""

    mark: str
    word: str
    colour: str


class Widths(NamedTuple):
    """What the columns of all rows take, made once when these change."""

    state: int = 0
    name: int = 0
    model: int = 0
    variant: int = 0
    data: int = 0
    epochs: int = 0
    metric: int = 0
    baseline: int = 0
    changed: int = 0
    tags: int = 0
    """0 where no run has any."""

    def with_queue(self, rows: Sequence[Row], states: Mapping[str, State]) -> Widths:
        """As wide as these and what the runs of the queue take, which are few."""
        return Widths(*map(max, self, measured(rows, states)))


class Column(NamedTuple):
    """A column as it is drawn."""

    key: str
    width: int
    short: bool = False
    """Whether there is no room for all that it could say: the model goes without its preset."""


class Cell(NamedTuple):
    """A text of the width of its column, and what it is about: "text", "muted", "good", "bad" or "state"."""

    text: str
    role: str


def measured(rows: Sequence[Row], states: Mapping[str, State]) -> Widths:
    """What the columns of `rows` take at most. Of rows that are alike in a column one is looked at."""

    def widest(key: Callable[[Row], object], text: Callable[[Row], str]) -> int:
        return max((cell_len(text(row)) for row in {key(row): row for row in rows}.values()), default=0)

    return Widths(
        state=widest(lambda row: row.run.status, lambda row: f"? {states[row.run.status].word}"),
        name=widest(
            lambda row: (row.run.name or bool(row.run.group), bool(row.run.parent)),
            lambda row: _SIGN * bool(row.run.parent) + run_cells.name(row.run, _NAME),
        ),
        model=widest(lambda row: (row.run.variant, row.run.preset), lambda row: run_cells.model(row.run)),
        variant=widest(lambda row: row.run.variant, lambda row: plain(row.run.variant)),
        data=widest(lambda row: row.run.dataset, lambda row: plain(row.run.dataset)),
        epochs=widest(lambda row: (row.run.epochs, row.run.planned), lambda row: run_cells.epochs(row.run)),
        metric=widest(lambda row: row.headline and row.headline.measure, run_cells.metric) + _DIGIT,
        baseline=widest(lambda row: row.headline and row.headline.baseline, run_cells.baseline) + _DIGIT,
        changed=widest(lambda row: tuple(row.changed), lambda row: run_cells.changed(row.changed)),
        tags=widest(lambda row: row.run.tags, lambda row: run_cells.tags(row.run)),
    )


def arranged(widths: Widths, width: int, ordered_by: str = "age") -> list[Column]:
    """The columns that fit into `width` cells. The one that rows are ordered by stays, unless it is very narrow."""
    narrow, roomy, gap = width < NARROW, width >= ROOMY, gap_of(width)
    most = {
        "state": widths.state,
        "name": min(widths.name, _NAME),
        "model": min(widths.model, _MODEL),
        "data": min(widths.data, _DATA),
        "age": _AGE,
        "duration": _DURATION,
        "epochs": min(widths.epochs, _EPOCHS),
        "metric": min(widths.metric, _METRIC),
        "baseline": min(widths.baseline, _BASELINE),
        "changed": min(widths.changed, _CHANGED_MOST),
        "tags": min(widths.tags, _TAGS),
    }
    most = {key: max(size, len(key)) for key, size in most.items()}
    if not roomy:
        most["state"] = 1
    if narrow:
        most["model"] = min(max(widths.variant, len("model")), _SHORT_MODEL)
    least = most | {
        "name": min(most["name"], _SHORT_NAME),
        "model": min(most["model"], max(widths.variant, len("model"))),
        "changed": min(most["changed"], _CHANGED_LEAST),
    }
    if ordered_by in least:  # its head has a mark behind it
        for sizes in (least, most):
            sizes[ordered_by] = max(
                sizes[ordered_by], 1 if ordered_by == "state" and not roomy else len(ordered_by) + 2
            )
    shown = [key for key in KEYS if key != "tags" or widths.tags]
    for unimportant in GIVING_WAY:
        if sum(least[key] + gap for key in shown) - gap <= width:
            break
        if unimportant in shown and (narrow or unimportant != ordered_by):
            shown.remove(unimportant)
    spare = width - sum(least[key] + gap for key in shown) + gap
    for key in sorted(shown, key=_FIRST.index):
        more = max(0, min(spare, most[key] - least[key]))
        if key == "model" and least[key] + more < most[key]:
            more = 0
        spare -= more
        least[key] += more
    return [Column(key, least[key], key == "model" and (narrow or least[key] < most[key])) for key in shown]


def gap_of(width: int) -> int:
    """Cells between two columns."""
    return 1 if width < ROOMY else 2


def head(columns: Sequence[Column], width: int, ordered_by: str, *, reverse: bool) -> list[Cell]:
    """The names of the columns; the one that rows are ordered by has the mark of the order."""
    cells = []
    for key, size, _ in columns:
        mark = f" {BACK if reverse else TURN}" if key == ordered_by else ""
        text = (mark.strip() if size == 1 else key + mark)[:size]
        cells.append(Cell(text.rjust(size) if key in RIGHT else text.ljust(size), "sorted" if mark else "muted"))
    return cells


def line(
    row: Row, columns: Sequence[Column], states: Mapping[str, State], now: float, waits: str = "", sign: str = ""
) -> list[Cell]:
    """A row in its columns; `waits` says in place of its age when a run of the queue begins, `sign` stands before its
    name."""
    return [_fitted(_cell(row, column, states, now, waits, sign), column) for column in columns]


def _cell(row: Row, column: Column, states: Mapping[str, State], now: float, waits: str, sign: str) -> Cell:
    run = row.run
    match column.key:
        case "state":
            state = states[run.status]
            return Cell(state.mark if column.width == 1 else f"{state.mark} {state.word}", "state")
        case "name":
            short = not run.name and column.width < run_cells.STAMP_WIDTH + len(sign)
            text = run.id[_STAMP] + run_cells.name(run)[run_cells.STAMP_WIDTH :] if short else run_cells.name(run)
            return Cell(sign + plain(text), "text" if run.name else "muted")
        case "model":
            return Cell(plain(run.variant) if column.short else run_cells.model(run), "text")
        case "data":
            return Cell(plain(run.dataset), "text")
        case "age":
            return Cell(waits or run_cells.age_cell(run, now), "muted")
        case "duration":
            return Cell(run_cells.duration(run), "muted")
        case "epochs":
            return Cell(run_cells.epochs(run), "text")
        case "metric":
            return Cell(run_cells.metric(row), "text" if row.headline else "muted")
        case "baseline":
            beats = row.headline.beats if row.headline else None
            return Cell(run_cells.baseline(row), "muted" if beats is None else "good" if beats else "bad")
        case "changed":
            return Cell(run_cells.changed(row.changed), "muted")
    return Cell(run_cells.tags(run), "tag")


def _fitted(cell: Cell, column: Column) -> Cell:
    """Cut or padded to the column's width, however wide its characters are."""
    text, size = cell.text, column.width
    taken = cell_len(text)
    if taken > size:
        text = set_cell_size(text, size - 1) + "…"
    elif taken < size:
        text = " " * (size - taken) + text if column.key in RIGHT else text + " " * (size - taken)
    return Cell(text, cell.role)
