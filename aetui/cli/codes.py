"""Files of codes: NumPy arrays, and text tables with a header."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aetui.cli.files import check_suffix
from aetui.cli.number_tables import LARGEST, STDIN, is_table, read_table, told

if TYPE_CHECKING:
    from numpy.typing import NDArray

WRITTEN = (".npy", ".npz", ".tsv", ".csv")
READ = WRITTEN
STDOUT = "-"


def format_of(path: Path, wanted: str | None) -> str:
    """The suffix of the format that codes are written in: what is wanted, else what the name says, else CSV.

    Raises:
        UsageError: a name that says another one.
    """
    if wanted is not None:
        return f".{wanted}"
    if str(path) == STDOUT:
        return ".csv"
    check_suffix(path, WRITTEN)
    return path.suffix


def read_codes(path: Path) -> NDArray[Any]:
    """The codes in a file as `aetui encode` makes them, (count, code size) finite numbers; `-` is standard input.

    An .npy array of one code needs no second axis; a text table may lack the header.

    Raises:
        UsageError: no such file, or of an unknown kind.
        BadData: it is damaged, or holds something else.
    """
    from engine.errors import BadData, UsageError

    source = str(path)
    if source != STDIN:
        check_suffix(path, READ)
    if source != STDIN and not path.is_file():
        raise UsageError("No such file", f"expected codes in {path}, which is not a file; `aetui encode` makes one")
    try:
        codes = read_table(source, LARGEST).numbers if is_table(source) else _array(path)
    except Exception as error:
        # NumPy's parser has several ways to say that a table is none.
        raise BadData(told(source), f"expected codes, one a row, but: {getattr(error, 'fault', error)}") from error
    return _checked(told(source), codes)


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


def _checked(path: str, codes: NDArray[Any]) -> NDArray[Any]:
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
