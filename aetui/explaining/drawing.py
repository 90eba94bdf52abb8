"""The pages' pictures as cells: greys as they lie beside the pages, in the cells that the terminal has."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from aetui.explaining.lines import Drawn, Line, Piece
from aetui.render import ladder

if TYPE_CHECKING:
    from aetui.render.pixels import Bytes, ColourMode

MOST = 66
"""Columns of a picture."""
MOST_LINES = 14


def drawer(folder: Path, cells: str, mode: ColourMode) -> Drawn:
    """Draws pictures of `folder` in the cells that are asked for (`aetui.render.ladder`)."""
    return partial(_drawn, folder, ladder.chosen(cells, exact=False, colours=mode != "none"), mode)


@lru_cache(64)
def _drawn(folder: Path, kind: ladder.CellKind, mode: ColourMode, name: str, width: int) -> list[Line]:
    import numpy as np

    from aetui.render.cells import fitted
    from aetui.render.pixels import boxed

    try:
        grey = _read(folder / name)
    except OSError:
        return [[Piece(f"{name}: the picture is missing", "muted")]]
    height, across = grey.shape
    columns = min(width, MOST, across)
    lines = max(1, round(height / across * columns / 2))
    if lines > MOST_LINES:
        columns, lines = max(1, round(columns * MOST_LINES / lines)), MOST_LINES
    found = fitted(boxed(grey[None], (2 * lines, columns), 2 * lines, cut=False, kind=kind)[0], kind, mode)
    drawn: list[Line] = []
    for glyphs, ink, paper in zip(*found, strict=True):
        text = glyphs.astype("<u4").tobytes().decode("utf-32-le")
        edges = [0, *(np.flatnonzero((ink[1:] != ink[:-1]) | (paper[1:] != paper[:-1])) + 1).tolist(), len(text)]
        drawn.append([Piece(text[a:b], "", int(ink[a]), int(paper[a])) for a, b in pairwise(edges)])
    return drawn


def _read(path: Path) -> Bytes:
    """Greys, (height, width). Raises OSError."""
    import numpy as np
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"), np.uint8)
