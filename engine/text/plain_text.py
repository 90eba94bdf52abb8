"""Reader of the user's own text: a file, a folder with files in it, or a column of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, groupby, pairwise
from pathlib import Path

from engine.datasets.data import Report
from engine.datasets.own.cutting import CALLED
from engine.errors import BadData
from engine.text import files, table
from engine.text.asked import Asked
from engine.text.document import Document, Layout
from engine.text.layout import END, VERSION, guessed
from engine.text.scripts import joined
from engine.text.splitting import LONGEST
from engine.text.tokeniser import without_controls

LONGEST_LINE = LONGEST
"""Characters in which no sentence ends; of more the tokeniser would make sentences that nobody wrote."""

_TEXT = (".txt", ".md", ".rst", ".text")
"""A file with such a name has to be text; of the others in a folder those that are not are passed over."""


def fingerprint(path: Path | None) -> str:
    """SHA-256 over names and contents, and the rules that they are read by.

    Raises:
        UsageError: no path, or nothing there.
        BadData: no files, too much of them, or one that cannot be read.
    """
    return files.fingerprint(path, VERSION)


def documents(path: Path | None, report: Report, asked: Asked | None = None) -> Iterator[Document]:
    """A document for each file, with one sentence a line or one paragraph a line, as `asked`, else guessed; of tables
    as `engine.text.table.documents`. In a folder the first folder below it is the topic, where there are several.

    Raises:
        UsageError: no path, or nothing there; of a table no column is named, or one that it has not.
        BadData: no text, no UTF-8 or marked UTF-16, or a line without end.
    """
    asked = asked or Asked()
    root, found = files.listed(path)
    tables = bool(asked.column)
    found = [file for file in found if table.is_table(file) == tables] or found
    topics = _topics(found, root)
    for done, file in enumerate(found):
        report(f"reading {without_controls(file.name)}", done, len(found))
        topic = topics.get(file, "")
        if tables or table.is_table(file):
            yield from (_about(document, topic) for document in table.documents(file, root, asked))
            continue
        try:
            yield _about(_document(file, root, asked), topic)
        except BadData:
            if file == root or file.suffix.lower() in _TEXT:
                raise


def _topics(found: Sequence[Path], root: Path) -> dict[Path, str]:
    """For each file the folder that it is in, below `root`, or below train and test; none where all are in the same."""
    inside = {file: file.relative_to(root).parts for file in found if file != root}
    if all(parts[0].lower() in CALLED for parts in inside.values()):
        inside = {file: parts[1:] for file, parts in inside.items()}
    topics = {file: parts[0] if len(parts) > 1 else "" for file, parts in inside.items()}
    return topics if len(set(topics.values()) - {""}) > 1 else {}


def _about(document: Document, topic: str) -> Document:
    return document._replace(topics=(topic,)) if topic and not document.topics else document


def _document(file: Path, root: Path, asked: Asked) -> Document:
    lines = files.decoded(file, asked.encoding).splitlines()
    for number, line in enumerate(lines, 1):
        endless = _endless(line.strip()) if len(line) > LONGEST_LINE else 0
        if endless > LONGEST_LINE:
            fault = f"line {number:,} has {endless:,} in which none ends"
            remedy = "break it into lines or sentences"
            raise BadData(file, f"expected sentences of at most {LONGEST_LINE:,} characters, but {fault}; {remedy}")
    name = files.name_of(file, root)
    if asked.layout == "lines":
        return Document(name, "\n".join(lines), layout="lines", reading="as told")
    lines = [line.strip() for line in lines]
    guess = guessed(lines)
    how = "as told" if asked.layout else f"as guessed: {guess.because}"
    layout: Layout = "paragraphs" if asked.layout == "prose" and guess.layout == "lines" else guess.layout
    if layout == "whole":
        paragraphs = (joined(list(group)) for filled, group in groupby(lines, key=bool) if filled)
        return Document(name, "\n".join(paragraphs), layout="paragraphs", reading=f"broken lines joined, {how}")
    return Document(name, "\n".join(lines), layout=layout, reading=how)


def _endless(line: str) -> int:
    """The most characters from the end of one sentence to the end of the next."""
    ends = chain([0], (end.end() for end in END.finditer(line)), [len(line)])
    return max(end - begin for begin, end in pairwise(ends))
