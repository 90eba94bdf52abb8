"""Text that stands in a column of a Parquet file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from engine.errors import BadData

SUFFIXES = (".parquet", ".pq")
BATCH = 10_000
"""Rows that are in memory at a time, beside their text."""


def names(file: Path) -> list[str]:
    """Of its columns. Raises BadData where it is no Parquet file."""
    from pyarrow import ArrowException, parquet

    try:
        return list(parquet.read_schema(file).names)
    except (ArrowException, OSError) as error:
        raise BadData(file, f"cannot be read as Parquet: {' '.join(str(error).split())[:300]}") from error


def rows(file: Path, column: str, label: str) -> Iterator[tuple[int, str, Any]]:
    """Number, text and label of each row; only these columns are read. What is not known is empty, or None.

    Raises:
        BadData: the file is broken, or the column holds something else than text.
    """
    from pyarrow import ArrowException, parquet, types

    try:
        with parquet.ParquetFile(file) as opened:
            kind = opened.schema_arrow.field(column).type
            inner = kind.value_type if types.is_dictionary(kind) else kind
            if str(inner) not in ("string", "large_string", "string_view"):
                raise BadData(file, f"expected text in column {column}, found {kind}; name another one with --column")
            number = count(1)
            for batch in opened.iter_batches(BATCH, columns=[column, *([label] if label else [])]):
                said = batch.column(column).to_pylist()
                topics = batch.column(label).to_pylist() if label else [None] * len(said)
                yield from ((next(number), text or "", topic) for text, topic in zip(said, topics, strict=True))
    except (ArrowException, OSError) as error:
        raise BadData(file, f"cannot be read as Parquet: {' '.join(str(error).split())[:300]}") from error
