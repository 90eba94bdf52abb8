"""The user's own text: a file, or a folder of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from engine.datasets.own.cutting import Cutting
from engine.datasets.own.readers.looking import Preview, some_files
from engine.datasets.own.readers.reader import Reader, Reading
from engine.datasets.text_format import TextFormat
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.datasets.data import Report
    from engine.datasets.own.records import OwnSet

SUFFIXES = (".txt", ".md", ".rst", ".text")


class TextOptions(Cutting, frozen=True, kw_only=True):
    """How sentences are found."""

    lines: Annotated[bool, Meta(description="each line is a sentence (else guessed, file by file)")] = False
    prose: Annotated[bool, Meta(description="sentences run on and are to be cut (else guessed, file by file)")] = False


class TextReader(Reader):
    """A row of the table."""

    key = "text"
    label = "text files"
    Options = TextOptions

    def recognises(self, path: Path) -> str:
        """By the names of files."""
        if path.is_file():
            return f"a text file ({path.suffix})" if path.suffix.lower() in SUFFIXES else ""
        found = next((file for file in some_files(path) if file.suffix.lower() in SUFFIXES), None)
        return f"a folder with text files ({found.name})" if found else ""

    def preview(self, path: Path, options: Any) -> Preview:
        """The first lines, and what a line is taken for; of a table its first rows."""
        from engine.datasets.own.readers.table_look import SUFFIXES as TABLES
        from engine.datasets.own.readers.text_look import look

        if path.suffix.lower() in TABLES:
            return super().preview(path, options)
        return look(path, SUFFIXES, lines=options.lines, prose=options.prose)

    def read(self, own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
        """The corpus at `own.path`. Raises as `engine.text.corpora.read_corpus`."""
        from engine.text.corpora import read_corpus

        text: TextOptions = self.options(own)
        if text.lines and text.prose:
            raise UsageError("Options contradict", "expected --lines or --prose, got both; leave one out")
        told: TextFormat = "lines" if text.lines else "prose" if text.prose else ""
        return Reading(read_corpus("text", Path(own.path), data_dir, report, told))
