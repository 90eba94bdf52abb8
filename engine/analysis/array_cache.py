"""A cache of arrays that take long to compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.storage.atomic import make_folder, replacing
from engine.storage.npz import Malformed, read_npz

Arrays = dict[str, NDArray[np.float32]]


def cached(path: Path, shapes: Mapping[str, tuple[int, ...]], compute: Callable[[], Arrays]) -> Arrays:
    """The arrays at `path`, float32 of these `shapes`; computed and written there if there are no such."""
    found = read(path, shapes)
    if found is None:
        found = compute()
        write(path, found)
    return found


def read(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Arrays | None:
    """What is cached at `path`; None where there is nothing, or something else or damaged."""
    try:
        arrays = read_npz(path, lambda _: shapes)
    except Malformed:
        return None
    fits = all(arrays[name].shape == shape for name, shape in shapes.items())
    whole = fits and all(array.dtype == np.float32 and np.isfinite(array).all() for array in arrays.values())
    return arrays if whole else None


def write(path: Path, arrays: Arrays) -> None:
    """For the next time; a folder that cannot be written only makes that slower."""
    with suppress(OSError):
        make_folder(path.parent)
        with replacing(path, flush=False) as file:
            np.savez(file, allow_pickle=False, **arrays)
