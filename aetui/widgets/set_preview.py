"""What a data set is, beside the table: from what is noted down of it; no data are read."""

from __future__ import annotations

import time
from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from aetui.bringing.set_rows import SetRow, learners
from aetui.render import numbers
from aetui.render.text import plain
from aetui.widgets.file_preview import FilePreview

MUTED = "$text-muted"
MOST_CLASSES = 12


class SetPreview(Vertical):
    """Shows a row at once; the first look at files of the user's own when it was taken."""

    DEFAULT_CSS = """
    SetPreview { width: 44; padding: 0 1; border-left: solid $border-blurred; }
    SetPreview > #told { height: auto; max-height: 70%; }
    SetPreview > FilePreview { margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._words = Content("")

    def compose(self) -> ComposeResult:
        """Words above, a look at the files below."""
        yield Static(id="told")
        yield FilePreview()

    def show(self, row: SetRow | None) -> None:
        """Show this data set instead."""
        words = told(row) if row else Content("")
        if words != self._words:  # an update is sent to the terminal, whatever it says
            self._words = words
            self.query_one("#told", Static).update(words)

    @property
    def files(self) -> FilePreview:
        """Where the look at the files is shown."""
        return self.query_one(FilePreview)


def told(row: SetRow) -> Content:
    """All that is known of it: what it is, how much of it there is, where, how it was read, what learns from it."""
    title = Content.assemble((plain(row.key), "bold"), (f"  {plain(row.entry.title)}", MUTED))
    facts = (Content.assemble((f"{plain(label)} ", MUTED), plain(words)) for label, words in _facts(row))
    return Content("\n").join([title, *facts])


def _facts(row: SetRow) -> Iterator[tuple[str, str]]:
    entry, own = row.entry, row.own
    yield "holds", " ".join(filter(None, (_parts(row), row.kind, row.shape if entry.shape else "")))
    if entry.classes:
        left = len(entry.classes) - MOST_CLASSES
        more = f" and {left:,} more" if left > 0 else ""
        yield "labels", ", ".join(entry.classes[:MOST_CLASSES]) + more
    yield "where", row.place
    if own is None:
        yield "source", entry.source
        yield "licence", entry.licence
    else:
        if own.copied:
            yield "copied from", own.origin
        options = ", ".join(f"{name} {value}" for name, value in own.options.items())
        yield "read as", f"{own.reader}{f' ({options})' if options else ''}"
        yield from own.metadata.items()
        yield "added", numbers.age(time.time() - own.added)
        yield "fingerprint", f"{own.fingerprint[:16]}{', of samples' if own.sampled else ''}"
    models = learners(entry.kind)
    yield "for", ", ".join(models) if models else "no model learns from it by itself"


def _parts(row: SetRow) -> str:
    own, entry = row.own, row.entry
    if own is not None and any(own.items):
        train, validation, test = own.items
        held_out = f" + {numbers.count(validation)} to choose by" if validation else ""
        return f"{numbers.count(train)} to train{held_out} + {numbers.count(test)} to test,"
    if entry.train_items:
        return f"{numbers.count(entry.train_items)} to train + {numbers.count(entry.test_items)} to test,"
    return ""
