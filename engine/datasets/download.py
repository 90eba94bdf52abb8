"""Fetching into the cache: several mirrors, checksums, one process at a time, all or nothing."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from engine.datasets.catalogue import DataSet, RemoteFile
from engine.datasets.data import Report, silence
from engine.datasets.folders import cache_dir
from engine.errors import DataUnavailable
from engine.runs.every import Every
from engine.storage.atomic import make_folder
from engine.storage.transport import CHUNK, answer, in_brief

_PAUSE = 0.1


def into_cache(entry: DataSet, report: Report | None = None) -> Path:
    """The folder in the cache with all files of `entry`, downloaded unless they are there with the right checksums.

    Files arrive in `<key>.part`, which is renamed when all are whole and removed whatever happens; what a killed
    process left of it is removed by the next one.

    Raises:
        DataUnavailable: no mirror has them all, or the cache cannot be written.
    """
    folder = cache_dir() / entry.key
    report = report or silence
    try:
        make_folder(folder.parent)
        with locked(folder.with_suffix(".lock"), entry.key, report):
            if not _whole(folder, entry.files):
                _replace(folder, entry, report)
    except OSError as error:
        raise DataUnavailable(
            "No data", f"{entry.key} cannot be stored in {folder}: {error.strerror or error}. {entry.remedy}"
        ) from error
    return folder


@contextmanager
def locked(path: Path, key: str, report: Report) -> Iterator[None]:
    """Only one process at a time. The lock goes with the process; its file is removed, if not by a process that is
    killed, by the next one."""
    while (descriptor := _taken(path)) is None:
        report(f"waiting for another process to fetch {key}", 0, 0)  # which may say stop
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()  # while it is still locked: nobody else can have taken it
        os.close(descriptor)


def _taken(path: Path) -> int | None:
    """The descriptor of the file at `path`, locked; None while another process has it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except FileNotFoundError:
            pass
        os.close(descriptor)  # whoever had it has removed it since it was opened: it locks nothing


def _replace(folder: Path, entry: DataSet, report: Report) -> None:
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        make_folder(part)
        _download(part, entry, report)
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    size = sum(file.size for file in entry.files)
    report(f"fetched {entry.key}", size, size, "B")


def _download(part: Path, entry: DataSet, report: Report) -> None:
    """All files into `part`: what one mirror has not, the next one is asked for."""
    import requests

    reasons = []
    for mirror in entry.mirrors:
        try:
            return _download_from(mirror, part, entry.files, report)
        except (requests.RequestException, ValueError) as error:
            reasons.append(f"{urlsplit(mirror).netloc}: {in_brief(error)}")
    tried = "; ".join(reasons)
    raise DataUnavailable("No data", f"{entry.key} could not be downloaded ({tried}). {entry.remedy}")


def _download_from(mirror: str, part: Path, files: tuple[RemoteFile, ...], report: Report) -> None:
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)  # else it writes every address over the screen
    transfer = _Transfer(report, sum(file.size for file in files))
    for file in files:
        # A file that an earlier mirror had whole is kept; a new one takes its name when its checksum is right.
        pooch.retrieve(
            mirror + file.path, file.known_hash, file.name, part, downloader=partial(transfer.write, file.size)
        )


def _whole(folder: Path, files: tuple[RemoteFile, ...]) -> bool:
    import pooch

    paths = [folder / file.name for file in files]
    return all(
        path.is_file() and pooch.file_hash(str(path), file.algorithm) == file.known_hash.partition(":")[2]
        for path, file in zip(paths, files, strict=True)
    )


class _Transfer:
    """Takes the files of a data set one after the other, and tells how far it is: ten times a second at most."""

    def __init__(self, report: Report, whole: int) -> None:
        self._report = report
        self._whole = whole
        self._before = 0
        self._due = Every(_PAUSE)

    def write(self, size: int, address: str, path: str, pooch: object) -> None:
        """What is at `address` into `path`; pooch calls it, and then looks at the checksum.

        Raises:
            requests.RequestException: it is not to be had.
            ValueError: more comes than `size` bytes, perhaps without end.
        """
        del pooch
        with answer(address) as response, Path(path).open("wb") as file:
            for chunk in response.iter_content(CHUNK):
                file.write(chunk)
                if file.tell() > size:
                    raise ValueError(f"{address} is longer than {size:,} bytes")
                self._tell(address, self._before + file.tell())
        self._before += size

    def _tell(self, address: str, done: int) -> None:
        if self._due():
            self._report(f"downloading {address.rpartition('/')[2]}", done, self._whole, "B")
