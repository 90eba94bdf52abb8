"""Items that a model made of codes, written as what it learned from: images on a sheet, rows in a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aetui.cli import files, rows
from engine.errors import counted

if TYPE_CHECKING:
    from engine.queries.messages import Images
    from engine.runs.store import RunRecord


def new_items(record: RunRecord, output: Path | None, sheet: Path, count: int = 0) -> Callable[[Images], str]:
    """What writes the answer to `output`, which by itself is `sheet` or a table of that name, and says so; checked as
    far as can be before there is one, for `count` items if that is known.

    Raises:
        UsageError: the run cannot be written so, or not so many items.
        RunError: what it keeps of its columns is gone.
    """
    kind = files.kind_of(record)
    if kind.key in rows.KINDS:
        path, columns = output or sheet.with_suffix(".csv"), rows.columns_of(record)
        files.check_suffix(path, rows.WRITTEN)

        def table(answer: Images) -> str:
            rows.write_new(path, answer, columns)
            return f"{path}: {counted(len(answer.images), kind.items.removesuffix('s'))}"

        return table
    path = output or sheet
    files.check_suffix(path, files.IMAGES)
    files.check_kind(record, "image")
    files.check_sheet(path, count)

    def images(answer: Images) -> str:
        files.check_sheet(path, len(answer.images))
        files.write_images(path, answer)
        return f"{path}: {counted(len(answer.images), 'image')}"

    return images
