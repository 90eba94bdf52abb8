"""What a program's arrays are to a run, and back: a form for each kind of data, kept with the estimator."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.datasets.array_data import UNLABELLED
from engine.datasets.numbers.columns import Column, Columns
from engine.datasets.numbers.table import RawColumn, Table
from engine.errors import UsageError

Normalise = Literal["standard", "minmax", "none"]
CHANNELS = (1, 3)
MOST_CLASSES = 1_000


class Form(Protocol):
    """How X of one sort becomes items of a run, and what a run answers becomes X again."""

    @property
    def columns(self) -> Columns | None:
        """What became of numbers that are the user's own."""

    @property
    def numeric(self) -> bool:
        """Whether X is numbers, to be looked at as scikit-learn does."""

    @property
    def spoken(self) -> bool:
        """Whether X is sentences."""

    def items(self, x: Any) -> NDArray[Any]:
        """Compact items of X. Raises ValueError for one of another form."""

    def restored(self, items: NDArray[np.float32]) -> NDArray[Any]:
        """Items as a network answers, in the units and the shape of X."""


class Rows(msgspec.Struct, frozen=True):
    """Rows (count, numbers), or windows (count, steps, channels): each number of the last axis has its own units."""

    columns: Columns
    shape: tuple[int, ...]
    """Of an item."""

    numeric: bool = True
    spoken: bool = False

    def items(self, x: Any) -> NDArray[np.float32]:
        """Float32, less the mean and by the scale of each column; NaN stays what is not known."""
        found = _numbers(x)
        if found.shape[1:] != self.shape:
            raise ValueError(f"expected X of shape (n, {', '.join(map(str, self.shape))}), got {found.shape}")
        with np.errstate(over="ignore"):
            encoded: NDArray[np.float32] = ((found - self._means) / self._scales).astype(np.float32)
        if np.isinf(encoded).any():
            raise ValueError("X holds numbers too far from those that were fitted, for float32; look for faults")
        return encoded

    def restored(self, items: NDArray[np.float32]) -> NDArray[Any]:
        """Numbers as float64."""
        return self._means + self._scales * items.astype(np.float64)

    @property
    def _means(self) -> NDArray[np.float64]:
        return np.array([column.mean for column in self.columns.used for _ in column.numbers])

    @property
    def _scales(self) -> NDArray[np.float64]:
        return np.array([column.scale for column in self.columns.used for _ in column.numbers])


class Images(msgspec.Struct, frozen=True):
    """Images (count, height, width) or (count, height, width, channels): bytes, or floats from 0 to 1."""

    shape: tuple[int, int, int]
    """Height, width, channels."""
    flat: bool
    """Whether X comes without the axis of channels."""
    bytes: bool
    """Whether it was fitted to bytes, as which answers come back."""

    columns: None = None
    numeric: bool = True
    spoken: bool = False

    def items(self, x: Any) -> NDArray[Any]:
        """Bytes, or float32 from 0 to 1, with an axis of channels."""
        found = pixels(x)
        if found.ndim == 3:
            found = found[..., None]
        if found.shape[1:] != self.shape:
            raise ValueError(f"expected images of {' × '.join(map(str, self.shape))}, got {found.shape[1:]}")
        return found

    def restored(self, items: NDArray[np.float32]) -> NDArray[Any]:
        """As X came: bytes are rounded."""
        found = items[..., 0] if self.flat else items
        return np.clip(np.rint(found * 255), 0, 255).astype(np.uint8) if self.bytes else found


class Tables(msgspec.Struct, frozen=True):
    """Tables with columns of words or dates, (rows, columns) or a frame with names: what a run of `aetui train` learned
    from."""

    columns: Columns
    numeric: bool = False
    spoken: bool = False

    def items(self, x: Any) -> NDArray[np.float32]:
        """As the run's own rows were. Raises ValueError where columns are missing or hold something else."""
        used = self.columns.used
        if hasattr(x, "columns"):
            missing = [column.name for column in used if column.name not in list(x.columns)]
            if missing:
                raise ValueError(f"expected the columns {', '.join(missing)} in X, got {list(x.columns)}")
            found = {column.name: np.asarray(x[column.name]) for column in used}
        else:
            array = np.asarray(x, object)
            if array.ndim != 2 or array.shape[1] != len(used):
                names = ", ".join(column.name for column in used)
                raise ValueError(f"expected X of {len(used)} columns ({names}), got shape {array.shape}")
            found = {column.name: array[:, place] for place, column in enumerate(used)}
        raw = {column.name: _raw(found[column.name], column) for column in used}
        return self.columns.encode(Table(Path("X"), raw, len(next(iter(found.values())))))

    def restored(self, items: NDArray[np.float32]) -> NDArray[Any]:
        """An array of objects, (rows, columns): numbers, words, dates as ISO 8601 writes them."""
        found = np.empty((len(items), len(self.columns.used)), object)
        for place, (_, values) in enumerate(self.columns.decode(items)):
            found[:, place] = values
        return found


def _raw(values: NDArray[Any], column: Column) -> RawColumn:
    """A column of X as a table's file would hold it."""
    missing = np.array([value is None or value != value for value in values.tolist()])
    try:
        if column.becomes == "category":
            words = [str(value) for value in values.tolist()]
            levels = tuple(sorted(set(words)))
            places = np.array([levels.index(word) for word in words], np.float64)
            return RawColumn("words", np.where(missing, np.nan, places), levels)
        if column.becomes == "date":
            days = values if values.dtype.kind == "M" else np.where(missing, "NaT", values).astype(str)
            seconds = days.astype("datetime64[ms]").astype(np.int64) / 1000
            return RawColumn("date", np.where(missing | np.isnat(days.astype("datetime64[ms]")), np.nan, seconds))
        sort: Literal["flag", "number"] = "flag" if column.becomes == "flag" else "number"
        return RawColumn(sort, np.where(missing, np.nan, values).astype(np.float64))
    except (TypeError, ValueError) as error:
        raise ValueError(f"the column {column.name!r} of X does not hold what it did in the run: {error}") from error


class Sentences(msgspec.Struct, frozen=True):
    """Sentences, which a run reads by the words that it keeps: they have codes, and no way back as they came."""

    columns: None = None
    numeric: bool = False
    spoken: bool = True

    def items(self, x: Any) -> NDArray[Any]:
        """Raises ValueError: they go to the run as text."""
        raise ValueError("a run on text gives codes of sentences (transform of a list of them), and nothing else")

    def restored(self, items: NDArray[np.float32]) -> NDArray[Any]:
        """Raises ValueError."""
        return self.items(items)


def texts(x: Any) -> tuple[str, ...]:
    """Sentences of a list. Raises ValueError where it holds something else."""
    found = tuple(x) if isinstance(x, Sequence | np.ndarray) and not isinstance(x, str) else ()
    if not found or not all(isinstance(text, str) for text in found):
        raise ValueError(f"expected a list of sentences, got {type(x).__name__}")
    return tuple(map(str, found))


def fitted_rows(x: NDArray[Any], names: Sequence[str] | None, normalise: Normalise, train: NDArray[np.bool_]) -> Rows:
    """Fitted to the rows to `train` on; a column that does not vary, or is never known, is kept as it is."""
    found = _numbers(x)
    flat = found[train].reshape(-1, found.shape[-1])
    names = names or numbered(flat.shape[1])
    with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # of columns that are never known
        least, most = np.nanmin(flat, axis=0), np.nanmax(flat, axis=0)
        means, scales = np.nanmean(flat, axis=0), np.nanstd(flat, axis=0)
    if normalise == "minmax":
        means, scales = least, most - least
    elif normalise == "none":
        means, scales = np.zeros_like(means), np.ones_like(scales)
    means = np.where(np.isfinite(means), means, 0.0)
    varies = np.isfinite(scales) & (scales > 10 * np.finfo(np.float64).eps * np.abs(means))
    scales = np.where(varies, scales, 1.0)
    missing = np.isnan(found.reshape(-1, found.shape[-1])).sum(axis=0)
    columns = tuple(
        Column(name=name, becomes="number", mean=mean, scale=scale, missing=count)
        for name, mean, scale, count in zip(names, means.tolist(), scales.tolist(), missing.tolist(), strict=True)
    )
    steps = found.shape[1] if found.ndim == 3 else 0
    return Rows(Columns(columns=columns, normalise=normalise, window=steps, stride=steps), found.shape[1:])


def numbered(count: int) -> list[str]:
    """Names of columns that have none, as those of an .npy file are called."""
    return [f"c{place + 1}" for place in range(count)]


def fitted_images(x: NDArray[Any], names: Sequence[str] | None, normalise: Normalise, train: Any) -> Images:
    """Their shape is all that there is to know; numbers of pixels are what they are."""
    del names, normalise, train
    found = pixels(x)
    height, width, channels = found.shape[1:] if found.ndim == 4 else (*found.shape[1:], 1)
    if channels not in CHANNELS:
        raise ValueError(f"expected images of 1 or 3 channels behind height and width, got X of shape {found.shape}")
    return Images((height, width, channels), found.ndim == 3, found.dtype == np.uint8)


def pixels(x: Any) -> NDArray[Any]:
    """uint8 as it is, True and False as 0 and 1, floats as float32 if they are from 0 to 1; else raises ValueError."""
    found = np.asarray(x)
    if found.dtype == np.uint8:
        return found
    if found.dtype == np.bool_:
        return found.astype(np.float32)
    told = "expected images as bytes (uint8), or as floats from 0 to 1"
    if found.dtype.kind != "f":
        raise ValueError(f"{told}, got {found.dtype}; .astype('uint8') makes bytes of numbers from 0 to 255")
    if found.size and not np.isfinite(found).all():
        raise ValueError("expected a number for every pixel, but some are NaN or infinite; leave those images out")
    if found.size and not (found.min() >= 0 and found.max() <= 1):
        raise ValueError(
            f"{told}, got {found.min():g} to {found.max():g}; divide them by their largest, or say "
            "kind='windows' if they are series (items, steps, channels)"
        )
    return found.astype(np.float32, copy=False)


FITTED: Mapping[str, Any] = {"vectors": fitted_rows, "windows": fitted_rows, "image": fitted_images}
"""What is fitted to X, by the kind of data that it becomes."""
BY_AXES: Mapping[int, tuple[str, ...]] = {2: ("vectors",), 3: ("image", "windows"), 4: ("image",)}
"""The kinds that X of so many axes can become, the likeliest first."""


def kind_of(x: NDArray[Any], accepts: Sequence[str], wanted: str) -> str:
    """The kind of data that X becomes for a model that `accepts` such. Raises UsageError where there is none."""
    able = BY_AXES.get(x.ndim, ())
    if wanted != "auto" and wanted not in able:
        raise UsageError("Data do not fit", f"X of shape {x.shape} cannot be {wanted}; it can be {' or '.join(able)}")
    found = [kind for kind in able if kind in accepts and wanted in ("auto", kind)]
    if not found:
        told = f"the model learns from {' or '.join(accepts)}, X of shape {x.shape} is {' or '.join(able) or 'none'}"
        remedy = "rows have 2 axes, images 3 or 4, windows of series 3 (items, steps, channels)"
        raise UsageError("Data do not fit", f"{told}: {remedy}")
    return found[0]


def labelled(y: Any, count: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Labels of items and the names of classes, where y is such; of numbers that are measured there are none. Nothing
    is learned from them: held-out items are drawn by them, and pictures are coloured."""
    none = np.zeros(count, np.int64), (UNLABELLED,)
    if y is None:
        return none
    found = np.asarray(y)
    if found.shape not in ((count,), (count, 1)):
        raise ValueError(f"expected a label for each of {count:,} items, got y of shape {found.shape}")
    found = found.reshape(-1)
    if found.dtype.kind == "f" and not (np.isfinite(found).all() and (found == np.floor(found)).all()):
        return none
    whole = found.astype(np.int64) if found.dtype.kind == "f" else found
    names, places = np.unique(whole.astype(str) if whole.dtype.kind == "O" else whole, return_inverse=True)
    if len(names) > min(MOST_CLASSES, max(2, count // 2)):
        return none
    return places.reshape(-1).astype(np.int64), tuple(str(name) for name in names.tolist())


def _numbers(x: Any) -> NDArray[np.float64]:
    return np.asarray(x, np.float64)


def axes(x: Any) -> int:
    """Of what may be an array, a frame, or lists in lists; 2 where nothing tells, for whoever looks closer."""
    found = getattr(x, "ndim", None)
    if found is None:
        try:
            found = np.asarray(x).ndim
        except ValueError:
            found = 2
    return int(found)


def check_columns(x: Any) -> None:
    """Raises ValueError for a data frame with columns of words or dates, before scikit-learn stumbles over a cell."""
    if not (hasattr(x, "columns") and hasattr(x, "dtypes")):
        return
    kinds = [(name, getattr(dtype, "kind", "f")) for name, dtype in zip(x.columns, x.dtypes, strict=False)]
    worded = [str(name) for name, kind in kinds if kind in "OUST" and any(isinstance(each, str) for each in x[name])]
    dated = [str(name) for name, kind in kinds if kind in "Mm"]
    if found := [
        f"{what} in {', '.join(map(repr, names[:3]))}{', …' if len(names) > 3 else ''}"
        for what, names in (("words", worded), ("dates", dated))
        if names
    ]:
        remedy = (
            "encode them first (OneHotEncoder, to_numeric), or bring the table in with `aetui data add`, which does"
        )
        raise ValueError(f"X: expected numbers in every column, got {' and '.join(found)}; {remedy}")
