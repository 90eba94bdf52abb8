"""The noise bench in lines: what each method reaches at a level, and its curve over all levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from textual.content import Content

from aetui.render import plot
from aetui.render.bars import MUTED
from aetui.render.captions import fitting
from aetui.render.curves.dots import BLANK, pack
from aetui.render.text import plain
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import Restoration, Restored

What = Literal["psnr", "ssim"]

STYLES = ("$primary", "$warning", "$success", MUTED)
"""Of the methods, in their order."""
NAMES: dict[What, str] = {"psnr": "PSNR in dB", "ssim": "SSIM"}
FORMATS: dict[What, str] = {"psnr": ".2f", "ssim": ".3f"}
WIDE = 92
"""Columns from which the curves stand beside the figures."""
FIGURES = 50
"""Columns of the figures then."""
AXIS = 6
"""Columns left of the curves, for the ends of their axis."""
LEAST = (24, 4)
"""Columns and rows of the curves, with their axis, below which there are none."""


def lines(
    answer: Restored,
    found: Restoration,
    level: int,
    what: What,
    told: Sequence[str],
    size: tuple[int, int],
    *,
    blocks: bool = True,
) -> list[Content]:
    """At most `size` (columns, rows): what is shown, what each method reaches at the level with this number, and the
    curves, beside that or below."""
    width, height = size
    head = [Content.styled(_shown(answer, found, level, width), MUTED).truncate(width, ellipsis=True)]
    head += [Content.styled(each, "$warning").truncate(width, ellipsis=True) for each in told]
    figures, marks = _figures(answer, found, level, what), [plain(label)[0] for _, label in answer.methods]
    room = height - len(head)
    if width >= WIDE:
        rows = max(len(figures), min(room, 12))
        beside = chart(found, level, what, marks, (width - FIGURES - 2, min(rows, room)), blocks=blocks)
        left = [line.truncate(FIGURES, ellipsis=True, pad=True) for line in figures]
        left += [Content(" " * FIGURES)] * (len(beside) - len(left))
        right = beside + [Content("")] * (len(left) - len(beside))
        return [*head, *(Content("  ").join(pair) for pair in zip(left, right, strict=True))][:height]
    below = chart(found, level, what, marks, (width, room - len(figures)), blocks=blocks)
    return [*head, *(line.truncate(width, ellipsis=True) for line in figures), *below][:height]


def _shown(answer: Restored, found: Restoration, level: int, width: int) -> str:
    """The most important first, as much as has room."""
    trained = " as trained" if found.levels[level] == found.trained else ""
    best = ", the best" if answer.weights == "best" else ""
    parts = [
        f"{plain(found.label)} · {found.levels[level]:g}{trained} ({plain(found.unit)})",
        counted(answer.items, f"{answer.part} image"),
        counted(answer.draws, "draw"),
        f"weights of epoch {answer.epoch:,}{best}",
        "* the best",
    ]
    return fitting(parts, width)


def _figures(answer: Restored, found: Restoration, level: int, what: What) -> list[Content]:
    """A line for each method, in its colour, its curve's letter first: PSNR and SSIM with their spread over
    draws; the best has a star."""
    labels = [plain(label, 14) for _, label in answer.methods]
    cells = []
    for key, values in (("psnr", found.psnr), ("ssim", found.ssim)):
        means, spread = values[:, level].mean(axis=1), values[:, level].std(axis=1, ddof=int(answer.draws > 1))
        form, best = FORMATS["psnr" if key == "psnr" else "ssim"], int(means.argmax())
        cells.append(
            [
                f"{mean:{form}} ± {spread[at]:{form}}{'*' if at == best else ' '}"
                for at, mean in enumerate(means.tolist())
            ]
        )
    names, widths = max(map(len, labels)), [max(map(len, column)) for column in cells]
    heads = [f"{'▸' * (what == key)}{key.upper()}" for key in ("psnr", "ssim")]
    shown = [head.rjust(width) for head, width in zip(heads, widths, strict=True)]
    rows = [Content.styled(" " * (names + 2) + "  ".join(shown), MUTED)]
    for at, label in enumerate(labels):
        figures = "  ".join(column[at].rjust(width) for column, width in zip(cells, widths, strict=True))
        style = STYLES[at % len(STYLES)]
        rows.append(Content.assemble((label[0], f"bold {style}"), (label[1:].ljust(names - 1), style), f"  {figures}"))
    return rows


def chart(
    found: Restoration, level: int, what: What, marks: Sequence[str], size: tuple[int, int], *, blocks: bool = True
) -> list[Content]:
    """A curve for each method over the levels, evenly spaced, in `size` (columns, rows), with its letter of `marks` on
    it, each at a place of its own; the level is marked below. Nothing where there is no room."""
    columns, rows = size[0] - AXIS, size[1] - 1
    if size[0] < LEAST[0] or size[1] < LEAST[1]:
        return []
    values = (found.psnr if what == "psnr" else found.ssim).mean(axis=2)
    low, high = float(values.min()), float(values.max())
    span = (low, high if high > low else low + 1)
    x, ends = np.arange(len(found.levels), dtype=np.float64), (0.0, float(max(1, len(found.levels) - 1)))
    owners = np.full((rows, columns), -1)
    if blocks:
        every = np.zeros((4 * rows, 2 * columns), bool)
        for method in reversed(range(len(values))):  # the model last: it lies above the others
            dots = plot.dots(x, values[method], (columns, rows), ends, span)
            owners[pack(dots) > 0] = method
            every |= dots
        characters = [[chr(cell + BLANK) if cell else " " for cell in line] for line in pack(every).tolist()]
    else:
        for method in reversed(range(len(values))):
            owners[plot.places(x, values[method], (columns, rows), ends, span)] = method
        characters = [[marks[owner] if owner >= 0 else " " for owner in line] for line in owners.tolist()]
    if blocks:
        for method, mark in enumerate(marks):
            column = round((method + 0.5) / len(marks) * (columns - 1))
            height = (np.interp(column / (columns - 1) * ends[1], x, values[method]) - span[0]) / (span[1] - span[0])
            row = rows - 1 - round(float(height) * (rows - 1))
            characters[row][column], owners[row, column] = mark, method
    form = FORMATS[what]
    labels = {0: f"{span[1]:{form}}", rows - 1: f"{span[0]:{form}}"}
    lines = []
    for row in range(rows):
        parts = [(labels.get(row, "").rjust(AXIS - 1) + " ", MUTED)]
        parts += [
            (characters[row][column], STYLES[owners[row, column] % len(STYLES)] if owners[row, column] >= 0 else "")
            for column in range(columns)
        ]
        lines.append(Content.assemble(*parts))
    return [*lines, _axis(found, level, columns, ends[1])]


def _axis(found: Restoration, level: int, columns: int, end: float) -> Content:
    """The levels below their places, as many as have room; the one that is shown at any rate."""
    words = [f"{each:g}" for each in found.levels]
    words[level] = f"▸{words[level]}"
    starts = []
    for at, word in enumerate(words):
        middle = round(at / end * (columns - 1))
        starts.append(min(max(0, middle - len(word) // 2), columns - len(word)))
    taken = [(starts[level], starts[level] + len(words[level]))]
    for at, word in enumerate(words):
        if at != level and all(starts[at] > stop or starts[at] + len(word) < start for start, stop in taken):
            taken.append((starts[at], starts[at] + len(word)))
    shown = {start for start, _ in taken}
    parts: list[tuple[str, str]] = [(" " * AXIS, "")]
    place = 0
    for at in sorted(range(len(words)), key=starts.__getitem__):
        if starts[at] in shown and (starts[at], starts[at] + len(words[at])) in taken:
            parts += [(" " * (starts[at] - place), ""), (words[at], "bold $accent" if at == level else MUTED)]
            place = starts[at] + len(words[at])
    return Content.assemble(*parts)
