"""Which numbers of an item made its score, in words: columns, steps, pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from aetui.cli import files, rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.queries.messages import Detection
    from engine.runs.store import RunRecord

MOST = 3
"""Columns or pixels that are told of an item."""
LEAST = 0.01
"""Of the error, which the others that are told have at least."""

Explainer = Callable[["Detection", int], list[str]]
"""From an answer and the number of one of the items that it explains to what made it strange."""


def of(record: RunRecord) -> Explainer:
    """How items of the run's data are explained. Raises UsageError where their numbers say nothing to people."""
    from engine.errors import UsageError

    kind = files.kind_of(record)
    if kind.key not in EXPLAINERS:
        told = f"{record.id} learned from {kind.items}, whose numbers have no names; leave --explain out"
        raise UsageError("No explanation", f"expected a run on images, tables or series: {told}")
    return EXPLAINERS[kind.key](record)


def _shares(errors: NDArray[np.float32]) -> Iterator[tuple[int, float]]:
    """The places with the largest shares of the sum, the largest first."""
    import numpy as np

    total = float(errors.sum(dtype=np.float64))
    order = np.argsort(-errors, kind="stable")[:MOST].tolist()
    for rank, place in enumerate(order):
        share = float(errors[place]) / total if total else 0.0
        if rank == 0 or share >= LEAST:
            yield place, share


def _pixels(record: RunRecord) -> Explainer:
    import numpy as np

    del record

    def explain(answer: Detection, number: int) -> list[str]:
        errors = answer.errors[number]
        found = []
        for place, share in _shares(errors.ravel()):
            row, column, channel = (int(at) for at in np.unravel_index(place, errors.shape))
            where = f"row {row + 1}, column {column + 1}" + (f", channel {channel + 1}" if errors.shape[2] > 1 else "")
            was, expected = (array[number].ravel()[place] for array in (answer.targets, answer.outputs))
            found.append(f"{where}: {share:.1%} of the error, {was:.2f} where {expected:.2f} was expected")
        return found

    return explain


def _columns(record: RunRecord) -> Explainer:
    """Of rows and windows; of windows also at which step a column is farthest off."""
    import numpy as np

    columns = rows.columns_of(record)
    ends = np.cumsum([column.width for column in columns.used]).tolist()
    bounds = list(zip([0, *ends[:-1]], ends, strict=True))

    def explain(answer: Detection, number: int) -> list[str]:
        errors = answer.errors[number].reshape(-1, columns.width)
        was, expected = (
            columns.decode(array[number].reshape(-1, columns.width)) for array in (answer.targets, answer.outputs)
        )
        by_column = np.array([errors[:, first:last].sum() for first, last in bounds])
        found = []
        for place, share in _shares(by_column):
            first, last = bounds[place]
            step = int(errors[:, first:last].sum(axis=1).argmax())
            at = f", most at step {step}" if len(errors) > 1 else ""
            if answer.known is not None and not answer.known[number].reshape(errors.shape)[step, first:last].any():
                continue
            seen, meant = (_word(values[place][1][step]) for values in (was, expected))
            hot = answer.targets[number].reshape(errors.shape)[step, first:last]
            if columns.used[place].becomes == "category" and not hot.any():
                seen = "a word that was never seen"
            values = f"{seen} where {meant} was expected" if seen != meant else f"{seen}, as expected, but not surely"
            found.append(f"{columns.used[place].name}: {share:.1%} of the error{at}, {values}")
        return found

    return explain


def _word(value: float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else value


EXPLAINERS: dict[str, Callable[[RunRecord], Explainer]] = {
    "image": _pixels,
    "vectors": _columns,
    "windows": _columns,
}
"""By the kind of data."""
