"""Keeps what native libraries write to standard error off the screen.

TensorFlow and absl write to file descriptor 2 whatever their log level; a screen drawn there would be torn. So
descriptor 2 is pointed at a file, and Python's own standard error goes on to the terminal through a duplicate.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from engine.storage.atomic import FILE, make_folder

_diverted: Path | None = None


def log_path() -> Path:
    """The file that native output goes to: `$XDG_STATE_HOME/aetui/native.log`."""
    return platformdirs.user_state_path("aetui") / "native.log"


def divert(path: Path | None = None) -> Path:
    """Point file descriptor 2 at `path` (begun anew) for the rest of the process; do nothing the second time.

    Call it before TensorFlow is loaded. Where the file cannot be written, the output is dropped.
    """
    global _diverted
    if _diverted is None:
        _diverted = path or log_path()
        sys.stderr.flush()
        screen = io.TextIOWrapper(io.FileIO(os.dup(2), "w"), encoding="utf-8", errors="replace", write_through=True)
        target = _open(_diverted)
        os.dup2(target, 2)
        os.close(target)
        # Textual draws on `sys.__stderr__`.
        sys.stderr = sys.__stderr__ = screen  # type: ignore[misc]
        _divert_logging()
    return _diverted


def _divert_logging() -> None:
    """Warnings and log records of Python code go the same way: to what is now descriptor 2."""
    log = io.TextIOWrapper(io.FileIO(os.dup(2), "w"), encoding="utf-8", errors="replace", write_through=True)
    logging.basicConfig(stream=log, level=logging.WARNING)
    logging.captureWarnings(True)


def _open(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    try:
        make_folder(path.parent)
        return os.open(path, flags, FILE)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


@contextmanager
def aside() -> Iterator[None]:
    """For a moment only, as a program that is not ours needs it: what native libraries write goes to the file, and
    whatever Python writes where it was going. Nothing stays changed."""
    if _diverted is not None:
        yield
        return
    own = _on_descriptor_2()
    kept, target = os.dup(2), _open(log_path())
    before = sys.stderr
    os.dup2(target, 2)
    os.close(target)
    if own:
        sys.stderr = io.TextIOWrapper(
            io.FileIO(kept, "w", closefd=False), encoding="utf-8", errors="replace", write_through=True
        )
    try:
        yield
    finally:
        if own:
            sys.stderr = before
        os.dup2(kept, 2)
        os.close(kept)


def _on_descriptor_2() -> bool:
    """Whether Python's standard error writes there, and not into a notebook, say."""
    try:
        sys.stderr.flush()
        return sys.stderr.fileno() == 2
    except (AttributeError, OSError, ValueError):
        return False
