"""How much of the disk runs take."""

from __future__ import annotations

import os
from pathlib import Path

BLOCK = 512
"""Bytes that `st_blocks` counts in, whatever the disk."""


def disk_use(folder: Path) -> int:
    """Bytes that all files in and below `folder` take; links are not followed, what cannot be read counts nothing."""
    total, left = 0, [os.fspath(folder)]
    while left:
        try:
            entries = os.scandir(left.pop())
        except OSError:
            continue
        with entries:
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * BLOCK
                except OSError:
                    continue
    return total
