"""Files of codes: NumPy arrays, and text tables with a header."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from io import BytesIO, TextIOWrapper
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from aetui.cli.files import check_suffix, written
from aetui.cli.number_tables import LABEL, LARGEST, NAME, STDIN, is_table, read_table, told
from aetui.render.text import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.queries.messages import Codes

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


def write_codes(path: Path, suffix: str, answer: Codes) -> None:
    """.npy: the codes; .npz: `codes`, and `names` and `labels` where they are known; .csv, .tsv: columns `name`,
    `label`, z1, z2 … The path `-` is standard output.

    Raises:
        EngineError: the file cannot be written.
        OSError: standard output cannot.
    """
    if str(path) == STDOUT:
        whole = BytesIO()
        _write(whole, suffix, answer)
        sys.stdout.flush()
        sys.stdout.buffer.write(whole.getbuffer())
        sys.stdout.buffer.flush()
    else:
        with written(path) as file:
            _write(file, suffix, answer)


def _write(file: BinaryIO, suffix: str, answer: Codes) -> None:
    import numpy as np

    codes = answer.codes
    if suffix == ".npy":
        np.save(file, codes)
    elif suffix == ".npz":
        beside = {"names": answer.names and np.array(answer.names, np.str_), "labels": answer.labels}
        known = {name: array for name, array in beside.items() if array is not None}
        np.savez_compressed(file, allow_pickle=False, codes=codes, **known)
    else:
        _write_table(file, "\t" if suffix == ".tsv" else ",", answer)


def _write_table(file: BinaryIO, delimiter: str, answer: Codes) -> None:
    beside: list[tuple[str, Sequence[Any]]] = []
    if answer.names is not None:
        beside.append((NAME, [plain(name) for name in answer.names]))  # a line break would be the end of its row
    if answer.labels is not None:
        beside.append((LABEL, answer.labels.tolist()))
    text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
    table = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    table.writerow([*(head for head, _ in beside), *(f"z{number + 1}" for number in range(answer.codes.shape[1]))])
    columns = zip(*(column for _, column in beside), strict=True) if beside else repeat(())
    table.writerows(
        [*cells, *(f"{number:.9g}" for number in code)]
        for cells, code in zip(columns, answer.codes.tolist(), strict=False)
    )
    text.detach()


def read_codes(path: Path) -> NDArray[Any]:
    """The codes in a file as `write_codes` makes them, (count, code size) finite numbers; `-` is standard input.

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
