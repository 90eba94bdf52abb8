"""Standard input, output and error where they are closed, or cannot be written."""

from __future__ import annotations

import errno
import os
import sys

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What writing to a file on a full disk raises."""

_STREAMS = (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w"))
"""In the order of their numbers. An output that was closed has to stay one that cannot be written."""


def open_closed() -> None:
    """Give back what we were started without (as by `2>&-`): else the next file to be opened takes its number, and
    gets what is written there."""
    for number, (name, flags, mode) in enumerate(_STREAMS):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, flags)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 (for the whole process)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def told(error: OSError) -> str:
    """In words. Files that commands write have errors of their own, so one without a name is of standard output."""
    unwritten = error.filename is None and error.errno in (*FULL, errno.EBADF, errno.EIO)
    return f"standard output cannot be written: {error.strerror}" if unwritten else str(error)


def drop_output() -> None:
    """Let standard output go nowhere: Python would try once more at the end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
