"""The user's own data once more, read by other options: what a cure of the data learns from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.datasets.own import records
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.datasets.data import Report


def read_anew(dataset: str, options: Mapping[str, str], report: Report) -> str:
    """The name of the data of `dataset` as they are with these options; they are added if they are not there yet.

    Raises:
        UsageError: they are no data of the user's own, or cannot be read so.
        BadData, DataUnavailable: their files are broken or gone.
    """
    from engine.datasets.own import adding
    from engine.datasets.own.readers import READERS

    own = records.find(dataset)
    if own is None:
        raise UsageError(
            "Not data of your own", f"{dataset} is none that `aetui data add` brought, so it cannot be read anew here"
        )
    reader = READERS[own.reader]
    if not reader.knows(options):
        told = f"files that {own.reader} reads have no {', '.join(options)}; scale the numbers of {own.path} yourself"
        raise UsageError("Not scaled here", told)
    name = "-".join((dataset, *options.values()))
    wanted = reader.changed(reader.parsed({**own.options, **options}))
    there = records.find(name)
    if there is not None and (there.origin or there.path) != own.path:
        told = f"{name} is the name of other data, of {there.origin or there.path}; rename them, then try again"
        raise UsageError("Name taken", told)
    if there is None or (there.reader, there.options, there.origin or there.path) != (
        own.reader,
        wanted,
        own.path,
    ):
        path, again = Path(own.path), there is not None
        # A copy goes with the set that it belongs to.
        adding.add(name, path, own.reader, wanted, copy=own.copied, replace=again, report=report)
    return name
