"""Reader for IDX, the format of the MNIST files: big-endian header, then the bytes; plain or gzip.

Header: two zero bytes, the type of the numbers (08: unsigned byte), the number of dimensions, then each
dimension as four bytes.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Part
from engine.datasets.image_parts import LARGEST, part
from engine.storage.bounded import read_bounded
from engine.storage.npz import Malformed

_UNSIGNED_BYTE = 0x08


def read(folder: Path) -> tuple[Part, Part]:
    """Training and test part from the four files of `folder`, called as MNIST's are, each with or without `.gz`.

    Raises:
        BadData: a file is missing, broken, truncated or too long.
    """
    return _part(folder, "train"), _part(folder, "t10k")


def read_array(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """The array of one file, read-only, with as many `dimensions` as asked for.

    Raises:
        BadData: the file is not that, or its length is not what its header says.
    """
    try:
        with _opened(path) as stream:
            shape = _shape(stream, dimensions, path)
            found = read_bounded(stream, math.prod(shape))
    except (OSError, EOFError, zlib.error) as error:
        raise Malformed(path, f"expected a whole IDX file, found a broken one ({error})") from error
    if len(found) != math.prod(shape):
        came = "more" if len(found) > math.prod(shape) else f"{len(found):,}"
        raise Malformed(path, f"expected {math.prod(shape):,} bytes after the header {shape}, found {came}")
    return np.frombuffer(found, np.uint8).reshape(shape)


def _part(folder: Path, prefix: str) -> Part:
    images = _file(folder, f"{prefix}-images-idx3-ubyte")
    labels = _file(folder, f"{prefix}-labels-idx1-ubyte")
    return part(read_array(images, 3), read_array(labels, 1), images)


def _file(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.gz", folder / name):
        if path.exists():
            return path
    raise Malformed(folder, f"expected {name}.gz (or {name}) in this folder, found neither")


def _opened(path: Path) -> BufferedIOBase:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")


def _shape(stream: BufferedIOBase, dimensions: int, path: Path) -> tuple[int, ...]:
    header = stream.read(4 + 4 * dimensions)
    magic = struct.pack(">HBB", 0, _UNSIGNED_BYTE, dimensions)
    if not header.startswith(magic):
        raise Malformed(path, f"expected the IDX header {magic.hex()}, found {header[:4].hex() or 'nothing'}")
    if len(header) < 4 + 4 * dimensions:
        raise Malformed(path, f"expected a header of {4 + 4 * dimensions} bytes, found {len(header)}")
    shape = struct.unpack(f">{dimensions}I", header[4:])
    if math.prod(shape) > LARGEST:
        raise Malformed(path, f"expected at most {LARGEST:,} bytes, found a header that promises {shape}")
    return shape
