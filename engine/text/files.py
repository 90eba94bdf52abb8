"""The files of the user's own text: which there are, what is in them, in which encoding."""

from __future__ import annotations

import codecs
import hashlib
import re
import shlex
from pathlib import Path

from engine.errors import BadData, UsageError
from engine.storage.bounded import read_bounded

LARGEST = 2**28
"""Bytes of text that are taken: reading, cutting and counting them takes some five times as much memory."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16", "utf-32")
"""Where each letter has bytes of zero."""
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def listed(path: Path | None) -> tuple[Path, list[Path]]:
    """The path itself and the files there, in alphabetical order; hidden ones are passed over.

    Raises:
        UsageError: no path, or nothing there.
        BadData: no files with anything in them, too much, or what may not be looked at.
    """
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


def fingerprint(path: Path | None, *rules: object) -> str:
    """SHA-256 over names and contents, and the rules that they are read by. Raises as `listed`."""
    root, files = listed(path)
    digest = hashlib.sha256("".join(f"{rule}\n" for rule in rules).encode())
    for file in files:
        content = _content(file)
        digest.update(f"{name_of(file, root)}\n{len(content)}\n".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def state(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the files there: changes when their contents may have. Raises as `listed`."""
    root, files = listed(path)
    stats = ((name_of(file, root), file.stat()) for file in files)
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def decoded(path: Path, encoding: str = "") -> str:
    """The text of a file, without the mark of its encoding.

    Raises:
        UsageError: there is no such encoding.
        BadData: it cannot be read, is too large, binary, or not in `encoding`, which is UTF-8 unless said or marked.
    """
    content = _content(path)
    told = _known(encoding) if encoding else "utf-8"
    marked = next((named for mark, named in _MARKS if content.startswith(mark)), "utf-8")
    used = marked if told == "utf-8" else told
    binary = _BINARY.search(content) if not used.startswith(_WIDE) else None
    if binary:
        fault = f"byte {binary.start():,} is {content[binary.start()]:#04x}, which no text has: a binary file"
        raise BadData(path, f"expected text, but {fault}; leave it out or extract its text")
    try:
        return content.decode(used)
    except UnicodeDecodeError as error:
        raise BadData(path, _undecodable(path, content, used, error, told=told != "utf-8")) from error
    except UnicodeError as error:
        raise BadData(path, f"expected {used} as told, but: {error}; name another encoding") from error


def name_of(file: Path, root: Path) -> str:
    """How a file below `root` is called in a corpus."""
    return file.name if file == root else file.relative_to(root).as_posix()


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, UnicodeError):
        known = "utf-8, utf-16, latin-1, cp1252, shift_jis, gb18030, big5, euc-kr, koi8-r"
        raise UsageError("Unknown encoding", f"{encoding!r} is no encoding of text; among those are {known}") from None


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


def _undecodable(file: Path, content: bytes, encoding: str, error: UnicodeDecodeError, *, told: bool) -> str:
    line = content.count(b"\n", 0, error.start) + 1
    at = f"byte {error.start:,} (line {line:,}) is {content[error.start]:#04x}"
    if told:
        return f"expected {encoding} as told, but {at}: {error.reason}; name another encoding"
    if not encoding.startswith("utf-8"):
        return f"expected {encoding.upper()} as its first bytes say, but {at}: {error.reason}; write it anew as UTF-8"
    anew = f"{file.stem}-utf8{file.suffix}"
    remedy = f"iconv -f LATIN1 -t UTF-8 {shlex.quote(str(file))} > {shlex.quote(anew)}"
    return f"expected UTF-8, but {at}; if it is Latin-1: {remedy}"
