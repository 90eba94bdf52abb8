"""Codes on their way to a file or a pipe, piece by piece: memory does not grow with their number."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from aetui.cli.codes import STDOUT
from aetui.cli.files import written
from aetui.cli.number_tables import LABEL, NAME
from aetui.render.text import plain

if TYPE_CHECKING:
    from engine.queries.messages import Codes


class CodesFile:
    """It grows."""

    def __init__(self) -> None:
        self.shape = 0, 0
        """How many there are so far, and how many numbers each has."""
        self._write: Callable[[Codes], None] = lambda codes: None

    def append(self, codes: Codes) -> None:
        """More of them; none at all make a file too."""
        count, size = codes.codes.shape
        if count or not self.shape[1]:
            self._write(codes)
            self.shape = self.shape[0] + count, size


@contextmanager
def writing(path: Path, suffix: str) -> Iterator[CodesFile]:
    """What takes the place of `path` when it is whole; the path `-` is standard output, which then gets all at once.

    .npy: the codes; .npz: `codes`, and `labels` and `names` where they are known; .csv, .tsv: columns `name`, `label`,
    z1, z2 …

    Raises:
        EngineError: the file cannot be written.
        OSError: standard output cannot.
    """
    if str(path) != STDOUT:
        with written(path) as file, _filling(file, suffix, path.absolute().parent) as made:
            yield made
        return
    whole = BytesIO()
    with _filling(whole, suffix, None) as made:
        yield made
    sys.stdout.flush()
    sys.stdout.buffer.write(whole.getbuffer())
    sys.stdout.buffer.flush()


@contextmanager
def _filling(file: BinaryIO, suffix: str, beside: Path | None) -> Iterator[CodesFile]:
    """`beside`: a folder with room for what is packed at the end."""
    from engine.storage.growing import GrowingArray, growing_archive

    made = CodesFile()
    if suffix == ".npy":
        array = GrowingArray(file)
        made._write = lambda piece: array.append(piece.codes)
        yield made
        array.finish()
    elif suffix == ".npz":
        names: list[str] = []
        with growing_archive(file, beside) as append:
            made._write = lambda piece: _append(append, names, piece)
            yield made
            if names:
                import numpy as np

                append(names=np.array(names, np.str_))
    else:
        made._write = lambda piece: _write_rows(
            file, "\t" if suffix == ".tsv" else ",", piece, headed=not made.shape[1]
        )
        yield made


def _append(append: Callable[..., None], names: list[str], piece: Codes) -> None:
    append(codes=piece.codes, **({} if piece.labels is None else {"labels": piece.labels}))
    names.extend(piece.names or ())


def _write_rows(file: BinaryIO, delimiter: str, piece: Codes, *, headed: bool) -> None:
    beside: list[tuple[str, Sequence[Any]]] = []
    if piece.names is not None:
        beside.append((NAME, [plain(name) for name in piece.names]))  # a line break would be the end of its row
    if piece.labels is not None:
        beside.append((LABEL, piece.labels.tolist()))
    text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
    table = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    if headed:
        table.writerow([*(head for head, _ in beside), *(f"z{number + 1}" for number in range(piece.codes.shape[1]))])
    columns = zip(*(column for _, column in beside), strict=True) if beside else repeat(())
    table.writerows(
        [*cells, *(f"{number:.9g}" for number in code)]
        for cells, code in zip(columns, piece.codes.tolist(), strict=False)
    )
    text.detach()
