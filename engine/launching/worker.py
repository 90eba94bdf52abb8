"""One worker as its supervisor has it in hand: its keeper, here or at the other end of an ssh."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import IO, Literal, NamedTuple

from engine.launching.hosts import Place, tf_config
from engine.launching.keeper import HELLO

SSH = "ssh"
SSH_OPTIONS = ("BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=6")
"""It asks for no password, and a network that is gone is noticed within half a minute."""
LAST_LINES = 20
HELD_SECONDS = 5.0
"""How long something that a worker left behind may hold its output open."""
CARRIED = ("PYTHONPATH", "AETUI_SNAPSHOTS_MB", "AETUI_WEIGHTS_MB", "AETUI_TENSORBOARD", "TF_CPP_MIN_LOG_LEVEL")
"""Environment variables that workers on other hosts get from here; those on this host have them all."""


class Plan(NamedTuple):
    """What is the same for all workers."""

    places: Sequence[Place]
    command: Sequence[str]
    """The same for all; it can be repeated and then goes on with the run."""
    python: str = sys.executable
    """The interpreter of the other hosts."""
    folder: str = ""
    """To work in; empty: here the present one, elsewhere the home folder."""
    ssh: str = SSH
    environment: Mapping[str, str] = {}
    version: str = ""


class Said(NamedTuple):
    """A line of a worker."""

    worker: int
    where: Literal["out", "err"]
    line: bytes


class Worker:
    """A process that keeps worker `index`; its lines go to `heard`.

    Raises:
        OSError: it could not be started.
    """

    def __init__(self, plan: Plan, index: int, heard: SimpleQueue[Said]) -> None:
        self.index = index
        self.place = plan.places[index]
        self.answered = False
        """Whether its host was reached and has the program."""
        self.last = deque[str](maxlen=LAST_LINES)
        """What it said last on standard error."""
        self._heard = heard
        self._ended = 0.0
        self._process = subprocess.Popen(
            _keeper(plan, self.place),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # ctrl+c is for the supervisor
        )
        streams: tuple[tuple[Literal["out", "err"], IO[bytes] | None], ...] = (
            ("out", self._process.stdout),
            ("err", self._process.stderr),
        )
        self._threads = [threading.Thread(target=self._listen, args=each, daemon=True) for each in streams]
        for thread in self._threads:
            thread.start()
        self._send(_mission(plan, index))

    @property
    def name(self) -> str:
        """For messages."""
        return f"worker {self.index} on {self.place.host}"

    def status(self) -> int | None:
        """How it ended, 128 + n by signal n; None while it goes on. All that it said is heard before."""
        status = self._process.poll()
        if status is None:
            return None
        self._ended = self._ended or time.monotonic()
        if any(thread.is_alive() for thread in self._threads) and time.monotonic() - self._ended < HELD_SECONDS:
            return None
        return 128 - status if status < 0 else status

    def tell(self, word: str) -> None:
        """`beat`, or `stop`, `leave`, `kill` for the worker."""
        self._send(f"{word}\n".encode())

    def end(self, seconds: float = 5.0) -> None:
        """By force, and wait for it; nothing of it is left on this host."""
        self.tell("kill")
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def _send(self, text: bytes) -> None:
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):  # it is gone, which its status says
            self._process.stdin.write(text)
            self._process.stdin.flush()

    def _listen(self, where: Literal["out", "err"], lines: IO[bytes] | None) -> None:
        assert lines is not None
        with lines:
            for line in lines:
                if where == "out" and line.startswith(HELLO.encode()):
                    self.answered = True
                    continue
                if where == "err":
                    self.last.append(line.decode("utf-8", "replace").rstrip())
                self._heard.put(Said(self.index, where, line))


def _keeper(plan: Plan, place: Place) -> list[str]:
    if place.local:
        start = f"import sys; sys.path[:] = {sys.path!r}; from engine.launching.keeper import main; main()"
        return [sys.executable, "-c", start]
    there = [plan.python, "-m", "engine.launching.keeper"]
    path = os.environ.get("PYTHONPATH")
    if path:
        there = ["env", f"PYTHONPATH={path}", *there]
    command = (
        f"cd {shlex.quote(plan.folder)} && exec {shlex.join(there)}" if plan.folder else f"exec {shlex.join(there)}"
    )
    options = [word for option in SSH_OPTIONS for word in ("-o", option)]
    return [*shlex.split(plan.ssh), "-T", *options, place.host, command]


def _mission(plan: Plan, index: int) -> bytes:
    carried = {name: os.environ[name] for name in CARRIED if name in os.environ}
    mission = {
        "command": list(plan.command),
        "folder": plan.folder,
        "environment": {**carried, **plan.environment, "TF_CONFIG": tf_config(plan.places, index)},
        "version": plan.version,
    }
    return json.dumps(mission).encode() + b"\n"
