"""Fetching into the cache: several mirrors, checksums, one process at a time, all or nothing."""

from __future__ import annotations

import fcntl
import logging
import math
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from engine.datasets.catalogue import DataSet, RemoteFile
from engine.datasets.data import Report, silence
from engine.datasets.places import cache_dir
from engine.errors import DataUnavailable

TIMEOUT = (10.0, 20.0)
"""Seconds that a mirror has to accept a connection, and to send the next bytes, before it is given up."""

_CHUNK = 2**16
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
        folder.parent.mkdir(parents=True, exist_ok=True)
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
    """Only one process at a time; the lock goes with the process, so none is left behind."""
    with path.open("a") as file:
        while not _taken(file.fileno()):
            report(f"waiting for another process to fetch {key}", 0, 0)  # which may say stop
            time.sleep(_PAUSE)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _replace(folder: Path, entry: DataSet, report: Report) -> None:
    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir()
        _download(part, entry, report)
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    size = sum(file.size for file in entry.files)
    report(f"fetched {entry.key}", size, size)


def _download(part: Path, entry: DataSet, report: Report) -> None:
    """All files into `part`: what one mirror has not, the next one is asked for."""
    import requests

    reasons = []
    for mirror in entry.mirrors:
        try:
            return _download_from(mirror, part, entry.files, report)
        except (requests.RequestException, ValueError) as error:
            reasons.append(f"{urlsplit(mirror).netloc}: {_in_brief(error)}")
    tried = "; ".join(reasons)
    raise DataUnavailable("No data", f"{entry.key} could not be downloaded ({tried}). {entry.remedy}")


def _download_from(mirror: str, part: Path, files: tuple[RemoteFile, ...], report: Report) -> None:
    import pooch

    pooch.get_logger().setLevel(logging.WARNING)  # else it writes every address over the screen
    progress = _Progress(report, sum(file.size for file in files))
    for file in files:
        progress.start(file)
        downloader = pooch.HTTPDownloader(
            progressbar=progress,
            chunk_size=_CHUNK,
            timeout=TIMEOUT,
            headers={"Accept-Encoding": "identity"},  # the bytes as stored: the checksum is of the packed file
        )
        # A file that an earlier mirror had whole is kept.
        pooch.retrieve(mirror + file.path, file.known_hash, file.name, part, downloader=downloader)


def _whole(folder: Path, files: tuple[RemoteFile, ...]) -> bool:
    import pooch

    paths = [folder / file.name for file in files]
    return all(
        path.is_file() and pooch.file_hash(str(path), file.algorithm) == file.known_hash.partition(":")[2]
        for path, file in zip(paths, files, strict=True)
    )


def _in_brief(error: Exception) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, requests.RequestException):
        return "broken off"
    return "wrong file (checksum or length)"


class _Progress:
    """pooch's progress bar protocol → `Report` over all files of a data set, ten times a second at most."""

    total = 0

    def __init__(self, report: Report, whole: int) -> None:
        self._report = report
        self._whole = whole
        self._before = 0
        self._done = 0
        self._file: RemoteFile | None = None
        self._reported = -math.inf

    def start(self, file: RemoteFile) -> None:
        self._before += self._file.size if self._file else 0
        self._file = file
        self._done = 0

    def update(self, count: int) -> None:
        assert self._file is not None, "start() comes first"
        self._done += count
        # pooch counts whole chunks, so the last one can overshoot; beyond that the mirror sends something else,
        # perhaps without end.
        if self._done > self._file.size + _CHUNK:
            raise ValueError(f"{self._file.name} is longer than {self._file.size:,} bytes")
        if time.monotonic() - self._reported >= _PAUSE:
            self._reported = time.monotonic()
            done = self._before + min(self._done, self._file.size)
            self._report(f"downloading {self._file.name}", done, self._whole)

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        """pooch says so after each file; the end of all is reported when they are in place."""
