"""Comparisons of speeds as tables and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aetui.render import numbers
from engine.benchmarks.results import SAME
from engine.errors import counted

if TYPE_CHECKING:
    from engine.benchmarks.results import Comparison, Figure, Row

HEAD = ("SIDE", "PRECISION", "MS A STEP", "BEST", "WORST", "× FIT", "ITEMS/S", "GFLOP/S", "OF PRODUCTS", "LOSS")
BUSY = 0.25
"""Cores that others may have had without a word about it."""


def table(found: Comparison) -> str:
    """What was done, a row for each side, and what has to be known to read it."""
    from aetui.cli.tables import aligned

    case = found.case
    what = (
        f"{case.variant}, preset {case.preset}: batches of {case.batch:,}, {case.gflop:.3g} GFLOP a step "
        f"({case.data}) · {found.device}"
    )
    rows = [HEAD, *map(_cells, found.rows)]
    return "\n".join([what, aligned(rows), *notes(found)])


def document(found: Sequence[Comparison]) -> str:
    """JSON in one line."""
    import msgspec

    return msgspec.json.encode(found).decode()


def notes(found: Comparison) -> Iterator[str]:
    """Sentences below the table."""
    if not found.complete:
        rounds = max((row.rounds for row in found.rows), default=0)
        yield f"interrupted: {counted(rounds, 'round')} of it"
    for row in found.rows:
        if row.same is False and row.against_ours is not None:
            yield (
                f"{row.side} in {row.precision} does other work: after {found.case.checked} steps its loss is "
                f"{row.against_ours:.3f} × ours"
            )
    known = [row.same for row in found.rows if row.same is not None]
    if len(known) > 1 and all(known):
        yield f"all losses after {found.case.checked} steps are the same within {SAME:.0%}"
    told = dict.fromkeys(f"{row.side}: {row.note}" for row in found.rows if row.note)
    yield from (*told, *found.missing)
    if found.others is not None and found.others > BUSY:
        load = "" if found.load is None else f" (load {found.load:.2f} before)"
        yield f"the machine was busy: other processes had {found.others:.1f} of {found.cores} cores meanwhile{load}"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.side,
        row.precision,
        _short(row.ms.median),
        _short(row.ms.low),
        _short(row.ms.high),
        _ratio(row.times_faster),
        _short(row.items_per_second),
        _short(row.gflops),
        "" if row.share is None else f"{row.share.median:.0%} ({row.share.low:.0%}–{row.share.high:.0%})",
        "" if row.loss is None else numbers.loss(row.loss),
    )


def _short(number: float) -> str:
    """Three digits."""
    return f"{float(f'{number:.3g}'):,.10g}"


def _ratio(figure: Figure | None) -> str:
    return "" if figure is None else f"{figure.median:.2f} ({figure.low:.2f}–{figure.high:.2f})"
