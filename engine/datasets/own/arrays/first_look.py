"""The first look at a file of NumPy: the names of its arrays with their shapes, and a few of what may be images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.own.arrays.choosing import described
from engine.datasets.own.arrays.opening import opened
from engine.datasets.own.readers.looking import Preview
from engine.errors import EngineError
from engine.storage.npz import Form, forms

SHOWN = 8
SMALL = 2**24
"""Bytes of an archive that is unpacked for a look."""
LARGEST = 48
"""Pixels of a side, in what is shown."""


def look(path: Path, array: str, label_array: str, *, channels_first: bool) -> Preview:
    """Raises EngineError where the file is broken, or an .npz does not tell which array is meant."""
    if path.suffix == ".npy":
        items = np.load(path, mmap_mode="r", allow_pickle=False)
        return Preview([f"{path.name} {described(Form(items.shape, items.dtype))}"], _pictures(items, channels_first))
    lines = [f"{name} {described(form)}" for name, form in forms(path).items()]
    if path.stat().st_size > SMALL:
        return Preview(lines)
    try:
        found = opened(path, array, label_array, None)
    except EngineError as error:
        return Preview(lines, wrong=error.message)
    part, items = next(iter(found.items.items()))
    images = _pictures(items, channels_first)
    labels = found.labels.get(part)
    named = [found.classes[label] for label in labels[:SHOWN]] if labels is not None and images is not None else []
    return Preview(lines, images, named)


def _pictures(items: Any, channels_first: bool) -> NDArray[np.uint8] | None:
    """The first of them as bytes, if they can be images at all: with fewer pixels where they are large."""
    if len(items.shape) not in (3, 4) or not len(items) or items.dtype.kind not in "buif":
        return None
    some = np.asarray(items[:SHOWN])
    if some.ndim == 3:
        some = some[..., None]
    elif channels_first:
        some = np.moveaxis(some, 1, -1)
    if some.shape[-1] not in (1, 3):
        return None
    step = -(-max(some.shape[1:3]) // LARGEST)
    some = some[:, ::step, ::step]
    if some.dtype == np.uint8:
        return some
    numbers = np.nan_to_num(some.astype(np.float32))
    low, high = min(0.0, float(numbers.min())), float(numbers.max())
    high = 1.0 if low == 0 and high <= 1 else 255.0 if low == 0 and high <= 255 else high
    return np.round((numbers - low) / max(high - low, 1e-12) * 255).astype(np.uint8)
