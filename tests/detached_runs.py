"""Processes that train without a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

from engine.runs.store import RunRecord, RunStore

PROGRAM = str(Path(sys.executable).with_name("aetui"))


def detached(home: Path) -> list[psutil.Process]:
    """The processes that train without a terminal for this user."""
    found = []
    for process in psutil.process_iter():
        try:
            if "engine.__main__" in " ".join(process.cmdline()) and process.environ().get("HOME") == str(home):
                found.append(process)
        except psutil.Error:
            continue
    return found


def only_run(home: Path) -> RunRecord:
    [record] = RunStore(home / ".local/share/aetui/runs").runs()
    return record
