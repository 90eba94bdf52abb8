"""The user's own ratings: a table with a row for each, of who rated what how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from engine.datasets.own.cutting import Cutting
from engine.datasets.own.readers.reader import Reader, Reading
from engine.errors import BadData

if TYPE_CHECKING:
    from engine.datasets.data import Report
    from engine.datasets.own.records import OwnSet

SUFFIXES = (".csv", ".tsv", ".dat", ".data", ".parquet", ".txt")


class RatingsOptions(Cutting, frozen=True, kw_only=True):
    """Which columns count, and whose ratings."""

    user: Annotated[str, Meta(description="the column of users, by its name or number (else guessed by names)")] = ""
    item: Annotated[str, Meta(description="the column of what is rated, likewise")] = ""
    rating: Annotated[str, Meta(description="the column of ratings, likewise")] = ""
    min_ratings: Annotated[
        int, Meta(ge=1, le=1_000_000, description="leave out users and items with fewer ratings")
    ] = 1


class RatingsReader(Reader):
    """A row of the table."""

    key = "ratings"
    label = "tables of user, item, rating"
    Options = RatingsOptions

    def recognises(self, path: Path) -> str:
        """By the names of the columns; a file that separates numbers by :: is of MovieLens's making."""
        from engine.ratings import tables

        if not path.is_file() or path.suffix.lower() not in SUFFIXES:
            return ""
        try:
            found = tables.look(path)
        except BadData:
            return ""
        if not found.named:
            return "a table of user::item::rating" if found.separator == tables.COLONS else ""
        guessed = tables.guessed(found.columns)
        return f"a table with the columns {', '.join(guessed)}" if len(guessed) == 3 else ""

    def read(self, own: OwnSet, data_dir: Path | None, report: Report) -> Reading:
        """The ratings at `own.path`, the last counting where a user rated an item twice.

        Raises:
            UsageError: a column is not there or cannot be guessed, or too few ratings are left.
            BadData: the file is broken, or a rating is no number.
        """
        from engine.ratings import tables

        del data_dir
        options: RatingsOptions = self.options(own)
        report(f"reading {own.path}", 0, 0)
        found = tables.look(Path(own.path))
        columns = tables.chosen(found.columns, (options.user, options.item, options.rating), Path(own.path))
        return Reading(*tables.read(own.name, Path(own.path), found, columns, options))
