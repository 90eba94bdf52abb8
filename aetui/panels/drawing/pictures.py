"""The pictures on the board: the drawing, what the model makes of it, and where it errs."""

from __future__ import annotations

import numpy as np

from aetui.panels.drawing.answers import Answer
from aetui.panels.drawing.board import Picture
from aetui.panels.drawing.pad import Pad
from aetui.render.pixels import ColourMode
from aetui.render.tiles import signed_colours, signed_grey

SIGNED_SCALE = 0.5
"""The error that has the brightest colour."""


def compared(pad: Pad, answer: Answer | None, mode: ColourMode, *, signed: bool) -> list[Picture]:
    """The most telling first; the error against the drawing without what hides it, by its sign or its size."""
    drawn = f"drawn, {pad.covered:,} px covered" if pad.covered else "drawn"
    pictures = [Picture(drawn, np.nan_to_num(pad.seen))]
    if answer is None or answer.output.shape != pad.shape:
        return pictures
    pictures.append(Picture("output", answer.output))
    error = np.nan_to_num(answer.output - pad.sheet.drawn)
    if not signed:
        return [*pictures, Picture("|error|", abs(error))]
    grey = signed_grey(error.mean(axis=2, keepdims=True)[None], SIGNED_SCALE)[0]
    return [*pictures, Picture(f"error, ±{SIGNED_SCALE:g}", grey[..., None], signed_colours(mode))]
