"""Hostile input as hypothesis strategies: valid content damaged, and structures with impossible values in them."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
from hypothesis import strategies as st

NUMBERS = (0, 1, -1, 2, 3, 255, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**63, 2**64, 10**30)
_WORDS = tuple(number.to_bytes(size, order) for number in (0, 1, 0x7F, 0xFF) for size in (1,) for order in ("big",))
_LONG = tuple(
    number.to_bytes(size, order)
    for size in (2, 4, 8)
    for number in (0, 1, 2 ** (8 * size - 1) - 1, 2 ** (8 * size - 1), 2 ** (8 * size) - 1)
    for order in ("big", "little")
)
_DEEP = 20_000


class Content(bytes):
    """Of a file; a report of a fault has room for its beginning."""

    def __repr__(self) -> str:
        return f"{bytes(self[:300])!r}… ({len(self):,} bytes)"


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> Content:
    """`whole` with up to four faults in it: bits turned over, lengths changed, pieces lost, doubled or in other order.

    Now and then `whole` itself, or something else altogether.
    """
    content = bytearray(whole if draw(st.integers(0, 15)) else draw(st.binary(max_size=200)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        _harm(content, draw(st.integers(0, 6)), at, draw(st.integers(1, 64)), draw)
    return Content(content)


def _harm(content: bytearray, kind: int, at: int, length: int, draw: st.DrawFn) -> None:
    piece = content[at : at + length]
    match kind:
        case 0:
            content[at : at + 1] = bytes(byte ^ (1 << length % 8) for byte in piece[:1])
        case 1:
            number = draw(st.sampled_from(_WORDS + _LONG))
            content[at : at + len(number)] = number
        case 2:
            del content[at : at + length]
        case 3:
            del content[at:]
        case 4:
            content[at:at] = piece * draw(st.sampled_from((1, 1, 2, 500)))
        case 5:
            del content[at : at + length]
            content[len(content) // 2 : len(content) // 2] = piece
        case 6:
            content[at:at] = draw(st.binary(max_size=40))


_DTYPES = ("|u1", "<f4", "<f8", "<f2", ">f4", "<i8", ">i4", "<u8", "|b1", "|O", "|V4", "<U3", ">U2", "<U0", "|S4")
_DTYPES += ("<c8", "<M8[s]", "<f16", "|V0", "[('a', '<f4')]", "('<f4', (2**40,))", "x", "", "<f3", "|u1" * 50)
_HEADERS = (
    "{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape}, }}",
    "{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}}}",
    "{{'descr': {descr!r}, 'shape': {shape}}}",
    "{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape}, 'more': " + "(" * 150 + ")" * 150 + "}}",
    "-" * 9_000 + "1",
    "[" * 1_000,
    "__import__('os').getcwd()",
    "\x00",
)


@st.composite
def npy(draw: st.DrawFn, array: np.ndarray) -> bytes:
    """`array` as an .npy file whose header lies, or whose bytes are damaged."""
    if not draw(st.integers(0, 3)):
        return draw(damaged(whole_npy(array)))
    shapes = st.lists(st.sampled_from(NUMBERS), max_size=5).map(tuple) | st.just(array.shape)
    header = draw(st.sampled_from(_HEADERS[:2] * 6 + _HEADERS)).format(
        descr=draw(st.sampled_from(_DTYPES) | st.just(array.dtype.str)),
        fortran=draw(st.sampled_from(("False", "True", "2"))),
        shape=draw(
            shapes | st.permutations(array.shape).map(tuple) | st.sampled_from(("5", "(True,)", "(1.5,)", "()"))
        ),
    )
    version = draw(st.sampled_from(((1, 0), (1, 0), (2, 0), (3, 0), (9, 9))))
    length = len(header).to_bytes(2 if version == (1, 0) else 4, "little")
    body = draw(st.sampled_from((array.tobytes(), array.tobytes()[:-1], array.tobytes() * 2, b"", b"\xff" * 100)))
    return b"\x93NUMPY" + bytes(version) + length + header.encode() + body


def claiming(shape: tuple[int, ...], dtype: str = "|u1") -> bytes:
    """An .npy file that claims to hold an array, and holds nothing."""
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}}}".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


def whole_npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@st.composite
def npz(draw: st.DrawFn, arrays: Mapping[str, np.ndarray]) -> bytes:
    """`arrays` as an archive in which some are damaged, of another type or shape, missing, or there twice."""
    members = {f"{name}.npy": whole_npy(array) for name, array in arrays.items()}
    for name in draw(st.lists(st.sampled_from(sorted(arrays)), max_size=2)):
        array = draw(st.just(arrays[name]) | other_arrays(arrays[name]))
        members[f"{name}.npy"] = draw(npy(array)) if draw(st.booleans()) else whole_npy(array)
    return draw(zipped(members))


def other_arrays(array: np.ndarray) -> st.SearchStrategy[np.ndarray]:
    """What could stand in the place of `array` but should not."""
    flat = array.reshape(-1)
    others = [flat, array[None], array[..., None], array[:0], array[:1], flat[:0], np.array(flat[:1]), array.T]
    others += [np.full(array.shape, value) for value in (np.nan, np.inf, -np.inf, -1, 2**31, 2**62, 1e300, 1e-320)]
    others += [np.full(array.shape, text) for text in ("", "\x1b[31m\x07", "a" * 300, "\u202e\U0010ffff")]
    others += [
        array.astype(kind, casting="unsafe") for kind in (">f8", "f2", "i1", "u8", "?") if array.dtype.kind != "U"
    ]
    return st.sampled_from(others)


def lzma_bomb(name: str, content: bytes) -> bytes:
    """A small archive that says that unpacking it takes 4 GiB."""
    packed = bytearray(whole_zip({name: content}, zipfile.ZIP_LZMA))
    size = packed.index(b"\x05\x00]") + 3
    packed[size : size + 4] = b"\xff" * 4
    return bytes(packed)


_NAMES = ("../../evil", "/etc/passwd", "\x1b[2J.npy", "..", "a" * 5_000 + ".npy", ".npy", "glove.txt/")


@st.composite
def zipped(draw: st.DrawFn, members: Mapping[str, bytes]) -> bytes:
    """A zip archive of `members`, packed in some way, some of them lost or doubled or called otherwise, or damaged."""
    packing = draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA)))
    fates = {name: draw(st.integers(0, 40)) for name in members}
    odd = {name: draw(st.sampled_from(_NAMES)) if fate == 40 else name for name, fate in fates.items()}
    content = whole_zip({odd[name]: content for name, content in members.items() if fates[name]}, packing)
    return draw(damaged(content)) if draw(st.booleans()) else content


def whole_zip(members: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


_DEEP_LIST: list[Any] = []
for _ in range(100):
    _DEEP_LIST = [_DEEP_LIST]
VALUES = (
    *(None, True, False, *NUMBERS, -(2**63), -(10**30), 0.5, -1.5, 1e300, -1e300, 5e-324, math.nan, math.inf),
    *("", "x", "\x1b[31m\x07", "\ud800", "\u202e", "a" * 10_000, "../../..", "last", "9" * 5_000),
    *([], {}, [[]], {"loss": None}, {"": ""}, _DEEP_LIST, [1] * 1_000),
)


@st.composite
def changed(draw: st.DrawFn, whole: Any, most: int = 3) -> Any:
    """`whole`, made of dictionaries and lists, with up to `most` values in it replaced, lost, added or doubled."""
    changing = deepcopy(whole)
    for _ in range(draw(st.integers(0, most))):
        box = changing
        while box:
            keys = sorted(box) if isinstance(box, dict) else range(len(box))
            key = draw(st.sampled_from(keys))
            if isinstance(box[key], dict | list) and box[key] and draw(st.booleans()):
                box = box[key]
                continue
            _replace(box, key, draw)
            break
    return changing


def _replace(box: Any, key: Any, draw: st.DrawFn) -> None:
    match draw(st.integers(0, 9)):
        case 0:
            del box[key]
        case 1 if isinstance(box, dict):
            box[draw(st.sampled_from(("new", "", "\x1b", "type", "id")))] = deepcopy(draw(st.sampled_from(VALUES)))
        case 1:
            box.append(box[key])
        case _:
            box[key] = deepcopy(draw(st.sampled_from(VALUES)))


@st.composite
def json_text(draw: st.DrawFn, whole: Any) -> Content:
    """`whole` as JSON, changed; damaged or nested deeply now and then."""
    text = json.dumps(draw(changed(whole)), ensure_ascii=draw(st.booleans())).encode(errors="surrogatepass")
    match draw(st.integers(0, 9)):
        case 0:
            return draw(damaged(text))
        case 1:
            text = text[:-1] + b', "deep": ' + b"[" * _DEEP + b"]" * _DEEP + b"}"
        case 2:
            text = text.replace(b"1", b"1" * draw(st.sampled_from((19, 400, 5_000))), 1)
    return Content(text)
