"""Trying the devices of this machine, in processes of their own: nothing of it stays in this one, and none can hang."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Literal

import msgspec

LOADING_SECONDS = 300.0
"""How long TensorFlow may take to load."""
ANSWER_SECONDS = 120.0
"""How long each check may take after that."""
Part = Literal["devices", "logical"]
"""`devices`: those that are there; `logical`: the processor cut in two, as a stand-in for several devices."""

_START = "import sys; sys.path[:] = {path!r}; from engine.nn.devices.checks import main; main({part!r}, {device!r})"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried and what came of it. It goes from process to process as a JSON line."""

    what: str
    """In few words, the head of a line."""
    device: str = ""
    """As `--device` names it; empty where it is about all."""
    found: str = ""
    remedy: str = ""
    """What to do; empty where all is well."""
    figures: dict[str, float | str] = {}
    """What `found` says, for programs."""


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag="begun"):
    """The check that is being made now: should nothing more come, it is the one that hangs."""

    what: str


class Found(msgspec.Struct, frozen=True, kw_only=True, tag="found"):
    """One check is done."""

    check: Check


class Unusable(msgspec.Struct, frozen=True, kw_only=True, tag="unusable"):
    """Nothing can be tried; a message as an `EngineError` has it."""

    title: str
    message: str
    exit_code: int = 1


Line = Begun | Found | Unusable
_decode = msgspec.json.Decoder(Line).decode


def try_devices(
    part: Part, device: str, log: Path, *, loading: float = LOADING_SECONDS, answer: float = ANSWER_SECONDS
) -> Iterator[Check | Unusable]:
    """What a new process finds, as it finds it; one that is silent for too long is ended, and said to hang.

    `log` takes what native libraries write.
    """
    command = [sys.executable, "-c", _START.format(path=sys.path, part=part, device=device)]
    yield from lines_of(command, log, loading, answer)


def lines_of(command: list[str], log: Path, loading: float, answer: float) -> Iterator[Check | Unusable]:
    """As `try_devices`, of any process that writes such lines."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
    heard: SimpleQueue[Line | None] = SimpleQueue()
    threading.Thread(target=_listen, args=(process.stdout, heard), daemon=True).start()
    doing, patience = "loading TensorFlow", loading
    try:
        while True:
            began = time.monotonic()
            try:
                line = heard.get(timeout=patience)
            except Empty:
                waited = time.monotonic() - began
                remedy = f"look at {log}; a driver that hangs is mended by a restart of the machine, or --device cpu"
                yield Check(what=doing, found=f"no answer within {waited:.0f} s: given up", remedy=remedy)
                return
            match line:
                case None:
                    status = process.wait()
                    if status:
                        told = f"the process ended with status {status} while it was at it"
                        yield Check(what=doing, found=told, remedy=f"look at {log}")
                    return
                case Begun():
                    doing, patience = line.what, answer
                case Found():
                    yield line.check
                case Unusable():
                    yield line
    finally:
        process.kill()
        process.wait()


def _listen(lines: IO[bytes] | None, heard: SimpleQueue[Line | None]) -> None:
    assert lines is not None
    with lines:
        for line in lines:
            try:
                heard.put(_decode(line))
            except msgspec.DecodeError:  # some library has printed something
                continue
    heard.put(None)
