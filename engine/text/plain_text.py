"""Reader of the user's own text: a file, or a folder with files in it."""

from __future__ import annotations

import codecs
import hashlib
import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, pairwise
from pathlib import Path

from engine.datasets.data import Report
from engine.datasets.text_format import TextFormat
from engine.errors import BadData, UsageError
from engine.storage.bounded import read_bounded
from engine.text.document import Document, Layout
from engine.text.layout import END, VERSION, guessed
from engine.text.tokeniser import without_controls
from engine.text.tokenising import BATCH

LARGEST = 2**28
"""Bytes of text that are taken: reading, cutting and counting them takes some ten times as much memory."""

LONGEST_LINE = BATCH
"""Characters in which no sentence ends; of more the tokeniser would make sentences that nobody wrote."""

_TEXT = (".txt", ".md", ".rst", ".text")
"""A file with such a name has to be text; of the others in a folder those that are not are passed over."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def fingerprint(path: Path | None) -> str:
    """SHA-256 over names and contents, and the rules that they are read by.

    Raises:
        UsageError: no path, or nothing there.
        BadData: no files, too much of them, or one that cannot be read.
    """
    root, files = _files(path)
    digest = hashlib.sha256(f"{VERSION}\n".encode())
    for file in files:
        content = _content(file)
        digest.update(f"{_name(file, root)}\n{len(content)}\n".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def documents(path: Path | None, report: Report, text_format: TextFormat = "") -> Iterator[Document]:
    """A document for each file, with one sentence a line or one paragraph a line, as `text_format` says, else guessed.

    Raises:
        UsageError: no path, or nothing there.
        BadData: no text, no UTF-8 or marked UTF-16, or a line without end.
    """
    root, files = _files(path)
    for done, file in enumerate(files):
        report(f"reading {without_controls(file.name)}", done, len(files))
        try:
            document = _document(file, root, text_format)
        except BadData:
            if file == root or file.suffix.lower() in _TEXT:
                raise
            continue
        yield document


def decoded(path: Path) -> str:
    """The text of a file, without the mark of its encoding.

    Raises:
        BadData: it cannot be read, is too large, binary, or neither UTF-8 nor marked as UTF-16 or UTF-32.
    """
    content = _content(path)
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "utf-8")
    binary = _BINARY.search(content) if encoding.startswith("utf-8") else None
    if binary:
        fault = f"byte {binary.start():,} is {content[binary.start()]:#04x}, which no text has: a binary file"
        raise BadData(path, f"expected text, but {fault}; leave it out or extract its text")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadData(path, _undecodable(path, content, encoding, error)) from error


def _document(file: Path, root: Path, text_format: TextFormat) -> Document:
    lines = [line.strip() for line in decoded(file).splitlines()]
    for number, line in enumerate(lines, 1):
        endless = _endless(line) if len(line) > LONGEST_LINE else 0
        if endless > LONGEST_LINE:
            fault = f"line {number:,} has {endless:,} in which none ends"
            remedy = "break it into lines or sentences"
            raise BadData(file, f"expected sentences of at most {LONGEST_LINE:,} characters, but {fault}; {remedy}")
    found, how = _layout(lines, text_format), "as told" if text_format else "as guessed"
    if found == "lines":
        return Document(_name(file, root), "\n".join(lines), layout="lines", reading=how)
    if found == "paragraphs":
        return Document(_name(file, root), "\n".join(lines), layout="paragraphs", reading=f"prose {how}")
    joined = (" ".join(group) for filled, group in groupby(lines, key=bool) if filled)
    return Document(
        _name(file, root), "\n".join(joined), layout="paragraphs", reading=f"prose {how}, its broken lines joined"
    )


def _layout(lines: Sequence[str], text_format: TextFormat) -> Layout:
    """Of prose, too, it is guessed whether its lines are broken."""
    if text_format == "lines":
        return "lines"
    found = guessed(lines)
    return "paragraphs" if text_format == "prose" and found == "lines" else found


def _endless(line: str) -> int:
    """The most characters from the end of one sentence to the end of the next."""
    ends = chain([0], (end.end() for end in END.finditer(line)), [len(line)])
    return max(end - begin for begin, end in pairwise(ends))


def _files(path: Path | None) -> tuple[Path, list[Path]]:
    """The path itself and the files there, in alphabetical order; hidden ones are passed over."""
    if path is None:
        raise UsageError("No text", "the corpus `text` is your own: name a text file or a folder of them")
    try:
        files = _inside(path)
        size = sum(file.stat().st_size for file in files)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not size:
        found = "no files with anything in them" if path.is_dir() else "nothing"
        raise BadData(path, f"expected text, found {found}; give at least 20 sentences")
    if size > LARGEST:
        raise _too_much(path, f"{size:,}")
    return path, files


def _inside(path: Path) -> list[Path]:
    if not path.exists():
        raise UsageError("No text", f"{path} does not exist; name a text file or a folder of them")
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file() and not _hidden(file.relative_to(path)))
    if path.is_file():
        return [path]
    raise UsageError("No text", f"{path} is neither a file nor a folder; name a text file or a folder of them")


def _hidden(inside: Path) -> bool:
    return any(part.startswith(".") for part in inside.parts)


def _name(file: Path, root: Path) -> str:
    return file.name if file == root else file.relative_to(root).as_posix()


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            found = read_bounded(opened, LARGEST)  # a pipe or a device has no size that could be asked for before
    except OSError as error:
        raise _unreadable(file, error) from error
    if len(found) > LARGEST:
        raise _too_much(file, "more")
    return bytes(found)


def _unreadable(path: Path, error: OSError) -> BadData:
    remedy = "change its permissions, or leave it out" if isinstance(error, PermissionError) else "name another file"
    return BadData(path, f"expected text, but it cannot be read ({error.strerror or error}); {remedy}")


def _too_much(path: Path, found: str) -> BadData:
    return BadData(path, f"expected at most {LARGEST:,} bytes of text, found {found}; name a part of it")


def _undecodable(file: Path, content: bytes, encoding: str, error: UnicodeDecodeError) -> str:
    line = content.count(b"\n", 0, error.start) + 1
    at = f"byte {error.start:,} (line {line:,}) is {content[error.start]:#04x}"
    if not encoding.startswith("utf-8"):
        return f"expected {encoding.upper()} as its first bytes say, but {at}: {error.reason}; write it anew as UTF-8"
    anew = f"{file.stem}-utf8{file.suffix}"
    remedy = f"iconv -f LATIN1 -t UTF-8 {shlex.quote(str(file))} > {shlex.quote(anew)}"
    return f"expected UTF-8, but {at}; if it is Latin-1: {remedy}"
