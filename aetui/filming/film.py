"""A run as a film in a file."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aetui.filming.wish import Wish
from engine.errors import UsageError
from engine.exports import placing

if TYPE_CHECKING:
    from engine.datasets.data import Report
    from engine.runs.store import RunRecord

MARK = "aetui film"
"""In each of them: another one may take its place."""


class Format(NamedTuple):
    """What a film can be written as."""

    label: str
    writer: str
    """The module that has `write`, and the bounds of its width."""

    def load(self) -> Callable[..., None]:
        """The writer, imported."""
        found: Callable[..., None] = import_module(self.writer).write
        return found

    def check(self, wish: Wish) -> None:
        """Raises UsageError where it cannot be so wide."""
        module = import_module(self.writer)
        if wish.width and not module.LEAST <= wish.width <= module.MOST:
            told = f"expected a width from {module.LEAST} to {module.MOST}, got {wish.width}"
            raise UsageError("Width", f"{told}; leave it out to have the program choose")


FORMATS = {
    ".gif": Format("a GIF, which every browser shows", "aetui.filming.painted"),
    ".cast": Format("a recording of a terminal, for `asciinema play`", "aetui.filming.recorded"),
}
"""By the ending of the file."""


class Filmed(NamedTuple):
    """What was made."""

    frames: int
    seconds: float
    """Without the time that the last frame stands."""
    bytes: int
    notes: tuple[str, ...]
    """What there is to know, a sentence each."""


def check(path: Path, wish: Wish = Wish(), *, force: bool = False) -> Format:  # noqa: B008 - immutable
    """Raises UsageError where no film can be written to `path`, as far as that can be told beforehand."""
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        wanted = " or ".join(f"{ending} ({each.label})" for ending, each in FORMATS.items())
        raise UsageError("No such film", f"expected a file that ends in {wanted}; got {path.name or path}")
    wish.check()
    form.check(wish)
    placing.check(path, folder=False, force=force, mark=MARK.encode())
    return form


def film(
    record: RunRecord,
    path: Path,
    wish: Wish = Wish(),  # noqa: B008 - immutable
    report: Report | None = None,
    *,
    force: bool = False,
) -> Filmed:
    """Write the run of `record`, as far as it has come, as a film to `path`, whole or not at all.

    `report` is called for every frame with what is done, how much of it and of how much; what it raises ends it.
    `force` replaces an earlier film.

    Raises:
        UsageError: the ending is none of a film, something is there already, or the run has no such epochs.
        RunError: nothing of the run is kept that could be shown.
        EngineError: the file cannot be written.
    """
    from aetui.filming.reel import reel
    from engine.datasets.data import silence

    form, told = check(path, wish, force=force), report or silence
    with placing.placed(path, folder=False, force=force, mark=MARK.encode()) as beside:
        with beside.open("xb") as file:
            found = reel(record, wish, told)
            comment = f"{MARK}: {record.id}, epochs {found.first} to {found.last}"
            form.load()(found, file, wish.width, comment, told)
        size = beside.stat().st_size
    return Filmed(len(found.moments), found.moments[-1].shot.end, size, found.notes)
