"""Formats for which what lies in a run's folder is enough: neither engine nor networks are needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.exports import placing

if TYPE_CHECKING:
    from engine.exports.format import Format, OfRecord
    from engine.runs.record import RunRecord


def write(record: RunRecord, row: Format, path: Path, *, force: bool = False) -> tuple[list[str], tuple[str, ...]]:
    """Write `record` as `row` to `path`: the names of the files, and what there is to know of them.

    Raises:
        EngineError: what is at the path may not be replaced, or the run has nothing to be written so.
    """
    writer: OfRecord = row.load()
    with placing.placed(path, folder=row.folder, force=force, mark=row.mark) as place:
        notes = writer(record, place)
        if row.folder:
            placing.write_manifest(place, {"format": row.key, "run": record.id})
        files = placing.files_in(place) if row.folder else [path.name]
    return files, notes
