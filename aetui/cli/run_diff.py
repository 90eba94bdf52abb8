"""`aetui runs diff`: two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aetui.cli.arguments import Run

if TYPE_CHECKING:
    from engine.runs.listing.comparing import Line

DIFFERS = "≠"
"""Before a line that tells the runs apart."""
HEADS = {"run": "RUN", "setting": "SETTING", "metric": "METRIC"}


def diff(
    context: typer.Context,
    first: Run,
    second: Run,
    everything: Annotated[bool, typer.Option("--all", help="Also what both have in common.")] = False,
) -> None:
    """Settings and metrics of two runs side by side; what differs is marked, and with --all the rest is shown, too."""
    from aetui.cli.tables import aligned
    from engine.runs.listing.comparing import side_by_side
    from engine.runs.listing.summary import summarise

    store = context.obj.store
    records = [store.find(text) for text in (first, second)]
    one, other = map(summarise, records)
    names = [record.name or record.id for record in records]
    lines = side_by_side(one, other)
    blocks = []
    for section, head in HEADS.items():
        found = [line for line in lines if line.section == section and (line.differs or everything)]
        if found:
            blocks.append(aligned([("", head, *names), *map(_cells, found)]))
    same = sum(not line.differs for line in lines)
    typer.echo("\n\n".join(blocks) or "the runs are set alike and have the same metrics")
    if same and not everything and not context.obj.quiet:
        typer.echo(f"\n{same} lines are the same; --all shows them", err=True)


def _cells(line: Line) -> tuple[str, str, str, str]:
    from aetui.render import numbers
    from aetui.render.run_cells import value

    one, other = line.one, line.other
    if line.name == "duration":
        one, other = (None if seconds is None else numbers.duration(seconds) for seconds in (one, other))
    return DIFFERS if line.differs else "", line.name, value(one), value(other)
