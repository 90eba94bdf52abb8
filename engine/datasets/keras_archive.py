"""Reader for the Keras archive layout: x_train, y_train, x_test and y_test as .npy members of one .npz file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.datasets.data import Part
from engine.datasets.image_parts import LARGEST, part
from engine.storage.bounded import named
from engine.storage.npz import Malformed, read_npz

_ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def read(path: Path) -> tuple[Part, Part]:
    """Training and test part.

    Raises:
        BadData: the file is not such an archive, or it is broken.
    """

    def choose(there: Sequence[str]) -> Sequence[str]:
        if not set(_ARRAYS) <= set(there):
            raise Malformed(path, f"expected the arrays {', '.join(_ARRAYS)}, found {named(there)}")
        return _ARRAYS

    x_train, y_train, x_test, y_test = read_npz(path, choose, LARGEST).values()
    return part(x_train, y_train, path), part(x_test, y_test, path)
