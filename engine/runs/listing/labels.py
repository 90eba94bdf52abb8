"""What the user calls a run after it has begun: its name, tags and a note, in a small file of their own.

`run.json` belongs to the process that trains the run; this file may be written while it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from engine.errors import RunError, UsageError
from engine.storage.atomic import replacing
from engine.storage.bounded import read_bounded

FILE = "labels.json"
LONGEST_NAME = 60
LONGEST_NOTE = 500
LONGEST_TAG = 30
MOST_TAGS = 16
_LARGEST = 16 * 1024
"""Bytes of the file; a whole one has less than half of them."""
_NO_TAG = set(",=<>!~\"'()")
"""Characters that a filter reads as something else."""

Name = Annotated[str, Meta(max_length=LONGEST_NAME)]
Tag = Annotated[str, Meta(min_length=1, max_length=LONGEST_TAG)]
Tags = Annotated[tuple[Tag, ...], Meta(max_length=MOST_TAGS)]
Note = Annotated[str, Meta(max_length=LONGEST_NOTE)]


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """`labels.json`. `name` is None where the run is still called as it was begun."""

    name: Name | None = None
    tags: Tags = ()
    note: Note = ""


def read_labels(folder: Path) -> Labels:
    """Those of the run in `folder`; none where there is no such file, or none of ours."""
    path = folder / FILE
    if not path.exists():  # most runs have none, and opening what is not there costs a round on a network's disk
        return Labels()
    try:
        with path.open("rb") as file:
            text = bytes(read_bounded(file, _LARGEST))
        found = msgspec.json.decode(text, type=Labels)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Labels()
    shown = [found.name or "", *found.tags, found.note]
    return found if all(text.isprintable() for text in shown) else Labels()


def write_labels(folder: Path, labels: Labels) -> None:
    """Put `labels` in place of those of the run in `folder`; without any the file goes.

    Raises:
        RunError: the folder cannot be written.
    """
    try:
        if labels == Labels():
            (folder / FILE).unlink(missing_ok=True)
            return
        with replacing(folder / FILE) as file:
            file.write(msgspec.json.encode(labels) + b"\n")
    except OSError as error:
        raise RunError(
            "Cannot keep the label",
            f"expected to write {folder / FILE}, but {error.strerror or error}; make room or mend the folder",
        ) from error


def settle(folder: Path) -> tuple[str, ...]:
    """Of labels that came from elsewhere into `folder`, keep what could have been given here; returns what could not, a
    phrase each.

    Raises:
        RunError: the folder cannot be written.
    """
    path = folder / FILE
    if not path.exists():
        return ()
    found = read_labels(folder)
    if found == Labels():
        path.unlink(missing_ok=True)
        return ("labels that cannot be read",)
    tags = list(dict.fromkeys(found.tags))
    kept = [tag for tag in tags if _is_tag(tag)]
    strange = [tag for tag in tags if tag not in kept]
    write_labels(folder, Labels(name=found.name, tags=tuple(kept), note=found.note.strip()))
    return tuple(f"the tag {tag!r}" for tag in strange)


def _is_tag(tag: str) -> bool:
    try:
        return checked_tags([tag]) == (tag,)
    except UsageError:
        return False


def checked_name(text: str) -> str:
    """`text` as the name of a run, or "" for none.

    Raises:
        UsageError: it cannot be one.
    """
    name = text.strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise UsageError("Bad name", f"expected at most {LONGEST_NAME} printable characters, got {name[:80]!r}")
    if name == "last":
        raise UsageError("Bad name", "`last` means the newest run already; choose another name")
    return name


def checked_note(text: str) -> str:
    """`text` as a note, or "" for none.

    Raises:
        UsageError: it cannot be one.
    """
    note = text.strip()
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise UsageError(
            "Bad note", f"expected one line of at most {LONGEST_NOTE} printable characters, got {len(note)} characters"
        )
    return note


def checked_tags(words: Iterable[str]) -> tuple[str, ...]:
    """`words`, which may have commas and blanks between them, as tags: each once, in their order.

    Raises:
        UsageError: one of them can be no tag, or there are too many.
    """
    tags = tuple(dict.fromkeys(tag for word in words for tag in word.replace(",", " ").split()))
    for tag in tags:
        if len(tag) > LONGEST_TAG or not tag.isprintable() or _NO_TAG & set(tag):
            raise UsageError(
                "Bad tag",
                f"expected at most {LONGEST_TAG} printable characters, none of {' '.join(sorted(_NO_TAG))}, "
                f"got {tag[:60]!r}",
            )
    if len(tags) > MOST_TAGS:
        raise UsageError("Too many tags", f"expected at most {MOST_TAGS} tags of one run, got {len(tags)}")
    return tags
