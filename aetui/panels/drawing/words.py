"""What is said beside and below a drawing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from textual.content import Content

from aetui.panels.drawing.answers import Answer
from aetui.panels.drawing.pad import PICKED, TOOLS, Pad
from aetui.panels.drawing.shelf import Shelf
from aetui.panels.drawing.view import Frame
from aetui.panels.table import View
from aetui.render import numbers
from aetui.render.text import plain

NO_RUN = "There is no run yet. Train the model (t): then it says what it makes of what you draw."
NOT_YET = "The first epoch is not over: there are no weights yet to say anything to a drawing."
NO_PAD = "What this model learns from are no pictures of one or three channels, so there is nothing to draw on."
LOADING = "TensorFlow is loading; the networks come when it is there"
ASKING = "the run is asked for its networks …"
SHORT_CODE = 4
"""Numbers of a code that are told."""


class Told(NamedTuple):
    """What there is to say beside an answer."""

    weights: str
    """Whose they are: "epoch 3, the best"."""
    waiting: str
    """What is waited for, or went wrong; empty where nothing is."""
    beside: str
    """Why there are no real items; empty where there are."""


def instead(view: View, shape: tuple[int, ...], failure: str, *, drawable: bool) -> str:
    """What stands in the place of the pad; empty where there is one. `shape`: of items, () while nobody has told."""
    if view.run is None:
        return NO_RUN
    if shape:
        return "" if drawable else NO_PAD
    if failure:
        return f"✕ {failure}"
    if not view.run.epochs:
        return NOT_YET
    return LOADING if view.engine in ("starting", "loading") else ASKING


def waiting(view: View, failure: str, answer: Answer | None) -> str:
    """What keeps an answer from coming; empty where it is there."""
    if failure:
        return f"✕ {failure}"
    if answer is None:
        return LOADING if view.engine in ("starting", "loading") else "the model is asked …"
    return ""


def beside(told: Told, answer: Answer | None, pad: Pad, shelf: Shelf | None, near: int, width: int) -> list[Content]:
    """The numbers, and `near` of the nearest items, in lines of `width`."""
    lines = [Content.styled(plain(told.weights, width), "$text-muted")]
    if told.waiting:
        lines += wrapped(told.waiting, width, "$warning")
    if answer is not None:
        error = "not finite" if not np.isfinite(answer.error) else numbers.loss(answer.error)
        lines.append(Content.assemble("MSE ", (error, "bold")))
        if answer.hidden:
            lines.append(Content(plain(f"input MSE {numbers.loss(answer.hidden)}", width)))
        lines.append(Content.styled(plain(_code(answer), width), "$text-muted"))
    if pad.covered:
        lines.append(Content.styled(plain(f"{pad.covered:,} px covered", width), "$text-muted"))
    if answer is not None and shelf is not None and answer.near and near:
        lines.append(Content.styled("nearest items", "$text-muted"))
        lines += [_near(shelf, place, distance, width) for place, distance in answer.near[:near]]
    elif told.beside and near:
        lines += wrapped(told.beside, width, "$text-muted")
    return lines


def _code(answer: Answer) -> str:
    code = answer.code
    if len(code) <= SHORT_CODE:
        return "code " + " ".join(f"{value:.2f}" for value in code.tolist())
    return f"code {len(code):,} · |z| {float(np.linalg.norm(code.astype(np.float64))):.3g}"


def _near(shelf: Shelf, place: int, distance: float, width: int) -> Content:
    label = plain(shelf.label(place), max(1, width - 16))
    text = Content.assemble((label, "bold"), f"{' ' * bool(label)}{distance:.3g}")
    return Content.assemble(text, (f" #{shelf.numbers[place]}", "$text-muted")).truncate(width, ellipsis=True)


def wrapped(text: str, width: int, style: str) -> list[Content]:
    """`text` in lines of `width`."""
    from textwrap import wrap

    return [Content.styled(line, style) for line in wrap(plain(text, 400), max(1, width))]


def below(pad: Pad, pen: str, source: str, frame: Frame | None, answer: Answer | None, width: int) -> Content:
    """The brush in hand and the pixel under the cursor, as much as has room."""
    tool, brush, (row, column) = TOOLS[pad.tool], pad.brush, pad.cursor
    of = f"{pad.colour} " if pad.shape[2] == 3 and tool.key != "noise" else ""
    value = "" if pad.colour == PICKED else f" {tool.value} {brush.value:.1f}"
    under = " ".join(f"{each:.2f}" for each in pad.seen[pad.cursor].tolist())
    parts = [f"MSE {numbers.loss(answer.error)}"] if frame and not frame.words and answer else []
    parts.append(f"{pen} · {tool.key} {of}{brush.size} px{value}")
    if frame is not None and not frame.whole:
        parts.append("z: all of it")
    parts += [source] * bool(source)
    parts.append(f"at {column + 1},{row + 1}: {under}")
    while len(parts) > 1 and len(" · ".join(parts)) > width:
        parts.pop()
    return Content.styled(plain(" · ".join(parts), width), "$text-muted")
