"""The arrays of a file that are meant, with the labels of their items."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.datasets.own.arrays.choosing import Chosen, chosen, described
from engine.errors import UsageError
from engine.storage.npz import Form, forms, rows_of_npy, rows_of_npz
from engine.storage.rows import Array


class Opened(NamedTuple):
    """By part, as `engine.datasets.own.cutting.PARTS` calls them; under "" where they are to be cut yet."""

    items: dict[str, Array]
    labels: dict[str, NDArray[np.int64]]
    """Of the same parts: places among `classes`; empty where there are none."""
    classes: tuple[str, ...]
    told: dict[str, str]
    """What was taken for what, for people."""
    in_memory: bool


def opened(path: Path, array: str, label_array: str, label_file: Path | None) -> Opened:
    """What is meant in `path` (see `choosing.chosen`); `label_file`: an .npy with the labels.

    Raises:
        UsageError: it is not plain what is meant, or there is not a label for each item.
        BadData: a file is broken.
    """
    if path.suffix == ".npy":
        if array or label_array:
            told = f"expected an .npz with arrays by name for --array and --label-array, but {path} holds one array"
            raise UsageError("One array", f"{told}; leave them out, or give --label-array the .npy file of the labels")
        arrays: dict[str, Array] = {path.name: rows_of_npy(path)}
        meant = Chosen({"": path.name}, {})
    else:
        meant = chosen(path, forms(path), array, label_array)
        arrays = {name: _of_npz(path, name) for name in (*meant.items.values(), *meant.labels.values())}
    if label_file is not None:
        if "" not in meant.items:
            raise UsageError("Labels of what?", f"expected labels of each part in {path}; name them with --label-array")
        arrays[str(label_file)] = rows_of_npy(label_file)
        meant = Chosen(meant.items, {"": str(label_file)})
    taken = {"arrays": ", ".join(f"{name} {_form(arrays[name])}" for name in meant.items.values())}
    found = (_fault(name, arrays[name], len(arrays[meant.items[part]])) for part, name in meant.labels.items())
    faults = [fault for fault in found if fault]
    if faults and (label_array or label_file):
        raise UsageError("Labels do not fit", f"{faults[0]}, in {path}")
    if faults:  # nobody said that they are labels
        taken["classes"] = f"none: {faults[0]}"
        meant = Chosen(meant.items, {})
    classes, labels = _classes({part: arrays[name] for part, name in meant.labels.items()})
    if labels:
        taken["classes"] = f"{len(classes):,}, by {', '.join(meant.labels.values())}"
    items = {part: arrays[name] for part, name in meant.items.items()}
    return Opened(items, labels, classes, taken, all(isinstance(array, np.ndarray) for array in items.values()))


def _of_npz(path: Path, name: str) -> Array:
    return rows_of_npz(path, lambda _: [name])


def _form(array: Array) -> str:
    return described(Form(array.shape, array.dtype))


def _fault(name: str, labels: Array, count: int) -> str:
    """Why an array does not hold labels of so many items; empty if it does."""
    if labels.shape not in ((count,), (count, 1)):
        return f"expected a label for each of {count:,} items in {name}, found {_form(labels)}"
    numbers = np.asarray(labels[:])
    if numbers.dtype.kind in "biuU" or (numbers.dtype.kind == "f" and bool((numbers == np.floor(numbers)).all())):
        return ""
    return f"expected whole numbers or text in {name}, found {numbers.dtype}"


def _classes(arrays: Mapping[str, Array]) -> tuple[tuple[str, ...], dict[str, NDArray[np.int64]]]:
    """Their names, sorted, and of each part the labels as places among them."""
    if not arrays:
        return (), {}
    flat: list[NDArray[Any]] = [np.asarray(array[:]).reshape(-1) for array in arrays.values()]
    joined = np.concatenate([labels if labels.dtype.kind == "U" else labels.astype(np.int64) for labels in flat])
    names, places = np.unique(joined, return_inverse=True)
    cuts = np.cumsum([len(labels) for labels in flat])[:-1]
    parts = np.split(places.reshape(-1).astype(np.int64), cuts)
    return tuple(str(name) for name in names.tolist()), dict(zip(arrays, parts, strict=True))
