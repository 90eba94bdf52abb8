"""`draw` on the command line: a test item by its number, or a picture from a file, on the pad of the panel Draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from aetui.bringing.typed_paths import completions, meant
from engine.errors import UsageError

if TYPE_CHECKING:
    from aetui.screens.host import Workbench


def run(app: Workbench, text: str) -> Callable[[], None]:
    """What `draw TEXT` is to do; a file is read now.

    Raises:
        EngineError: there is no pad to draw on, no such item, or no picture in the file.
    """
    from aetui.panels.drawing import files

    shape = app.desk.pad_shape
    if not text:
        raise UsageError("Command", "expected the number of a test item, or a file: draw 17, draw digit.png")
    if text.isdecimal():
        if int(text) < 1:
            raise UsageError("Command", "expected the number of a test item, from 1 on")
        return partial(app.desk.draw_item, int(text) - 1)
    path = meant(text)
    return partial(app.desk.draw_picture, files.read(path, shape), path.name)


def choices(text: str) -> Iterable[str]:
    """Paths that begin as `text`."""
    return completions(text) if text and not text.isdecimal() else ()
