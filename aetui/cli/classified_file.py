"""Classes of items on their way to a file or a pipe, piece by piece."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from aetui.cli.codes import STDOUT
from aetui.cli.files import check_suffix, written
from aetui.cli.number_tables import LABEL, NAME
from aetui.render.text import plain

if TYPE_CHECKING:
    from engine.queries.messages import Classified

WRITTEN = (".csv", ".tsv", ".json")
CLASS, PROBABILITY = "class", "probability"
"""Heads of columns: what an item was taken for, and how probable that is. Those of all classes begin with `p `."""


def format_of(path: Path, wanted: str | None) -> str:
    """The suffix of the format to write: what is wanted, else what the name says, else CSV. Raises UsageError."""
    if wanted is not None:
        return f".{wanted}"
    if str(path) == STDOUT:
        return ".csv"
    check_suffix(path, WRITTEN)
    return path.suffix


class ClassifiedFile:
    """It grows."""

    def __init__(self, file: BinaryIO, suffix: str, *, own: bool) -> None:
        """`own`: labels are numbers of the classifier's own classes; otherwise they are what stood in the input."""
        self.items = self.labelled = self.right = 0
        self._text = TextIOWrapper(file, "utf-8", newline="", write_through=True)
        self._suffix, self._own = suffix, own

    def append(self, piece: Classified) -> None:
        """More of them."""
        rows = list(self._rows(piece))
        if self._suffix == ".json":
            self._append_objects(rows)
        else:
            self._append_rows(rows, piece)
        self.items += len(rows)

    def finish(self) -> None:
        """No more will come."""
        if self._suffix == ".json":
            self._text.write("\n]\n" if self.items else "[]\n")
        self._text.detach()

    def _rows(self, piece: Classified) -> Iterator[dict[str, Any]]:
        for place, probabilities in enumerate(piece.probabilities.tolist()):
            row: dict[str, Any] = {}
            if piece.names is not None:
                row[NAME] = piece.names[place]
            if piece.labels is not None:
                row[LABEL] = label = self._label(piece, place)
            best = max(range(len(probabilities)), key=probabilities.__getitem__)
            row[CLASS], row[PROBABILITY] = piece.classes[best], probabilities[best]
            if piece.labels is not None:
                self.labelled += 1
                self.right += label == row[CLASS]
            row["probabilities"] = dict(zip(piece.classes, probabilities, strict=True))
            yield row

    def _label(self, piece: Classified, place: int) -> str:
        label = piece.labels[place]  # type: ignore[index] # there are some
        return piece.classes[int(label)] if self._own else str(label)

    def _append_objects(self, rows: list[dict[str, Any]]) -> None:
        import msgspec

        from aetui.render.text import plain_json

        for number, row in enumerate(rows):
            row["probabilities"] = {name: float(f"{share:.6g}") for name, share in row["probabilities"].items()}
            row[PROBABILITY] = float(f"{row[PROBABILITY]:.6g}")
            self._text.write("[\n" if not self.items + number else ",\n")
            self._text.write(plain_json(msgspec.json.encode(row).decode()))

    def _append_rows(self, rows: list[dict[str, Any]], piece: Classified) -> None:
        table = csv.writer(self._text, delimiter="\t" if self._suffix == ".tsv" else ",", lineterminator="\n")
        beside = [*([] if piece.names is None else [NAME]), *([] if piece.labels is None else [LABEL]), CLASS]
        if not self.items:
            table.writerow([*beside, PROBABILITY, *(plain(f"p {name}") for name in piece.classes)])
        for row in rows:
            shares = [row[PROBABILITY], *row["probabilities"].values()]
            table.writerow([*(plain(row[name]) for name in beside), *(f"{share:.6g}" for share in shares)])


@contextmanager
def writing(path: Path, suffix: str, *, own: bool) -> Iterator[ClassifiedFile]:
    """What takes the place of `path` when it is whole; the path `-` is standard output, which then gets all at once.

    Raises:
        EngineError: the file cannot be written.
        OSError: standard output cannot.
    """
    if str(path) != STDOUT:
        with written(path) as file:
            made = ClassifiedFile(file, suffix, own=own)
            yield made
            made.finish()
        return
    whole = BytesIO()
    made = ClassifiedFile(whole, suffix, own=own)
    yield made
    made.finish()
    sys.stdout.flush()
    sys.stdout.buffer.write(whole.getbuffer())
    sys.stdout.buffer.flush()
