"""Reader for the Keras archive layout: x_train, y_train, x_test and y_test as .npy members of one .npz file."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.datasets.data import Part
from engine.datasets.image_parts import LARGEST, Malformed, part


def read(path: Path) -> tuple[Part, Part]:
    """Training and test part.

    The members are read here and not by `numpy.load`, which takes a member's header at its word and allocates
    whatever it claims. Nothing is ever unpickled.

    Raises:
        BadData: the file is not such an archive, or it is broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = [_array(archive, name, path) for name in ("x_train", "y_train", "x_test", "y_test")]
    except Malformed:
        raise
    except Exception as error:
        # A damaged archive makes zipfile, zlib and numpy's header parser raise a dozen types between them.
        raise Malformed(path, f"expected a whole .npz archive, found a broken one ({error})") from error
    x_train, y_train, x_test, y_test = arrays
    return part(x_train, y_train, path), part(x_test, y_test, path)


def _array(archive: zipfile.ZipFile, name: str, path: Path) -> NDArray[Any]:
    try:
        member = archive.open(f"{name}.npy")
    except KeyError:
        found = ", ".join(archive.namelist()[:8]) or "nothing"
        raise Malformed(path, f"expected the arrays x_train, y_train, x_test, y_test, found {found}") from None
    with member:
        shape, fortran, dtype = _header(member, name, path)
        length = math.prod(shape) * dtype.itemsize
        if dtype.kind not in "iu" or min(shape, default=0) < 0 or length > LARGEST:
            raise Malformed(path, f"expected {name} of bytes or whole numbers, found {shape} of {dtype}")
        content = member.read(length + 1)
    if len(content) != length:
        found = "more" if len(content) > length else f"{len(content):,}"
        raise Malformed(path, f"expected {length:,} bytes in {name} {shape}, found {found}")
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")


def _header(member: IO[bytes], name: str, path: Path) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(member)
    if version == (1, 0):
        return npy.read_array_header_1_0(member)
    if version == (2, 0):
        return npy.read_array_header_2_0(member)
    raise Malformed(path, f"expected {name} in version 1.0 or 2.0 of the .npy format, found {version}")
