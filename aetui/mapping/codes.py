"""Codes to be mapped, and what is known of their items; from a file that `aetui encode` or another program wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aetui.render.text import plain
from engine.errors import BadData, UsageError
from engine.storage.bounded import named

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.storage.rows import Array

LARGEST_TABLE = 2**28
"""Bytes of a text table, which is read at once."""
MOST_CLASSES = 1_000
"""Labels that differ, above which they are not taken for classes."""
_LONGEST_NAME = 24
READ = (".npy", ".npz", ".csv", ".tsv")

Names = Callable[[], Sequence[str] | None]
"""What items are called, read when it is asked for; None: they have no names."""


class Codes(NamedTuple):
    """`array`: (n, k) numbers; `labels`: (n,) whole numbers or text, None where they are not known."""

    title: str
    array: Array
    labels: NDArray[Any] | None = None
    names: Names = lambda: None


def of_file(path: Path, name: str = "") -> Codes:
    """The codes in a file; of an .npz archive the array called `name`, else `codes`, else the only one with rows of
    numbers. Labels and names are those that lie beside them.

    Raises:
        UsageError: no such file or array, or of an unknown kind.
        BadData: it is damaged, or holds something else.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        told = f"expected a file of codes, as `aetui encode` makes it, but {path} is none"
        raise UsageError("No such file", told)
    if suffix not in READ:
        raise UsageError("File type", f"expected a file in {', '.join(READ)}, got {path.name}")
    if name and suffix != ".npz":
        raise UsageError("No such array", f"only an .npz archive has arrays with names; leave {name} out")
    if suffix == ".npz":
        return _of_archive(path, name)
    return _of_array(path) if suffix == ".npy" else _of_table(path)


def classes(labels: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]] | None:
    """For each label its place among the names of all that occur, in order; None where they are too many."""
    import numpy as np

    if labels.dtype.kind in "iu" and len(labels):
        low, high = int(labels.min()), int(labels.max())
        if high - low < 2**16:  # sorting ten million takes seconds, looking which there are does not
            there = np.zeros(high - low + 1, np.int64)
            step = 2**20
            for start in range(0, len(labels), step):
                there += np.bincount(labels[start : start + step].astype(np.int64) - low, minlength=len(there))
            found = np.flatnonzero(there)
            if len(found) > MOST_CLASSES:
                return None
            place = np.zeros(len(there), np.int16)
            place[found] = np.arange(len(found))
            return place[labels - low], tuple(str(each + low) for each in found.tolist())
    values, members = np.unique(labels, return_inverse=True)
    if len(values) > MOST_CLASSES:
        return None
    return members.astype(np.int16), tuple(plain(str(each), _LONGEST_NAME) for each in values.tolist())


def _of_array(path: Path) -> Codes:
    from engine.storage.npz import rows_of_npy
    from engine.storage.rows import shaped

    array = rows_of_npy(path)
    return _checked(path, Codes(path.name, shaped(array, (1,)) if array.ndim == 1 else array))


def _of_archive(path: Path, name: str) -> Codes:
    from engine.storage.npz import forms, read_npz, rows_of_npz

    there = forms(path)
    key = _array_of(there, name, path)
    count = there[key].shape[0] if there[key].shape else 0

    def beside(what: str) -> NDArray[Any] | None:
        if what not in there or there[what].shape != (count,):
            return None
        return read_npz(path, lambda _: [what])[what]

    def names() -> Sequence[str] | None:
        found = beside("names")
        return None if found is None else [str(each) for each in found.tolist()]

    labels = beside("labels")
    if labels is not None and labels.dtype.kind not in "iuU":
        labels = None
    title = path.name if key == "codes" else f"{path.name}: {key}"
    return _checked(path, Codes(title, rows_of_npz(path, lambda _: [key]), labels, names))


def _array_of(there: Any, name: str, path: Path) -> str:
    fitting = [key for key, form in there.items() if len(form.shape) == 2 and form.dtype.kind in "biuf"]
    if name:
        if name not in there:
            raise UsageError("No such array", f"there is no array {name!r} in {path.name}, only {named(list(there))}")
        return name
    if "codes" in there:
        return "codes"
    if len(fitting) != 1:
        told = f"expected an array `codes`, (count, code size), or one such array alone in {path.name}"
        raise UsageError("Which array", f"{told}, found {named(list(there))}; name one by --array")
    return fitting[0]


def _of_table(path: Path) -> Codes:
    from aetui.cli.number_tables import read_table

    try:
        table = read_table(str(path), LARGEST_TABLE)
    except Exception as error:  # NumPy's parser has several ways to say that a table is none
        raise BadData(path, f"expected codes, one a row, but: {getattr(error, 'fault', error)}") from error
    return _checked(path, Codes(path.name, table.numbers, table.labels, lambda: table.names))


def _checked(path: Path, codes: Codes) -> Codes:
    array = codes.array
    if array.ndim != 2 or not array.shape[1] or array.dtype.kind not in "biuf":
        told = f"expected an array of codes, (count, code size) numbers, got {tuple(array.shape)} of {array.dtype}"
        raise BadData(path, told)
    return codes
