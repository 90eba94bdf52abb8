"""What a first look at files shows: a few pictures with their classes, or the beginning of what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from aetui.render.arrangement import Wish
from aetui.render.text import plain
from aetui.widgets.image_grid import ImageGrid, ImageRow

if TYPE_CHECKING:
    from engine.datasets.own.readers.looking import Preview

LONGEST = 400
"""Characters of a line that are shown."""


class FilePreview(Vertical):
    """Empty until `show` is called; lines that are too long are cut."""

    DEFAULT_CSS = """
    FilePreview { width: 1fr; height: 1fr; }
    FilePreview > Static { height: auto; max-height: 100%; text-wrap: nowrap; text-overflow: ellipsis; }
    FilePreview > ImageGrid { height: 1fr; min-height: 3; display: none; }
    FilePreview.-pictures > ImageGrid { display: block; }
    """

    def compose(self) -> ComposeResult:
        """Words above, pictures below."""
        yield Static()
        yield ImageGrid()

    def show(self, preview: Preview | None, instead: str = "", style: str = "$text-muted") -> None:
        """Show what was found; where nothing was, or something is not plain, say `instead`."""
        if preview is None:
            words = Content.styled(plain(instead), style)
        else:
            lines = [Content(plain(line, LONGEST)) for line in preview.lines]
            words = Content("\n").join([*lines, *([Content.styled(plain(instead), style)] if instead else [])])
        pictures = preview is not None and preview.images is not None and len(preview.images) > 0
        self.set_class(pictures, "-pictures")
        # Of pictures the words are a caption, and give them the room.
        self.query_one(Static).update(words)
        if preview is not None and preview.images is not None and pictures:
            named = bool(preview.names)
            names = [plain(name) for name in preview.names]
            self.query_one(ImageGrid).show([ImageRow("", preview.images)], Wish(names=named), names)
