"""A film as a recording of a terminal in the form of asciinema, version 2.

That is a line of JSON for the terminal, then one for each time that something is written to it.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

from aetui.filming.terminal import COLUMNS, Terminal
from aetui.filming.timing import HOLD

if TYPE_CHECKING:
    from aetui.filming.reel import Reel
    from engine.datasets.data import Report

LEAST, MOST = 80, 240
"""Columns of the terminal."""
ACTIVITY = "drawing"
BEGIN, END = "\x1b[?25l\x1b[2J\x1b[H", "\x1b[0m\x1b[?25h"
"""Clears the terminal and hides its cursor; brings it back."""
JOINED = 4
"""Cells that are the same and are written again rather than leapt over: a leap takes as many bytes."""


class Cell(NamedTuple):
    """What stands in a column; the second column of a wide character has none of its own."""

    text: str
    style: Style


def write(reel: Reel, file: BinaryIO, width: int, comment: str, report: Report) -> None:
    """`reel` into `file`, for a terminal `width` columns wide (0: as wide as most). Raises OSError, and what `report`
    does."""
    terminal, moments = Terminal(reel, width or COLUMNS), reel.moments
    end = moments[-1].shot.end
    head = {
        "version": 2,
        "width": terminal.size.columns,
        "height": terminal.size.rows,
        "timestamp": int(reel.run.started),
        "duration": round(end + HOLD, 3),
        "title": comment,
        "env": {"TERM": "xterm-256color", "SHELL": "/bin/sh"},
    }
    _put(file, head)
    before: list[list[Cell]] | None = None
    for place, moment in enumerate(moments):
        report(ACTIVITY, place, len(moments))
        now = [_cells(strip) for strip in terminal.frame(place)]
        text = BEGIN * (before is None) + "".join(
            _changes(row, before[row] if before else None, cells) for row, cells in enumerate(now)
        )
        _put(file, [round(moment.shot.start, 3), "o", text])
        before = now
    _put(file, [round(end + HOLD, 3), "o", f"\x1b[{terminal.size.rows};1H{END}"])
    report(ACTIVITY, len(moments), len(moments))


def _put(file: BinaryIO, said: object) -> None:
    file.write(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def _cells(strip: Strip) -> list[Cell]:
    found: list[Cell] = []
    for text, style, _ in strip:
        for char in text:
            wide = cell_len(char)
            if wide == 0 and found:  # an accent on the one before
                found[-1] = found[-1]._replace(text=found[-1].text + char)
            else:
                found += [Cell(char, style or Style.null()), *[Cell("", style or Style.null())] * (wide - 1)]
    return found


def _changes(row: int, before: list[Cell] | None, now: list[Cell]) -> str:
    """What has to be written to turn a line into another."""
    if before == now:
        return ""
    if before is None or len(before) != len(now):
        return _written(row, 0, now)
    new = [at for at, (old, cell) in enumerate(zip(before, now, strict=True)) if old != cell]
    parts, start, last = [], new[0], new[0]
    for at in new[1:]:
        if at - last > JOINED:
            parts.append(_written(row, start, now[start : last + 1]))
            start = at
        last = at
    return "".join([*parts, _written(row, start, now[start : last + 1])])


def _written(row: int, column: int, cells: list[Cell]) -> str:
    runs = groupby(cells, key=lambda cell: cell.style)
    drawn = (
        style.render("".join(cell.text for cell in run), color_system=ColorSystem.TRUECOLOR) for style, run in runs
    )
    return f"\x1b[{row + 1};{column + 1}H" + "".join(drawn)
