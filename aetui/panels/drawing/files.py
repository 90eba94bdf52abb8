"""A drawing from a file: an array of NumPy, or a picture of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import UsageError

Floats = NDArray[np.float32]

ARRAY = "drawing"
"""What a drawing is called among arrays that were written here."""
LARGEST = 2**26
"""Bytes of an array."""


def read(path: Path, shape: tuple[int, ...]) -> Floats:
    """A picture of `shape` (height, width, 1 or 3), from 0 to 1: arrays as they are, other pictures whole, scaled to
    it on black; of a sheet that was written here the first picture.

    Raises:
        EngineError: there is no such file, or nothing in it that can be such a picture.
    """
    from engine.datasets.pictures import SUFFIXES

    path = path.expanduser()
    if not path.is_file():
        raise UsageError("No file", f"expected a picture to draw on, but there is no file {path}")
    if path.suffix in (".npy", ".npz"):
        return _from_arrays(path, shape)
    if path.suffix.lower() not in SUFFIXES:
        there = ", ".join((*SUFFIXES, ".npy", ".npz"))
        raise UsageError("No picture", f"expected a file that ends in one of {there}, got {path.name}")
    return _from_picture(path, shape)


def _from_picture(path: Path, shape: tuple[int, ...]) -> Floats:
    from aetui.render import sheet
    from engine.datasets.pictures import Fit, measured, picture

    height, width, channels = shape
    size = measured(path)
    found = None
    if sheet.may_be(size.height, size.width, height, width):
        whole = Fit(height=size.height, width=size.width, channels=channels, scale=False)
        found = sheet.first(picture(path, whole), height, width)
    if found is None:
        found = picture(path, Fit(height=height, width=width, channels=channels, way="pad", ground="black"))
    return found.astype(np.float32) / np.float32(255)


def _from_arrays(path: Path, shape: tuple[int, ...]) -> Floats:
    """The array called `ARRAY`, else the first that fits: one picture, or the first of several."""
    from engine.datasets.array_data import as_floats
    from engine.storage.npz import forms, read_npy, read_npz

    if path.suffix == ".npy":
        array = read_npy(path, LARGEST)
    else:
        there = forms(path)
        fitting = [name for name, form in there.items() if _fits(form.shape, form.dtype, shape)]
        chosen = ARRAY if ARRAY in fitting else next(iter(fitting), "")
        if not chosen:
            told = ", ".join(f"{name} {form.shape}" for name, form in there.items())
            raise UsageError("No picture", f"expected an array of {shape}, found {told or 'none'}")
        array = read_npz(path, lambda _: [chosen], LARGEST)[chosen]
    if not _fits(array.shape, array.dtype, shape):
        raise UsageError("No picture", f"expected an array of {shape}, found {array.shape} {array.dtype}")
    return as_floats(array.reshape(-1, *shape)[:1])[0]


def _fits(found: tuple[int, ...], dtype: np.dtype[Any], shape: tuple[int, ...]) -> bool:
    """Whether it is a picture of `shape`, or several, with or without the axis of a single channel."""
    flat = shape[:-1] if shape[-1] == 1 else shape
    of_pixels = dtype == np.uint8 or dtype.kind == "f"
    return (
        of_pixels
        and len(found) > 0
        and 0 not in found
        and any(found == each or found[1:] == each for each in (shape, flat))
    )
