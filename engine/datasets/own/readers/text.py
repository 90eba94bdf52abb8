"""The user's own text: a file, a folder of them, or a column of a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from engine.datasets.own.cutting import Cutting
from engine.datasets.own.readers.looking import Preview, some_files
from engine.datasets.own.readers.reader import Reader, Reading
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.datasets.data import Report
    from engine.datasets.own.records import OwnSet
    from engine.text.asked import Asked

SUFFIXES = (".txt", ".md", ".rst", ".text")
TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".parquet", ".pq")


class TextOptions(Cutting, frozen=True, kw_only=True):
    """How sentences are found, and how they are cut into parts."""

    split: Annotated[
        str,
        Meta(
            description="shares of the documents in percent to train on, to choose by and to test; unless said, 30 to "
            "test and of the others what the setting `validation` says"
        ),
    ] = "63/7/30"
    lines: Annotated[bool, Meta(description="each line, or row of a table, is a sentence (else it is guessed)")] = False
    prose: Annotated[bool, Meta(description="sentences run on and are to be cut (else it is guessed)")] = False
    column: Annotated[str, Meta(description="of a table: the column, or field, with the text")] = ""
    label: Annotated[str, Meta(description="of a table: the column, or field, with the topic")] = ""
    encoding: Annotated[str, Meta(description="of the characters, unless UTF-8 or marked")] = ""
    segmentation: Annotated[
        str,
        Meta(
            description="what finds words in scripts without spaces: characters, janome, jieba or pythainlp; unless "
            "said, what is installed"
        ),
    ] = ""


class TextReader(Reader):
    """A row of the table."""

    key = "text"
    label = "text files, or text in a table"
    Options = TextOptions

    def recognises(self, path: Path) -> str:
        """By the names of files."""
        if path.is_file():
            suffix = path.suffix.lower()
            if suffix in TABLES:
                return f"a table, which may have a column of text ({path.suffix})"
            return f"a text file ({path.suffix})" if suffix in SUFFIXES else ""
        found = next(_ending(path, SUFFIXES), None) or next(_ending(path, TABLES), None)
        return f"a folder with text files ({found.name})" if found else ""

    def preview(self, path: Path, options: Any) -> Preview:
        """The first lines, and what a line is taken for; of a table its first rows."""
        from engine.datasets.own.readers.table_look import SUFFIXES as TABLES
        from engine.datasets.own.readers.text_look import look

        if path.suffix.lower() in TABLES:
            return super().preview(path, options)
        return look(path, SUFFIXES, lines=options.lines, prose=options.prose)

    def read(self, own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
        """The corpus at `own.path`. Raises as `engine.text.corpora.own_corpus`."""
        from engine.text.corpora import own_corpus
        from engine.text.cut import described, in_folders

        options: TextOptions = self.options(own)
        corpus = own_corpus(own.name, Path(own.path), _asked(options), data_dir, report)
        plain = TextOptions()
        if (options.split, options.split_by) != (plain.split, plain.split_by):
            corpus = msgspec.structs.replace(corpus, cutting=options)
        elif in_folders(corpus):
            corpus = msgspec.structs.replace(corpus, by_folder=True)
        return Reading(corpus, {"parts": described(corpus)})


def _asked(options: TextOptions) -> Asked:
    from engine.text.asked import Asked

    if options.lines and options.prose:
        raise UsageError("Options contradict", "expected --lines or --prose, got both; leave one out")
    if options.label and not options.column:
        raise UsageError("Options contradict", "expected --column beside --label: topics are of the rows of a table")
    return Asked(
        layout="lines" if options.lines else "prose" if options.prose else "",
        column=options.column,
        label=options.label,
        encoding=options.encoding,
        segmentation=options.segmentation,
    )


def _ending(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    return (file for file in some_files(folder) if file.suffix.lower() in suffixes)
