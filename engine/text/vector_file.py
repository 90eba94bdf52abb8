"""Word vectors in GloVe's text format: a word and its numbers on each line, parted by blanks; plain or in a zip."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from engine.datasets.data import Report
from engine.errors import BadData
from engine.storage.bounded import ZIP_FAULTS, named, open_zip
from engine.text.tokeniser import without_controls

_LONGEST = 2**20
"""Bytes of a line beyond which it is taken for endless; 300 numbers take about 3,000."""

_LARGEST = 2**34
"""Bytes of unpacked text that are read of a zip; the largest vectors of GloVe's take 6e9."""

_MOST_NUMBERS = 2**12
"""Of a word; GloVe's largest vectors have 300, and the vocabulary's are held in memory together."""

_STEP = 2**22
"""Bytes between two reports."""

_EXPECTED = "expected text, a word and its numbers on each line"
_REMEDY = "give a file in GloVe's text format, or set vectors to corpus"
_MAXIMUM = float(np.finfo(np.float32).max)
_NUMBER_BYTES = b"0123456789+-.eE "
_DIGITS = 18
"""Of a header's number that are read: Python takes no more than 4,300, and fewer are too large as well."""


class VectorFile(NamedTuple):
    """A file of vectors: plain text, or `member` of a zip; `member` None stands for the only one in it."""

    path: Path
    member: str | None = None

    @property
    def packed(self) -> bool:
        """Whether it is a zip, by its name."""
        return self.path.suffix.lower() == ".zip"

    def rows(self, words: Sequence[str], report: Report) -> NDArray[np.float32]:
        """(words, numbers): the vector of each of `words`, zeros where the file has none; the first one counts.

        The file is read line by line and only these rows are kept.

        Raises:
            BadData: it is no such file, a line is broken, or none of `words` has a vector in it but zeros.
        """
        try:
            with self._opened() as (file, size):
                return _Reader(self.path, file, size, report).rows(words)
        except ZIP_FAULTS as error:
            raise BadData(self.path, f"expected word vectors, but it cannot be read ({error}); {_REMEDY}") from error

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], int]]:
        """The text and its size in bytes."""
        if not self.packed:
            with self.path.open("rb") as file:
                yield file, os.fstat(file.fileno()).st_size
            return
        with open_zip(self.path) as archive:
            member = self._chosen(archive)
            if member.file_size > _LARGEST:
                raise BadData(self.path, f"its text takes {member.file_size:,} bytes, over {_LARGEST:,}; {_REMEDY}")
            with archive.open(member) as file:  # read as a stream: nothing is unpacked to the disk
                yield file, member.file_size

    def _chosen(self, archive: ZipFile) -> ZipInfo:
        members = [member for member in archive.infolist() if not member.is_dir()]
        chosen = [member for member in members if self.member in (None, member.filename)]
        if len(chosen) == 1:
            return chosen[0]
        names = named(member.filename for member in members[:5])
        expected = self.member or "a single file of word vectors"
        raise BadData(self.path, f"expected {expected} in it, but it has {without_controls(names)}; {_REMEDY}")


class UnknownWords(BadData):
    """A whole file of vectors, but of none of the words that were asked for."""


class _Reader:
    """Reads a text once from beginning to end and knows where it is."""

    def __init__(self, path: Path, file: IO[bytes], size: int, report: Report) -> None:
        self._path = path
        self._name = without_controls(path.name)
        self._file = file
        self._size = size
        self._report = report
        self._numbers = 0
        self._line = 0

    def rows(self, words: Sequence[str]) -> NDArray[np.float32]:
        places = {word.encode(): place for place, word in enumerate(words)}
        found: dict[int, NDArray[np.float32]] = {}
        for line in self._vector_lines():
            place = places.get(self._word(line))
            if place is not None and place not in found:
                found[place] = self._vector(line)
        if not any(vector.any() for vector in found.values()):
            raise UnknownWords(self._path, self._useless(len(found), len(words)))
        rows = np.zeros((len(words), self._numbers), np.float32)
        rows[list(found)] = list(found.values())
        return rows

    @staticmethod
    def _useless(found: int, asked: int) -> str:
        if found:
            return f"all numbers of its {found:,} words in the vocabulary are zero; {_REMEDY}"
        vocabulary = f"the {asked:,} of the vocabulary (lower-case, as the corpus has them)"
        return f"none of its words is among {vocabulary}; {_REMEDY}"

    def _vector_lines(self) -> Iterator[bytes]:
        lines = self._lines()
        first = next(lines, b"")
        if b"\0" in first:
            raise self._fault(f"{_EXPECTED}, but this is a binary file; {_REMEDY}")
        header = _header(first)
        self._numbers = header or len(first.split()) - 1
        if self._numbers < 1:
            raise self._fault(f"{_EXPECTED}, but the first line has none; {_REMEDY}")
        if self._numbers > _MOST_NUMBERS:
            raise self._fault(f"expected at most {_MOST_NUMBERS:,} numbers a word, got {self._numbers:,}; {_REMEDY}")
        if not header:
            yield first
        yield from lines

    def _lines(self) -> Iterator[bytes]:
        done = 0
        while line := self._file.readline(_LONGEST):
            self._line += 1
            if len(line) == _LONGEST:
                raise self._broken(f"more than {_LONGEST:,} bytes without an end")
            if done // _STEP < (done + len(line)) // _STEP or not done:
                self._report(f"reading {self._name}", done, self._size, "B")
            done += len(line)
            yield line.rstrip()
        if not self._line:
            raise self._fault(f"{_EXPECTED}, but the file is empty; {_REMEDY}")
        self._report(f"read {self._name}", self._size, self._size, "B")

    def _word(self, line: bytes) -> bytes:
        """The line's word. Numbers of words that nobody asks for are checked in count and letters, not one by one."""
        word, _, numbers = line.partition(b" ")
        if line.count(b" ") != self._numbers or numbers.translate(None, _NUMBER_BYTES):
            word = b" ".join(line.split()[: -self._numbers])
            self._vector(line)
        try:
            word.decode()
        except UnicodeDecodeError as error:
            raise self._broken(f"a word that is not UTF-8 ({word[:40]!r})") from error
        return word

    def _vector(self, line: bytes) -> NDArray[np.float32]:
        fields = line.split()
        if len(fields) <= self._numbers or (len(fields) > self._numbers + 1 and _is_number(fields[-self._numbers - 1])):
            raise self._broken(f"{max(0, len(fields) - 1)}")
        # Some words of the larger GloVe files have a blank in them.
        wrong = next((field for field in fields[-self._numbers :] if not _is_number(field)), None)
        if wrong is not None:
            raise self._broken(f"{wrong[:40].decode(errors='replace')!r} among them")
        return np.array([float(field) for field in fields[-self._numbers :]], np.float32)

    def _broken(self, came: str) -> BadData:
        expected = (
            f"a word and {self._numbers} numbers, as on the first line" if self._numbers else "a word and numbers"
        )
        return self._fault(f"line {self._line:,}: expected {expected}, got {came}; mend or remove the line")

    def _fault(self, message: str) -> BadData:
        return BadData(self._path, message)


def _header(line: bytes) -> int:
    """How many numbers word2vec's first line ("count numbers") promises; 0 if this is not one."""
    fields = line.split()
    return int(fields[1][:_DIGITS]) if len(fields) == 2 and all(field.isdigit() for field in fields) else 0


def _is_number(field: bytes) -> bool:
    """Whether it is a finite one that float32 can hold."""
    try:
        return abs(float(field)) <= _MAXIMUM
    except ValueError:
        return False
