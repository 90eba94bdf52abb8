"""Arrays from NumPy's .npy and .npz files: within limits, and never unpickled.

`numpy.load` takes a header at its word and makes room for whatever it claims; here there is room only for what the
file was seen to hold.
"""

from __future__ import annotations

import io
import math
import os
import struct
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from engine.errors import BadData
from engine.storage.bounded import open_zip, read_bounded
from engine.storage.file_rows import FileRows, Piece
from engine.storage.packed_rows import PackedRows
from engine.storage.rows import Array

LARGEST = 2**32
"""Bytes of arrays that are taken from one file unless the reader has a limit of its own."""

WHOLE = 2**28
"""Bytes of an array up to which `rows_of_npz` and `rows_of_npy` bring it to memory."""

_LAST_CHARACTER = 0x10FFFF

Choose = Callable[[Sequence[str]], Iterable[str]]
"""From the names of the arrays in an archive, in its order, to those that are read."""


class Malformed(BadData):
    """What a reader found wrong with a file: `fault` says what was expected and what came."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(path, fault)
        self.fault = fault


def read_npz(
    path: Path, choose: Choose, largest: int = LARGEST, content: bytes | None = None
) -> dict[str, NDArray[Any]]:
    """The arrays of the archive `path` that `choose` wants, read-only, `largest` bytes in all. Where the archive is a
    part of that file, it is its `content`.

    Raises:
        Malformed: it is not there, no such archive, broken, or a wanted array is too large or of no plain type.
    """
    arrays: dict[str, NDArray[Any]] = {}
    try:
        with open_zip(path if content is None else io.BytesIO(content)) as archive:
            for name in choose(_there(archive)):
                room = largest - sum(array.nbytes for array in arrays.values())
                with archive.open(f"{name}.npy") as member:
                    arrays[name] = _array(member, name, room, path)
    except BadData:
        raise
    except OSError as error:
        raise Malformed(path, f"{path.name} cannot be read ({error.strerror or error})") from error
    except Exception as error:
        # A damaged archive makes zipfile, zlib and numpy's header parser raise a dozen types between them.
        raise Malformed(path, f"expected a whole .npz archive, found a broken one ({error})") from error
    return arrays


class Form(NamedTuple):
    """What the head of an array says."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def forms(path: Path) -> dict[str, Form]:
    """Of each array in the archive `path`, by name, in its order; only heads are unpacked.

    Raises:
        Malformed: as `read_npz`.
    """
    try:
        with open_zip(path) as archive:
            found = {}
            for name in _there(archive):
                with archive.open(f"{name}.npy") as member:
                    shape, _, dtype = _header(member, name, path)
                    found[name] = Form(shape, dtype)
            return found
    except BadData:
        raise
    except OSError as error:
        raise Malformed(path, f"{path.name} cannot be read ({error.strerror or error})") from error
    except Exception as error:  # as in `read_npz`
        raise Malformed(path, f"expected a whole .npz archive, found a broken one ({error})") from error


def read_npy(path: Path, largest: int = LARGEST) -> NDArray[Any]:
    """The array of an .npy file, mapped and not read.

    Raises:
        Malformed: it is not there, no such file, shorter than it says, too large, or holds pickled objects.
    """
    try:
        with path.open("rb") as file:
            shape, fortran, dtype = _header(file, path.name, path)
            length = _length(shape, dtype, path.name, largest, path)
            found = os.fstat(file.fileno()).st_size - file.tell()
            if found < length:
                raise Malformed(path, f"expected {length:,} bytes for {shape} of {dtype}, found {found:,}")
            if not length:  # which cannot be mapped
                return np.empty(shape, dtype)
            return np.memmap(file, dtype, "r", file.tell(), shape, "F" if fortran else "C")
    except BadData:
        raise
    except OSError as error:
        raise Malformed(path, f"{path.name} cannot be read ({error.strerror or error})") from error
    except Exception as error:
        raise Malformed(path, f"expected a whole NumPy array file, found a broken one ({error})") from error


def rows_of_npz(path: Path, choose: Choose) -> Array:
    """The first array of the archive `path` that `choose` wants: in memory if it is small; a large one stays there, as
    it is where it is not packed, else it is unpacked on the way (see `engine.storage.packed_rows`). No other is read.

    Raises:
        Malformed: as `read_npz`; a large array is not held against its checksum before it was read to its end.
    """
    try:
        with open_zip(path) as archive:
            name = next(iter(choose(_there(archive))))
            info = archive.getinfo(f"{name}.npy")
            with archive.open(info) as member:
                shape, fortran, dtype = _header(member, name, path)
                begin = member.tell()
    except BadData:
        raise
    except OSError as error:
        raise Malformed(path, f"{path.name} cannot be read ({error.strerror or error})") from error
    except Exception as error:  # as in `read_npz`
        raise Malformed(path, f"expected a whole .npz archive, found a broken one ({error})") from error
    length = _length(shape, dtype, name, info.file_size, path)
    if length <= WHOLE or fortran or not shape or dtype.kind not in "biuf":
        return read_npz(path, lambda _: [name])[name]
    if begin + length != info.file_size:
        raise Malformed(path, f"expected {length:,} bytes in {name} {shape}, found {info.file_size - begin:,}")
    if info.compress_type == ZIP_STORED and not info.flag_bits & 1:
        return FileRows([Piece(path, _place(path, info) + begin, shape[0])], shape[1:], dtype)
    return PackedRows(path, info.filename, begin, shape, dtype)


def rows_of_npy(path: Path) -> Array:
    """The array of an .npy file: in memory if it is small; a large one stays there.

    Raises:
        Malformed: as `read_npy`.
    """
    found = read_npy(path, 2**62)  # which is mapped: its header is held against the file
    if found.nbytes <= WHOLE or not isinstance(found, np.memmap):
        return np.array(found, order="K")
    if not found.flags.c_contiguous:
        return found
    return FileRows([Piece(path, int(found.offset), len(found))], found.shape[1:], found.dtype)


def _there(archive: ZipFile) -> list[str]:
    return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]


def _place(path: Path, info: ZipInfo) -> int:
    """Where in the archive a member that is not packed begins: behind a head of its own, of 30 bytes, its name and
    more (APPNOTE 4.3.7)."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        head = file.read(30)
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise Malformed(path, f"expected a whole .npz archive, found a broken one ({info.filename})")
        name, more = struct.unpack("<HH", head[26:])
        return info.header_offset + 30 + int(name) + int(more)


def _array(member: IO[bytes], name: str, room: int, path: Path) -> NDArray[Any]:
    shape, fortran, dtype = _header(member, name, path)
    length = _length(shape, dtype, name, room, path)
    found = read_bounded(member, length)
    if len(found) != length:
        came = "more" if len(found) > length else f"{len(found):,}"
        raise Malformed(path, f"expected {length:,} bytes in {name} {shape}, found {came}")
    if dtype.kind == "U" and not _is_text(np.frombuffer(found, np.dtype(np.uint32).newbyteorder(dtype.byteorder))):
        raise Malformed(path, f"expected text in {name}, found numbers that stand for no character")
    return np.frombuffer(found, dtype).reshape(shape, order="F" if fortran else "C")


def _length(shape: tuple[int, ...], dtype: np.dtype[Any], name: str, room: int, path: Path) -> int:
    """Of such an array, in bytes."""
    length = math.prod(shape) * dtype.itemsize
    if dtype.kind not in "biufU" or min(shape, default=0) < 0:
        raise Malformed(path, f"expected numbers or text, no pickled objects, in {name}, found {shape} of {dtype}")
    if length > room:
        raise Malformed(path, f"expected at most {room:,} bytes in {name}, found a header that promises {length:,}")
    return length


def _header(member: IO[bytes], name: str, path: Path) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(member)
    if version == (1, 0):
        return npy.read_array_header_1_0(member)
    if version == (2, 0):
        return npy.read_array_header_2_0(member)
    raise Malformed(path, f"expected {name} in version 1.0 or 2.0 of the .npy format, found {version}")


def _is_text(codes: NDArray[np.uint32]) -> bool:
    """Whether each is the number of a character: NumPy fails on others only when they are looked at."""
    return not ((codes > _LAST_CHARACTER) | (codes >> 11 == 0xD800 >> 11)).any()
