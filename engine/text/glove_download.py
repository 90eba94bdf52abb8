"""GloVe's archive, 862 MB, into the cache; a download that breaks off goes on where it stopped."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from engine.datasets.data import Report, silence
from engine.datasets.download import locked
from engine.errors import DataUnavailable
from engine.runs.every import Every
from engine.storage.atomic import make_folder, opener
from engine.storage.transport import CHUNK, answer, in_brief
from engine.text import glove

if TYPE_CHECKING:
    from requests import Response

_PAUSE = 0.1
_ATTEMPTS = 5
"""How often a mirror is asked for the rest, as long as each time brings some of it."""


class _WrongFileError(Exception):
    """The mirror sends something else; says what."""


def fetch(cache: Path, report: Report | None = None) -> Path:
    """`<cache>/glove/glove.6B.zip`, downloaded unless it is there with the right checksum.

    What arrived of it is kept as `.part` whatever happens, and the next call goes on from there.

    Raises:
        DataUnavailable: no mirror has it, or the cache cannot take it.
    """
    path = cache / "glove" / glove.ARCHIVE
    report = report or silence
    try:
        make_folder(path.parent)
        with locked(path.with_suffix(".lock"), "glove", report):
            if not (path.is_file() and path.stat().st_size == glove.SIZE and _checksum(path, report) == glove.SHA256):
                _download(path, report)
    except OSError as error:
        raise DataUnavailable(
            "No data", f"{path} cannot be stored: {error.strerror or error}. {glove.remedy()}"
        ) from error
    report(f"fetched {path.name}", glove.SIZE, glove.SIZE, "B")
    return path


def _download(path: Path, report: Report) -> None:
    part = path.with_suffix(".part")
    reasons = []
    if _size(part) > glove.SIZE:
        part.unlink()
    for mirror in glove.MIRRORS:
        try:
            return _download_from(mirror, path, part, report)
        except _WrongFileError as error:
            reasons.append(f"{urlsplit(mirror).netloc}: {error}")
    kept = (
        f" {_size(part):,} bytes of {glove.SIZE:,} are kept: the same again goes on from there." if _size(part) else ""
    )
    raise DataUnavailable(
        "No data", f"{glove.ARCHIVE} could not be downloaded ({'; '.join(reasons)}).{kept} {glove.remedy()}"
    )


def _download_from(mirror: str, path: Path, part: Path, report: Report) -> None:
    reason = ""
    for _ in range(_ATTEMPTS):
        before = _size(part)
        if before < glove.SIZE:
            reason = _attempt(mirror + path.name, part, report)
        if _size(part) == glove.SIZE:
            return _settle(path, part, report)
        if _size(part) <= before:
            break
    raise _WrongFileError(reason)


def _attempt(address: str, part: Path, report: Report) -> str:
    """Append to `part` what comes; returns, in words, why it broke off."""
    import requests

    start = _size(part)
    _make_room(part, glove.SIZE - start)
    try:
        with answer(address, start) as response:
            start = _start(response, start)
            with open(part, "r+b" if start else "wb", opener=opener) as file:
                file.seek(start)
                _append(response, file, report)
    except requests.RequestException as error:
        return in_brief(error)
    return "the file is too short"


def _start(response: Response, wanted: int) -> int:
    """Where the bytes that come belong: `wanted`, or 0 where a server knows no ranges."""
    if response.status_code not in (200, 206):
        raise _WrongFileError(f"HTTP {response.status_code}")
    start = wanted if response.status_code == 206 else 0
    expected = f"bytes {start}-{glove.SIZE - 1}/{glove.SIZE}"
    came = response.headers.get("Content-Range", "")
    if start and came != expected:
        raise _WrongFileError(f"expected {expected}, got {came or 'an unnamed range'}")
    length = response.headers.get("Content-Length", "an unnamed number")
    if length != str(glove.SIZE - start):  # said before a byte of it replaces what is kept
        raise _WrongFileError(f"expected {glove.SIZE - start} bytes, got {length}")
    return start


def _append(response: Response, file: BinaryIO, report: Report) -> None:
    due = Every(_PAUSE)
    for chunk in response.iter_content(CHUNK):
        if file.tell() + len(chunk) > glove.SIZE:
            raise _WrongFileError(f"it is longer than {glove.SIZE:,} bytes")
        file.write(chunk)
        if due():
            report(f"downloading {glove.ARCHIVE}", file.tell(), glove.SIZE, "B")


def _settle(path: Path, part: Path, report: Report) -> None:
    if _checksum(part, report) != glove.SHA256:
        part.unlink()
        raise _WrongFileError("wrong checksum; what came is removed")
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def _checksum(path: Path, report: Report) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**24):
            digest.update(block)
            report(f"checking {path.name}", file.tell(), glove.SIZE, "B")
    return digest.hexdigest()


def _make_room(part: Path, size: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < size:
        raise OSError(f"{size:,} bytes are still to come and the disk has {free:,} left")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
