"""A look at what a path holds while it is typed, beside the screen: one at a time, and the last wish counts."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from aetui.bringing.typed_paths import meant
from engine.datasets.own import adding
from engine.datasets.own.readers import READERS
from engine.errors import EngineError, SettingError

if TYPE_CHECKING:
    from engine.datasets.own.readers.looking import Preview

REST_SECONDS = 0.15
"""How long nothing is typed before a look is worth it."""


class Given(NamedTuple):
    """What the form by which data are added begins with."""

    name: str = ""
    path: str = ""
    kind: str = ""
    at_once: bool = False
    """Whether it is to be added without another key."""


class Wish(NamedTuple):
    """What is to be looked at."""

    path: str
    """As it was typed."""
    kind: str = ""
    """A key of READERS; empty: guessed."""
    options: tuple[tuple[str, Any], ...] = ()
    """Of the reader, where they differ from what it does by itself; those of others are left out."""


class Look(NamedTuple):
    """What was found."""

    wish: Wish
    path: Path | None = None
    """Where something is; None where nothing is."""
    reader: str = ""
    """A key of READERS; empty where nothing tells what it is."""
    because: str = ""
    """Why it was taken for that; empty where the user said so."""
    preview: Preview | None = None
    wrong: str = ""
    """Why there is no more to say."""
    field: str = ""
    """The option that is wrong, where one is."""


def look(wish: Wish) -> Look:
    """Look now: at most some tenths of a second on a disk that answers."""
    try:
        path = meant(wish.path)
        if not path.exists():
            return Look(wish, wrong=f"{path} does not exist")
    except (EngineError, OSError, ValueError) as error:
        return Look(wish, wrong=told(error))
    try:
        reader, because = adding.chosen(path, wish.kind)
    except (EngineError, OSError) as error:
        return Look(wish, path, wrong=told(error))
    try:
        options = {name: value for name, value in wish.options if name in reader.Options.__struct_fields__}
        preview = reader.preview(path, reader.parsed(options))
    except SettingError as error:
        return Look(wish, path, reader.key, because, wrong=told(error), field=error.field)
    except Exception as error:  # of files that are not what their names say anything can be raised
        return Look(wish, path, reader.key, because, wrong=told(error))
    return Look(wish, path, reader.key, because, preview, wrong=as_fields(preview.wrong))


OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
"""As a command line has it."""


def as_fields(message: str) -> str:
    """What a message calls options, as the form calls its fields: `--split-column` is split_column there."""
    fields = {"name", "path", "kind", "copy"}.union(*(reader.Options.__struct_fields__ for reader in READERS.values()))

    def field(found: re.Match[str]) -> str:
        name = found[1].replace("-", "_")
        return name if name in fields else found[0]

    return OPTION.sub(field, message)


def told(error: Exception) -> str:
    """The message of an error, for people who have the form before them."""
    if isinstance(error, EngineError):
        return as_fields(error.message)
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


class Looker:
    """Looks in a thread of its own, and tells `heard` there what it found, until nobody wishes anything new."""

    def __init__(self, heard: Callable[[Look], object]) -> None:
        self._heard = heard
        self._lock = threading.Lock()
        self._wish: Wish | None = None
        self._at_it = False

    def wish(self, wish: Wish | None) -> None:
        """Look at this next; what was wished before and is not begun yet falls out. None: at nothing any more."""
        with self._lock:
            self._wish = wish
            if wish is None or self._at_it:
                return
            self._at_it = True
        threading.Thread(target=self._go_on, name="aetui-looker", daemon=True).start()

    def _go_on(self) -> None:
        while True:
            time.sleep(REST_SECONDS)
            with self._lock:
                wish, self._wish = self._wish, None
                if wish is None:
                    self._at_it = False
                    return
            self._heard(look(wish))
