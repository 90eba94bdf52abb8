"""Files of codes: NumPy arrays, and text tables with a header."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from aetui.cli.files import written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.queries.messages import Codes

WRITTEN = (".npy", ".npz", ".tsv")
READ = (*WRITTEN, ".csv")
LARGEST = 2**28
"""Bytes of a text table: reading it takes some ten times as much memory."""
LABEL = "label"
"""The column of a text table that is no part of the code."""


class CodesFile:
    """Codes on their way to a file, piece by piece."""

    def __init__(self) -> None:
        self.shape = 0, 0
        """How many there are so far, and how many numbers each has."""
        self._write: Callable[[Codes], None] = lambda codes: None

    def append(self, codes: Codes) -> None:
        """More of them."""
        count, size = codes.codes.shape
        if count or not self.shape[1]:
            self._write(codes)
            self.shape = self.shape[0] + count, size

    @classmethod
    @contextmanager
    def writing(cls, path: Path) -> Iterator[CodesFile]:
        """A file that takes the place of `path` when it is whole.

        .npy: the codes; .npz: `codes`, and `labels` where they are known; .tsv: columns z1, z2 … and `label`.

        Raises:
            EngineError: it cannot be written.
        """
        from engine.storage.growing import GrowingArray, growing_archive

        made = cls()
        with written(path) as file:
            if path.suffix == ".npy":
                array = GrowingArray(file)
                made._write = lambda piece: array.append(piece.codes)
                yield made
                array.finish()
            elif path.suffix == ".npz":
                with growing_archive(file, path.absolute().parent) as append:
                    made._write = lambda piece: append(codes=piece.codes, **_labels(piece))
                    yield made
            else:
                made._write = lambda piece: _write_rows(file, piece, headed=not made.shape[1])
                yield made


def _labels(piece: Codes) -> dict[str, NDArray[np.int64]]:
    return {} if piece.labels is None else {"labels": piece.labels}


def _write_rows(file: BinaryIO, piece: Codes, *, headed: bool) -> None:
    import numpy as np

    codes, labels = piece.codes, piece.labels
    names = [f"z{number + 1}" for number in range(codes.shape[1])] + [LABEL] * (labels is not None)
    table = codes if labels is None else np.column_stack([codes.astype(np.float64), labels])
    np.savetxt(file, table, fmt="%.9g", delimiter="\t", header="\t".join(names) if headed else "", comments="")


def read_codes(path: Path) -> NDArray[Any]:
    """The codes in a file as `CodesFile` makes them, (count, code size) finite numbers.

    An .npy array of one code needs no second axis; a text table may lack the header.

    Raises:
        UsageError: no such file, or of an unknown kind.
        BadData: it is damaged, or holds something else.
    """
    from aetui.cli.files import check_suffix
    from engine.errors import BadData, UsageError

    check_suffix(path, READ)
    if not path.is_file():
        raise UsageError("No such file", f"expected codes in {path}, which is not a file; `aetui encode` makes one")
    try:
        codes = _table(path) if path.suffix in (".tsv", ".csv") else _array(path)
    except Exception as error:
        # NumPy's parser has several ways to say that a table is none.
        raise BadData(path, f"expected codes, one a row, but: {getattr(error, 'fault', error)}") from error
    return _checked(path, codes)


def _array(path: Path) -> NDArray[Any]:
    import numpy as np

    from engine.storage.bounded import named
    from engine.storage.npz import read_npy, read_npz

    if path.suffix == ".npy":
        return np.atleast_2d(read_npy(path))

    def choose(there: Sequence[str]) -> Sequence[str]:
        if "codes" not in there:
            raise ValueError(f"there is no array `codes` in it, only {named(there)}")
        return ["codes"]

    return read_npz(path, choose)["codes"]


def _table(path: Path) -> NDArray[Any]:
    import numpy as np

    if path.stat().st_size > LARGEST:
        raise ValueError(f"it has {path.stat().st_size:,} bytes, and at most {LARGEST:,} of a table are read")
    delimiter = "\t" if path.suffix == ".tsv" else ","
    with path.open(encoding="utf-8-sig") as file:
        first = [cell.strip() for cell in file.readline().split(delimiter)]
        headed = not all(map(_is_number, first))
        columns = [place for place, name in enumerate(first) if name.strip('"').lower() != LABEL]
        file.seek(0)
        lines = [line for line in file if line.strip()][headed:]
    if not lines:
        raise ValueError("there is no row of numbers in it")
    if any(line.count(delimiter) != len(first) - 1 for line in lines):
        raise ValueError(f"its rows do not all have {len(first)} columns, as the first one has")
    return np.loadtxt(lines, delimiter=delimiter, comments=None, ndmin=2, usecols=columns, quotechar='"')


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _checked(path: Path, codes: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    from engine.errors import BadData

    if codes.ndim != 2 or not codes.size:
        raise BadData(path, f"expected an array of codes, (count, code size), got {codes.shape}")
    if not (np.issubdtype(codes.dtype, np.floating) or np.issubdtype(codes.dtype, np.integer)):
        raise BadData(path, f"expected numbers, got {codes.dtype}")
    finite = np.abs(codes) <= np.finfo(np.float32).max  # False for NaN too
    if not finite.all():
        raise BadData(path, f"expected 32-bit finite numbers, but row {np.argwhere(~finite)[0][0] + 1} has others")
    return codes
