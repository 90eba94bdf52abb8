"""`aetui map`: codes by the million in the plane."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

_TWO = re.compile(r"\s*z?(\d{1,9})\s*,\s*z?(\d{1,9})\s*")


def map_codes(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="An .npy, .npz, .csv or .tsv file of codes, as `aetui encode` makes them, or of others."),
    ],
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="X,Y",
            help="Two of a code's numbers as axes, counted from 1 (default: both of two, else the first two principal "
            "components).",
        ),
    ] = None,
    array: Annotated[
        str, typer.Option(help="Which array of an .npz archive (default: `codes`, or the only one with rows).")
    ] = "",
) -> None:
    """Show up to ten million codes and more as a map: zoom in from counts to single points, coloured by the labels
    beside them; mark a rectangle, count its items, write their numbers to a file.

    All is counted exactly, at every size. The codes are read block by block, and each stays where it is; in memory are
    some 14 bytes of each.
    """
    from aetui import launch
    from aetui.mapping import codes
    from aetui.mapping.opened import opened

    two = _columns(columns)
    found = codes.of_file(file, array)
    launch.run(context.obj, plane=(lambda report: opened(found, two, report), file.name))


def _columns(text: str | None) -> tuple[int, ...]:
    """Counted from 0. Raises UsageError for what are not two numbers."""
    from engine.errors import UsageError

    if text is None:
        return ()
    match = _TWO.fullmatch(text)
    if match is None or "0" in match.groups():
        raise UsageError("Columns", f"expected two numbers counted from 1, as in --columns 1,2, got {text!r}")
    return int(match[1]) - 1, int(match[2]) - 1
