"""A row of a table beside what the model makes of it, column by column, the worst first."""

from __future__ import annotations

import numpy as np
from textual.content import Content

from aetui.panels.items import Items, Shown, columns_wide
from aetui.panels.table import View
from aetui.render.bars import bars
from aetui.render.pixels import colour_mode

MISSING = "missing"
LEAST_BAR = 8
"""Cells of a bar below which there is none."""


def rows(found: Shown, item: int) -> list[tuple[float, tuple[str, ...]]]:
    """Of each number of an item how far its answer is off, in its scale, and what is said of it; the worst first."""
    answers = found.values(found.outputs[item])
    targets, seen = found.values(found.targets[item]), found.values(found.seen[item])
    off = np.abs(found.outputs[item] - found.targets[item])
    beside = None if found.baseline is None else found.values(found.baseline[item].astype(np.float32))
    lines = []
    for place, name in enumerate(found.names):
        known = bool(found.known[item, place])
        words = [name, f"{targets[place]:.5g}" if known else MISSING]
        words += [f"{seen[place]:.5g}"] if found.noisy else []
        words += [f"{answers[place]:.5g}"]
        words += [f"{beside[place]:.5g}"] if beside is not None else []
        error = f"{answers[place] - targets[place]:+.3g}" if known else ""
        lines.append((float(off[place]) if known else -1.0, (*words, error)))
    return sorted(lines, key=lambda line: -line[0])


class Columns(Items):
    """The columns panel."""

    key = "columns"

    def lines(self, view: View, found: Shown, item: int, size: tuple[int, int]) -> list[Content]:
        """A line for each number: input, output, the baseline's, and the error with a bar of its size."""
        del view
        beside = [found.baseline_name] if found.baseline is not None else []
        head = ("column", "input", *(["with noise"] if found.noisy else []), "output", *beside, "error")
        told = rows(found, item)
        widths = columns_wide([head, *(words for _, words in told)])
        room = size[0] - sum(widths) - 2 * len(widths)
        blocks = colour_mode(self.app.console.color_system) != "none"
        top = max((off for off, _ in told), default=0.0)
        drawn = (
            bars([("", max(off, 0.0), "") for off, _ in told], room, top, blocks=blocks) if room >= LEAST_BAR else []
        )
        lines = [Content.styled(_line(head, widths), "$text-muted")]
        for place, (_, words) in enumerate(told):
            line = Content(_line(words, widths))
            lines.append(Content.assemble(line, "  ", drawn[place]) if drawn else line)
        return lines


def _line(words: tuple[str, ...], widths: list[int]) -> str:
    name, *others = words
    figures = (word.rjust(width) for word, width in zip(others, widths[1:], strict=True))
    return "  ".join((name.ljust(widths[0]), *figures))
