"""A film as a GIF."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from aetui.filming import gif, look
from aetui.filming.stage import WIDTH, Stage
from aetui.filming.timing import HOLD, ticks
from aetui.render.scatter import class_colours

if TYPE_CHECKING:
    from aetui.filming.reel import Reel
    from engine.datasets.data import Report

LEAST, MOST = 320, 1920
"""Pixels of its width."""
ACTIVITY = "painting"
INKS = (
    *(look.TEXT, look.MUTED, look.HEAD, look.TRAIN, look.VALIDATION, look.LEVEL, look.BAR),
    *(look.EDGE, look.GRID, look.RAISED),
)


def write(reel: Reel, file: BinaryIO, width: int, comment: str, report: Report) -> None:
    """`reel` into `file`, `width` pixels wide (0: as wide as looks best). Raises OSError, and what `report` does."""
    stage, moments = Stage(reel, width or WIDTH), reel.moments
    lengths = ticks([moment.shot for moment in moments], gif.UNIT)
    lengths[-1] += round(HOLD / gif.UNIT)
    sampled = sorted({0, len(moments) // 2, len(moments) - 1})
    classes = look.shown(class_colours(len(reel.cloud.names), dark=True)) if reel.cloud else []
    palette = gif.Palette([*INKS, *classes], [stage.frame(place) for place in sampled])
    writer = gif.Writer(file, stage.size, palette, comment)
    for place, length in enumerate(lengths):
        report(ACTIVITY, place, len(moments))
        writer.add(stage.frame(place), length)
    writer.close()
    report(ACTIVITY, len(moments), len(moments))
