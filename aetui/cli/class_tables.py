"""What classifiers reached, as tables for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import mean, stdev
from typing import TYPE_CHECKING

from aetui.cli.tables import aligned
from aetui.render.text import plain

if TYPE_CHECKING:
    from engine.features.outcomes import Bin, Scores

Matrix = Sequence[Sequence[int]]

WIDTH = 80
NAME = 20
"""Characters of the name of a class beside its row."""
SHORT = 4
"""Characters of a name that can stand over its column."""
CONFUSED = 20
"""Pairs of classes that are told of a matrix which is too wide."""


def spread(values: Sequence[float], digits: int = 4) -> str:
    """One number, or the mean ± standard deviation of several."""
    if not values:
        return ""
    found = f"{mean(values):.{digits}f}"
    return found if len(values) == 1 else f"{found} ± {stdev(values):.{digits}f}"


def calibration(rows: Sequence[tuple[str, Sequence[Scores]]]) -> str:
    """Of each kind of features: expected calibration error, Brier score, negative log-likelihood."""
    measures: tuple[tuple[str, Callable[[Scores], float]], ...] = (
        ("ECE", lambda found: found.ece),
        ("BRIER", lambda found: found.brier),
        ("NLL", lambda found: found.nll),
    )
    head = ("SOFTMAX ON", *(name for name, _ in measures))
    return aligned(
        [head, *((label, *(spread([of(one) for one in found]) for _, of in measures)) for label, found in rows)]
    )


def reliability(bins: Sequence[Bin]) -> str:
    """How often the classifier is right among items of which it is so sure."""
    rows = [("SURE", "ITEMS", "MEAN", "RIGHT", "RIGHT - MEAN")]
    for number, each in enumerate(bins):
        stretch = f"{number / len(bins):.1f} to {(number + 1) / len(bins):.1f}"
        told = (f"{each.confidence:.3f}", f"{each.accuracy:.3f}", f"{each.accuracy - each.confidence:+.3f}")
        rows.append((stretch, f"{each.items:,}", *(told if each.items else ("–", "–", "–"))))
    return aligned(rows)


def confusion(matrix: Matrix, classes: Sequence[str]) -> str:
    """Items by class (rows) and what they were taken for (columns); where that is wider than a terminal, the share of
    each class that was found, and the pairs that are confused most."""
    present = [place for place in range(len(classes)) if any(matrix[place]) or any(row[place] for row in matrix)]
    matrix = [[matrix[row][column] for column in present] for row in present]
    classes = [classes[place] for place in present]
    whole = _whole(matrix, classes)
    return whole if len(whole.split("\n", 1)[0]) <= WIDTH else _confused(matrix, classes)


def _whole(matrix: Matrix, classes: Sequence[str]) -> str:
    heads = [plain(name) for name in classes]
    names = [plain(name, NAME) for name in classes]
    if max(map(len, heads)) > SHORT:  # their numbers stand over the columns
        heads = [str(number) for number in range(1, len(classes) + 1)]
        names = [f"{name} {head}" for name, head in zip(names, heads, strict=True)]
    wide = max(map(len, names))
    cell = max(len(cell) for cell in (*heads, *(str(count) for row in matrix for count in row))) + 1
    lines = [" " * wide + "".join(head.rjust(cell) for head in heads) + "  found"]
    for place, (name, row) in enumerate(zip(names, matrix, strict=True)):
        counts = "".join((str(count) if count else "·").rjust(cell) for count in row)
        share = f"{row[place] / sum(row):.3f}" if sum(row) else "–"
        lines.append(f"{name.rjust(wide)}{counts}  {share}")
    return "\n".join(lines)


def _confused(matrix: Matrix, classes: Sequence[str]) -> str:
    rows = [("CLASS", "ITEMS", "FOUND", "RIGHT WHERE NAMED")]
    for place, name in enumerate(classes):
        row, named = matrix[place], sum(line[place] for line in matrix)
        found = f"{row[place] / sum(row):.3f}" if sum(row) else "–"
        right = f"{row[place] / named:.3f}" if named else "–"
        rows.append((plain(name, 2 * NAME), f"{sum(row):,}", found, right))
    pairs = sorted(_pairs(matrix), reverse=True)[:CONFUSED]
    told = [("ITEMS", "OF CLASS", "TAKEN FOR")]
    told += [(f"{count:,}", plain(classes[row], NAME), plain(classes[column], NAME)) for count, row, column in pairs]
    return f"{aligned(rows)}\n\n{aligned(told)}"


def _pairs(matrix: Matrix) -> Iterator[tuple[int, int, int]]:
    for row, counts in enumerate(matrix):
        for column, count in enumerate(counts):
            if count and row != column:
                yield count, row, column
