"""Reader of Reuters-21578 as NLTK packs it: one file per news story, and cats.txt with the topics of each."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from engine.datasets.data import Report
from engine.errors import BadData
from engine.storage.bounded import ZIP_FAULTS, open_zip
from engine.text.document import Document

PARTS = ("training", "test")
"""The folders of stories; both are read: the topics are not what is learned."""

_ENCODING = "iso-8859-2"  # NLTK's choice for this corpus
_NAMES = ("reuters.zip", "reuters", "nltk_data/corpora/reuters.zip", "nltk_data/corpora/reuters")
_LARGEST = 2**28  # unpacked bytes; the published corpus has 9 million
_EVERY = 500  # stories between two reports
_DIGITS = 18  # of a story's number


def fingerprint(path: Path | None) -> str:
    """SHA-256 of the archive's bytes, or of the names, sizes and times of the unpacked files.

    Raises:
        BadData: there is no such corpus at `path`.
    """
    try:
        return _digest(_root(path))
    except OSError as error:
        raise BadData(path, f"expected stories that can be read, but: {error}") from error


def documents(path: Path | None, report: Report) -> Iterator[Document]:
    """The stories in the order of their numbers, the training part first; `path` is the archive or a folder of it.

    Raises:
        BadData: it is broken, or not in NLTK's layout.
    """
    root = _root(path)
    topics, room = _topics(root), _LARGEST
    if not topics:
        raise BadData(path, "expected stories named in cats.txt as training/9865 earn grain, found none")
    try:
        for done, (name, its_topics) in enumerate(topics.items()):
            if done % _EVERY == 0:
                report("reading the stories", done, len(topics))
            text = _text(root / name, room)
            room -= len(text)
            yield Document(name, text, its_topics)
    except ZIP_FAULTS as error:
        raise BadData(path, f"expected every story that cats.txt names, but {name} cannot be read ({error})") from error


def _digest(root: Path | zipfile.Path) -> str:
    if isinstance(root, zipfile.Path):
        with Path(root.root.filename or "").open("rb") as archive:
            return hashlib.file_digest(archive, "sha256").hexdigest()
    digest = hashlib.sha256()
    for file in sorted(_files(root)):
        status = (root / file).stat()
        digest.update(f"{file} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _root(path: Path | None) -> Path | zipfile.Path:
    """The folder with cats.txt, unpacked or inside an archive."""
    for place in _places(path):
        if place.is_dir() and (place / "cats.txt").is_file():
            return place
        if place.is_file():
            return _archive(place)
    raise BadData(path, "expected reuters.zip, or a folder with cats.txt, training/ and test/, as NLTK lays it out")


def _places(path: Path | None) -> Iterator[Path]:
    if path is not None:
        yield path
        yield from (path / name for name in _NAMES)


def _archive(file: Path) -> zipfile.Path:
    try:
        archive = open_zip(file)
    except ZIP_FAULTS as error:
        raise BadData(file, f"expected a whole .zip archive, found a broken one ({error})") from error
    if sum(member.file_size for member in archive.infolist()) > _LARGEST:
        raise BadData(file, f"expected at most {_LARGEST:,} bytes unpacked, found more")
    for root in (zipfile.Path(archive, "reuters/"), zipfile.Path(archive)):
        if (root / "cats.txt").exists():
            return root
    raise BadData(file, "expected reuters/cats.txt in the archive, found none")


def _files(root: Path) -> Iterator[str]:
    yield "cats.txt"
    for part in PARTS:
        yield from (f"{part}/{file.name}" for file in (root / part).glob("*"))


def _topics(root: Path | zipfile.Path) -> dict[str, tuple[str, ...]]:
    """For each story its topics, as in the line `training/9865 earn grain`."""
    try:
        lines = [line.split() for line in _text(root / "cats.txt", _LARGEST).splitlines()]
    except ZIP_FAULTS as error:
        raise BadData(
            root.parent, f"expected a list of stories in cats.txt, but it cannot be read ({error})"
        ) from error
    stories = {fields[0]: tuple(fields[1:]) for fields in lines if fields and _is_story(fields[0])}
    return dict(sorted(stories.items(), key=_place))


def _is_story(name: str) -> bool:
    part, _, number = name.partition("/")
    return part in PARTS and number.isdecimal() and len(number) <= _DIGITS


def _text(file: Path | zipfile.Path, room: int) -> str:
    """Of at most `room` bytes. Raises ValueError for more: a file may be a device, which ends nowhere."""
    with file.open(encoding=_ENCODING) as opened:
        text = opened.read(room + 1)
    if len(text) > room:
        raise ValueError(f"expected at most {_LARGEST:,} bytes of text, found more")
    return text


def _place(story: tuple[str, tuple[str, ...]]) -> tuple[int, int]:
    part, _, number = story[0].partition("/")
    return PARTS.index(part), int(number)
